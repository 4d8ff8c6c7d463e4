//! An empty text names no budget.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(budget = " ")]
async fn one_query(_db: PerfDb) {}

fn main() {}
