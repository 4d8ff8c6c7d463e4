//! It is a warning or a failure.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 200ms, undecided = ignore, || work());
}
