//! The harness has a runtime to run an async function on.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
fn one_query(_db: PerfDb) {}

fn main() {}
