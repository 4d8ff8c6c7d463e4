//! A unit that is none.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 200m, || work());
}
