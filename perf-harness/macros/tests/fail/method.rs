//! A test runner has no `self` to call a method on.

use perf_harness_macros::perf_test;

struct PerfDb;

impl PerfDb {
    #[perf_test]
    async fn one_query(&self) {}
}

fn main() {}
