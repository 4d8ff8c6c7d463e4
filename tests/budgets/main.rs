//! Work held against the file of budgets: what is told of it, and what is left on disk.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../failing_output.rs"]
mod failing_output;
mod told;
