//! More arguments than something fills.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
async fn one_query(_db: PerfDb, _users: u32) {}

fn main() {}
