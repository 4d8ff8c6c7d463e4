//! A future runs only once.

use perf_harness_macros::assert_improves;

fn main() {
    assert_improves!(db, async { before().await }, || after(), 50%);
}
