//! A runtime without threads runs nothing.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(flavor = "multi_thread", worker_threads = 0)]
async fn one_query(_db: PerfDb) {}

fn main() {}
