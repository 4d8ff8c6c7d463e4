//! An option is set once.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 200ms, samples = 100, samples = 200, || work());
}
