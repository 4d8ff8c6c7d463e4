//! One of two budgets for one percentile has no meaning.

use perf_harness_macros::assert_latency;

fn main() {
    assert_latency!(db, p95 < 200ms, p95 < 300ms, || work());
}
