//! Nearly an option.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(templat = seed)]
async fn one_query(_db: PerfDb) {}

#[perf_test(flavour = "multi_thread")]
async fn two_queries(_db: PerfDb) {}

#[perf_test(workers = 2)]
async fn three_queries(_db: PerfDb) {}

fn main() {}
