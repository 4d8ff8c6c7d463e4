//! Nothing is no round-trip time.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = 0ms)]
async fn one_query(_db: PerfDb) {}

fn main() {}
