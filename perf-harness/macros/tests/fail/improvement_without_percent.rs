//! A gain is a share of what it was.

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, || before(), || after(), 50);
}
