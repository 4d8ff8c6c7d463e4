//! One function, one test.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
#[perf_test(flavor = "multi_thread")]
async fn one_query(_db: PerfDb) {}

fn main() {}
