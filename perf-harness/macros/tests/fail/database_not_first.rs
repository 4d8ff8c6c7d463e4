//! The harness fills the first argument, the cases the rest.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
#[rstest]
#[case(10)]
async fn one_query(#[case] _users: u32, _db: PerfDb) {}

fn main() {}
