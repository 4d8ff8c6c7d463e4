//! Not everything can be compared.

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, || before(), || after(), speed 50%);
}
