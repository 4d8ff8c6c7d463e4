//! Rows are counted.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows(articles = "many"))]
async fn one_query(_db: PerfDb) {}

fn main() {}
