//! A time is no text.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = "1ms")]
async fn one_query(_db: PerfDb) {}

fn main() {}
