//! Different values at which size?

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(distinct(articles.category = 5))]
async fn one_query(_db: PerfDb) {}

fn main() {}
