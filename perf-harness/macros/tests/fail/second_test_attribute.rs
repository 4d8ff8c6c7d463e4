//! Each of them would run the function.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
#[test]
async fn one_query(_db: PerfDb) {}

#[perf_test]
#[tokio::test(flavor = "multi_thread")]
async fn two_queries(_db: PerfDb) {}

fn main() {}
