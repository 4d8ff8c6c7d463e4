//! A flavor is named in quotes, as at `#[tokio::test]`.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(flavor = multi_thread)]
async fn one_query(_db: PerfDb) {}

#[perf_test(flavor = 2)]
async fn two_queries(_db: PerfDb) {}

fn main() {}
