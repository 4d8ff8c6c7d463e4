//! The options that `#[sqlx::test]` has for a schema and its rows.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(migrations = "../migrations")]
async fn one_query(_db: PerfDb) {}

#[perf_test(fixtures("users"))]
async fn two_queries(_db: PerfDb) {}

fn main() {}
