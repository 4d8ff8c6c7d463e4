//! What the fingerprint of a statement costs: of a look-up by key, of a page with its joins, and of a list of a thousand values.
//!
//! `cargo bench -p perf-harness --bench fingerprint`

use divan::{AllocProfiler, Bencher, black_box};
use perf_harness::{Query, ScratchDb};
use sqlx::{AssertSqlSafe, Executor as _, PgPool};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const KEY: &str = "SELECT oid, relname FROM pg_class WHERE oid = 1259 LIMIT 1";

const PAGE: &str = "WITH users (id, name, age) AS (VALUES (1, 'ann', 30), (2, 'bob', 41)),
         groups (id, user_id, name) AS (VALUES (7, 1, 'admins'), (8, 2, 'editors'))
    SELECT u.id, u.name, u.age, g.id, g.name
    FROM users u
    LEFT JOIN groups g ON g.user_id = u.id AND g.id > 0
    WHERE u.age >= 18 AND u.name <> 'nobody' AND (g.name IS NULL OR g.name IN ('admins', 'editors', 'readers'))
    ORDER BY u.name, g.name -- as a person reads them
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
