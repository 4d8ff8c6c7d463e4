//! `cargo bench-compare`, for a workspace without an xtask: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    perf_harness_xtask::main()
}
