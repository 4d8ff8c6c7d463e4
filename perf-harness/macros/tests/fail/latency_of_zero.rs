//! No work takes no time.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 0ms, || work());
}
