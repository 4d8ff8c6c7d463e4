//! The tables are missing.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows = 5)]
async fn one_query(_db: PerfDb) {}

fn main() {}
