//! `PERF_HARNESS_POSTGRES=download`: from an empty cache to a server, and what goes wrong on the way.
//!
//! The test program runs itself again on a machine of the test's making and reads what it prints.
#![expect(clippy::print_stdout, reason = "a probe and a skipped test say so")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod filling;
mod machine;
mod refusals;
mod registry;

use perf_harness::{PerfDb, assert_max_queries, perf_test};

/// What the machines try: it passes where Postgres can be had.
#[perf_test]
async fn probe(db: PerfDb) {
    let query = sqlx::query_scalar("SELECT current_setting('server_version')");
    let version: String = assert_max_queries!(db, 1, query.fetch_one(&db.pool())).unwrap();
    println!("\nversion {version}");
}
