//! Limits on what work costs: each holds where it should, and says what is wrong where it should not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../blog.rs"]
mod blog;
#[path = "../failing_output.rs"]
mod failing_output;
mod holding;
mod told;
