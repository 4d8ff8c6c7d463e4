//! Nothing would be taken for larger.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rows())]
async fn one_query(_db: PerfDb) {}

fn main() {}
