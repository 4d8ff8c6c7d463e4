//! Two mistakes are two errors.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(templat = seed)]
fn one_query(_db: PerfDb) {}

fn main() {}
