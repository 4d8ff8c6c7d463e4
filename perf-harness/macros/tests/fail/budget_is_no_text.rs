//! A budget is named by a text.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(budget = 3)]
async fn one_query(_db: PerfDb) {}

fn main() {}
