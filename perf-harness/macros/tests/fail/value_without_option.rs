//! A value that says not what for.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test("multi_thread")]
async fn one_query(_db: PerfDb) {}

fn main() {}
