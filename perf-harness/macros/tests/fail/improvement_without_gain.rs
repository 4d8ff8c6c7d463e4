//! It is better by how much?

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, || before(), || after());
}
