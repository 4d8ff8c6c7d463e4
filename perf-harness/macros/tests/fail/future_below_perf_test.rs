//! The cases are made where nothing can be awaited.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
#[rstest]
async fn one_query(_db: PerfDb, #[future] _users: u32) {}

#[perf_test]
#[rstest]
#[awt]
async fn two_queries(_db: PerfDb, _users: u32) {}

fn main() {}
