//! An option of `#[tokio::test]` that no database survives.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(start_paused = true)]
async fn one_query(_db: PerfDb) {}

#[perf_test(start_paused)]
async fn two_queries(_db: PerfDb) {}

fn main() {}
