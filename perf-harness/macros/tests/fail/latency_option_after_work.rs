//! The work is the last argument.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 200ms, || work(), samples = 100);
}
