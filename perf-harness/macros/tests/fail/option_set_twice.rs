//! One of them would be ignored.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(flavor = "multi_thread", worker_threads = 2, flavor = "multi_thread")]
async fn one_query(_db: PerfDb) {}

fn main() {}
