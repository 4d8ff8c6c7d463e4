//! No network has a round-trip time of one.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = 1)]
async fn one_query(_db: PerfDb) {}

fn main() {}
