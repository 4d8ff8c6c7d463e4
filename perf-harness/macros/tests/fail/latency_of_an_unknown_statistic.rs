//! Not every percentile has a rule.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p97 < 200ms, || work());
}
