//! The workspace's own commands: `cargo xtask tidy`, `cargo xtask ci`, `cargo xtask demo`, `cargo xtask postgres`.
//!
//! A library as well as a program, so that another workspace's xtask can call [`main`]. It builds on the
//! standard library alone: a check of style that takes a minute to compile is a check nobody runs.
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done, nothing to complain about |
//! | 1 | `tidy` found something, or a step of `ci` failed |
//! | 2 | a mistake on the command line, or the command could not do its work |
//!
//! `demo` exits with the code of the example that it runs. `postgres` exits with 1 when a server runs on that should
//! stop: someone uses it, and it says who.
//!
//! # Modules, in reading order
//!
//! - `arguments`: the command line to a `Command`
//! - `tidy`: the rules a machine can check
//! - `ci`: the steps of CI, their order, their outcome
//! - `demo`: the example, run
//! - `bench_provision`: what a fresh database costs a test, ours against others'
//! - `postgres`: the servers of the harness, told and ended
//! - `workspace`, `nearest`, `error`: where the root is, what was probably meant, what kept a command from its work

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program prints"
)]

mod arguments;
mod bench_provision;
mod ci;
mod demo;
mod error;
#[path = "../../perf-harness/src/nearest.rs"]
mod nearest;
mod postgres;
mod tidy;
mod workspace;

use std::env;
use std::process::ExitCode;

use arguments::Command;
use error::SetupError;

/// The exit code of a mistake on the command line, and of a command that could not do its work.
const COULD_NOT_RUN: u8 = 2;

/// Reads the command line of this process and does what it says.
#[must_use = "the exit code is how the caller learns of a failure"]
pub fn main() -> ExitCode {
    let words: Vec<String> = env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match arguments::read(&words) {
        Ok(command) => run(command).unwrap_or_else(|error| refuse(&error.to_string())),
        Err(mistake) => refuse(&mistake.to_string()),
    }
}

fn run(command: Command) -> Result<ExitCode, SetupError> {
    match command {
        Command::Help => print!("{}", arguments::help()),
        Command::CiList => print!("{}", ci::list()),
        Command::BenchProvision => bench_provision::run(&workspace::root()?, 5)?,
        Command::BenchProvisionQuick => bench_provision::run(&workspace::root()?, 1)?,
        Command::Tidy => return tidy::run(&workspace::root()?).map(pass_or_fail),
        Command::Ci => return Ok(pass_or_fail(ci::run(&workspace::root()?))),
        Command::Postgres(words) => {
            return postgres::run(&workspace::root()?, words).map(ExitCode::from);
        }
        Command::Demo => return demo::run(&workspace::root()?).map(ExitCode::from),
    }
    Ok(ExitCode::SUCCESS)
}

fn pass_or_fail(passed: bool) -> ExitCode {
    if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("error: {reason}");
    ExitCode::from(COULD_NOT_RUN)
}
