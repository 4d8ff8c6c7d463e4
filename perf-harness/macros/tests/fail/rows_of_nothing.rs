//! A table without rows has no plan to speak of.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows(articles = 0))]
async fn one_query(_db: PerfDb) {}

fn main() {}
