//! An option that is none.

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, || before(), || after(), 50%, samples = 10);
}
