//! Every option has a value.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(template)]
async fn one_query(_db: PerfDb) {}

#[perf_test(flavor =)]
async fn two_queries(_db: PerfDb) {}

fn main() {}
