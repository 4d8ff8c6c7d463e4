//! A minute is no unit of this.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = 1min)]
async fn one_query(_db: PerfDb) {}

fn main() {}
