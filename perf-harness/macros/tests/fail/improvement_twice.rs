//! One of two gains has no meaning.

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, || before(), || after(), 50%, latency 60%);
}
