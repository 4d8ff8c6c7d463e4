//! What a fresh database costs, from asking for it until it is gone: an empty one, and a copy of a template.
//!
//! `cargo bench -p perf-harness --bench provisioning`. `cargo xtask bench-provision` has a thousand tests in one run.

use divan::Bencher;
use perf_harness::{ScratchDb, SetupError, TemplateDb};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

async fn ten_tables(db: TemplateDb) -> Result<(), sqlx::Error> {
    let pool = db.pool();
    for table in 0..10 {
        let fill = format!(
            "CREATE TABLE numbers_{table} AS SELECT generate_series(1, 1000) AS n;
             CREATE INDEX ON numbers_{table} (n)"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(fill))
            .execute(&pool)
            .await?;
    }
    Ok(())
}

fn provision(bencher: Bencher<'_, '_>, make: impl AsyncFn() -> Result<ScratchDb, SetupError>) {
    let runtime = Runtime::new().expect("a runtime");
    let once = || {
        let ended = runtime.block_on(async { make().await?.remove().await });
        ended.unwrap_or_else(|error| panic!("{error}"));
    };
    // The server is started, and the template is made.
    once();
    perf_harness_bench::bench(bencher, once);
}

#[divan::bench]
fn empty(bencher: Bencher<'_, '_>) {
    provision(bencher, async || ScratchDb::create().await);
}

#[divan::bench]
fn copy(bencher: Bencher<'_, '_>) {
    provision(bencher, async || ScratchDb::of(ten_tables).await);
}
