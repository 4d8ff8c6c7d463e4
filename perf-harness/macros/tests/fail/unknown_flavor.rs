//! Nearly a flavor.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(flavor = "multi-thread")]
async fn one_query(_db: PerfDb) {}

fn main() {}
