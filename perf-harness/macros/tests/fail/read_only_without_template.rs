//! Nothing to share, and a value where none belongs.

use perf_harness_macros::perf_test;

struct PerfDb;

#[perf_test(read_only)]
async fn shares_nothing(_db: PerfDb) {}

#[perf_test(template = seed, read_only = true)]
async fn value(_db: PerfDb) {}

fn main() {}
