//! The other end of the solar system.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = 11s)]
async fn one_query(_db: PerfDb) {}

fn main() {}
