//! A template is the path of a function, not its result.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(template = seed())]
async fn one_query(_db: PerfDb) {}

#[perf_test(template = "seed")]
async fn two_queries(_db: PerfDb) {}

#[perf_test(template = |db| async { seed(db, 2).await })]
async fn three_queries(_db: PerfDb) {}

fn main() {}
