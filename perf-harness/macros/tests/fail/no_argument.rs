//! Without the database there is nothing to measure.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
async fn one_query() {}

fn main() {}
