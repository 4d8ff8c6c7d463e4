//! Nothing says how fast it must be.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, || work());
}
