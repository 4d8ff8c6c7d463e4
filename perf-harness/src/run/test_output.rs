//! What a test function may return.

/// What a test function may return: `()`, or a `Result` with an error that can be printed.
#[diagnostic::on_unimplemented(
    message = "a perf test returns `()` or `Result<(), E>`, not `{Self}`",
    label = "this function's output is `{Self}`",
    note = "its shape is `async fn name(db: perf_harness::PerfDb)` or `... -> Result<(), E>` with `E: Debug`"
)]
pub trait TestOutput {
    /// Did the test itself fail?
    fn failed(&self) -> bool;
}

impl TestOutput for () {
    fn failed(&self) -> bool {
        false
    }
}

impl<E: std::fmt::Debug> TestOutput for Result<(), E> {
    fn failed(&self) -> bool {
        self.is_err()
    }
}
