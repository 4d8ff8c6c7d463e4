//! There is no choice of plans.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(plans = "all")]
async fn one_query(_db: PerfDb) {}

#[perf_test(plan)]
async fn two_queries(_db: PerfDb) {}

fn main() {}
