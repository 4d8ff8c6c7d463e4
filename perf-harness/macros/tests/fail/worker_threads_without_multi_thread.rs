//! The number of threads is for the flavor that has some.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(worker_threads = 2)]
async fn one_query(_db: PerfDb) {}

#[perf_test(worker_threads = 2, flavor = "current_thread")]
async fn two_queries(_db: PerfDb) {}

fn main() {}
