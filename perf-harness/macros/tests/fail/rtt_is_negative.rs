//! No answer comes before its question.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(rtt = -1ms)]
async fn one_query(_db: PerfDb) {}

fn main() {}
