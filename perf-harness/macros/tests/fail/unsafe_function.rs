//! The test runner calls safe functions.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
async unsafe fn one_query(_db: PerfDb) {}

fn main() {}
