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
//! - `report`: the table, JSON, markdown and page of an outcome

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program prints"
)]

mod arguments;
mod build;
mod counts;
mod divan;
mod error;
mod estimate;
mod git;
mod interrupt;
mod lockstep;
#[path = "../../../perf-harness/src/nearest.rs"]
mod nearest;
mod outcome;
mod rounds;
mod session;
// The library's statistics of pairs. They are pure, and the library itself would bring a database along.
#[path = "../../../perf-harness/src/stats/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the library asks for more")]
mod stats;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::Asked;
use error::CompareError;
use session::Told;

/// The exit code of a mistake on the command line, and of what could not be measured.
const COULD_NOT_MEASURE: u8 = 2;

/// The first word of the command, which cargo hands on to its subcommands.
const COMMAND: &str = "bench-compare";

/// Reads the command line of this process and does what it says.
#[must_use = "the exit code is how the caller learns of a regression"]
pub fn main() -> ExitCode {
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match words.first() {
        Some(first) if first == COMMAND => drop(words.remove(0)),
        _ => {}
    }
    bench_compare(&words)
}

/// The same for a program that has other commands besides: `words` are those after `bench-compare`.
#[must_use = "the exit code is how the caller learns of a regression"]
pub fn bench_compare(words: &[OsString]) -> ExitCode {
    match act(words) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(COULD_NOT_MEASURE)
        }
    }
}

fn act(words: &[OsString]) -> Result<u8, CompareError> {
    let options = match arguments::read(words)? {
        Asked::Help => {
            print!("{}", arguments::HELP);
            return Ok(0);
        }
        Asked::Compare(options) => options,
    };
    match session::run(&options)? {
        Told::Names(names) => {
            for name in names {
                println!("{name}");
            }
            Ok(0)
        }
        Told::Outcome(outcome) => {
            println!("{outcome:#?}");
            Ok(outcome.exit_code(options.fails_undecided, options.fails_noisy))
        }
    }
}
