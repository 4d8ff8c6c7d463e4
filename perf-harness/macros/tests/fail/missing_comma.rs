//! Two options without a comma.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(template = seed flavor = "multi_thread")]
async fn one_query(_db: PerfDb) {}

fn main() {}
