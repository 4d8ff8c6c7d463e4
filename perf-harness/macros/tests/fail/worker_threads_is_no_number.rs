//! The number of threads is written out.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(flavor = "multi_thread", worker_threads = "2")]
async fn one_query(_db: PerfDb) {}

#[perf_test(flavor = "multi_thread", worker_threads = THREADS)]
async fn two_queries(_db: PerfDb) {}

#[perf_test(flavor = "multi_thread", worker_threads = -1)]
async fn three_queries(_db: PerfDb) {}

#[perf_test(flavor = "multi_thread", worker_threads = 2u8)]
async fn four_queries(_db: PerfDb) {}

#[perf_test(flavor = "multi_thread", worker_threads = 99999999999999999999)]
async fn five_queries(_db: PerfDb) {}

fn main() {}
