//! One of them would be ignored.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows(articles = 5, articles = 6))]
async fn one_query(_db: PerfDb) {}

fn main() {}
