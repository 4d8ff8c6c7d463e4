//! `cargo xtask bench-compare`: which of two versions is faster, by how much, and how surely.
//!
//! A library, so that a workspace's own xtask can have it:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     perf_harness_xtask::main()
//! }
//! ```
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | nothing became slower, or what did was allowed to |
//! | 1 | a confirmed regression, something counted that became more, or less gain than was required |
//! | 2 | it could not be measured: a mistake on the command line, a build that fails, a bench that panics |
//! | 3 | too noisy or undecided, where that was asked to fail (`--fail-on`) |
//!
//! # Modules, in reading order
//!
//! - `outcome`: what a comparison found
//! - `estimate`: from pairs of times to a change and its verdict
//! - `divan`: names and values out of divan's text
//! - `nearest`: what was probably meant by a misspelt name
//! - `report`: the table, JSON, markdown and page of an outcome

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program prints"
)]

mod divan;
mod estimate;
#[path = "../../../perf-harness/src/nearest.rs"]
mod nearest;
mod outcome;
// The library's statistics of pairs. They are pure, and the library itself would bring a database along.
#[path = "../../../perf-harness/src/stats/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the library asks for more")]
mod stats;

use std::process::ExitCode;

/// Reads the command line of this process and does what it says.
#[must_use = "the exit code is how the caller learns of a regression"]
pub fn main() -> ExitCode {
    ExitCode::FAILURE
}
