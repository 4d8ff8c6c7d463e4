//! An option that is a macro in the function.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(max_queries = 3)]
async fn one_query(_db: PerfDb) {}

fn main() {}
