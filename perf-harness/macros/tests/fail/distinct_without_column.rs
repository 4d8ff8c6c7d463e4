//! A table has no different values.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows(articles = 5), distinct(articles = 5))]
async fn one_query(_db: PerfDb) {}

fn main() {}
