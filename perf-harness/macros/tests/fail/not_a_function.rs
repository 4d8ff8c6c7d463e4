//! Only a function can be a test.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test]
struct OneQuery;

fn main() {}
