//! What the fingerprint of a statement costs: of a look-up by key, of a page with its joins, and of a list of a thousand values.
//!
//! `cargo bench -p perf-harness --bench fingerprint`

use divan::{AllocProfiler, Bencher, black_box};
use perf_harness::{Query, ScratchDb};
use sqlx::{AssertSqlSafe, Executor as _, PgPool};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const KEY: &str = "SELECT oid, relname FROM pg_class WHERE oid = 1259 LIMIT 1";

const PAGE: &str = "SELECT c.oid, c.relname, n.nspname, a.attname, t.typname
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname <> 'pg_toast' AND c.reltuples >= -1.5
    ORDER BY n.nspname, c.relname, a.attnum -- as a person reads them
    LIMIT 20 OFFSET 40";

fn main() {
    divan::main();
}

/// As the recorder has it.
fn recorded(sql: &str) -> Query {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let scratch = ScratchDb::create().await;
        let scratch = scratch.unwrap_or_else(|error| panic!("{error}"));
        let pool = PgPool::connect(scratch.recorded_url()).await;
        let pool = pool.expect("a connection");
        let ask = pool.execute(AssertSqlSafe(sql.to_owned()));
        let (asked, traffic) = scratch.record(ask).await;
        asked.unwrap_or_else(|error| panic!("{error}"));
        let query = traffic.queries().next().expect("one was sent").clone();
        let removed = scratch.remove().await;
        removed.unwrap_or_else(|error| panic!("{error}"));
        query
    })
}

fn fingerprint(bencher: Bencher<'_, '_>, sql: &str) {
    let query = recorded(sql);
    perf_harness_bench::bench(bencher, || black_box(&query).fingerprint());
}

#[divan::bench]
fn key(bencher: Bencher<'_, '_>) {
    fingerprint(bencher, KEY);
}

#[divan::bench]
fn page(bencher: Bencher<'_, '_>) {
    fingerprint(bencher, PAGE);
}

#[divan::bench]
fn list(bencher: Bencher<'_, '_>) {
    let values: Vec<String> = (0..1_000).map(|value| value.to_string()).collect();
    let list = values.join(", ");
    fingerprint(
        bencher,
        &format!("SELECT relname FROM pg_class WHERE oid IN ({list})"),
    );
}
