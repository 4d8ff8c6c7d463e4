//! Nothing says which type to test with.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
async fn one_query<T>(_db: PerfDb) {}

fn main() {}
