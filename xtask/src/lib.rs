//! The workspace's own commands: `cargo xtask tidy`, `cargo xtask bench-compare`, `cargo xtask ci`, `cargo xtask demo`, `cargo xtask postgres`,
//! `cargo xtask load`, `cargo xtask baseline`, `cargo xtask indexes`, `cargo xtask budgets`, `cargo xtask history`.
//!
//! `cargo xtask bench-compare` is a library of its own, which another workspace's xtask calls: `perf-harness-xtask`. All else is
//! about this workspace, and builds on the standard library alone: a check of style that takes a minute to compile is a check
//! nobody runs.
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done, nothing to complain about |
//! | 1 | `tidy` found something, or a step of `ci` failed |
//! | 2 | a mistake on the command line, or the command could not do its work |
//!
//! `bench-compare` has a table of its own in `perf_harness_xtask`. `demo` exits with the code of the example that it runs. `postgres` exits with 1 when a server runs on that should
//! stop: someone uses it, and it says who. `baseline check` exits with 1 when something known is stale or has expired,
//! `indexes --check` when an index is unused, redundant or missing, `budgets --check` when a budget is exceeded or unchecked.
//!
//! # Modules, in reading order
//!
//! - `arguments`: the command line to a `Command`
//! - `tidy`: the rules a machine can check
//! - `ci`: the steps of CI, their order, their outcome
//! - `demo`: the example, run
//! - `bench_provision`: what a fresh database costs a test, ours against others'
//! - `bench_recorder`: what the recorder costs, against a direct connection and pgbouncer
//! - `flake_check`: how often a verdict on latency is wrong
//! - `load`: the example and its Django original under load, one after the other
//! - `harness`: the servers of the harness, what is known to be wrong, indexes, budgets and the history, by its own program
//! - `workspace`, `nearest`, `error`: where the root is, what was probably meant, what kept a command from its work

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program prints"
)]

mod arguments;
mod bench_provision;
mod bench_recorder;
mod ci;
mod demo;
mod error;
mod flake_check;
mod harness;
mod load;
#[path = "../../perf-harness/src/nearest.rs"]
mod nearest;
mod tidy;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use arguments::Command;
use bench_recorder::Extent;
use error::SetupError;
use load::options::Asked;

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
        Ok(command) => run(command, &words).unwrap_or_else(|error| refuse(&error.to_string())),
        Err(mistake) => refuse(&mistake.to_string()),
    }
}

fn run(command: Command, words: &[String]) -> Result<ExitCode, SetupError> {
    match command {
        Command::Help => print!("{}", arguments::help()),
        Command::CiList => print!("{}", ci::list()),
        Command::BenchProvision => bench_provision::run(&workspace::root()?, 5)?,
        Command::BenchProvisionQuick => bench_provision::run(&workspace::root()?, 1)?,
        Command::BenchRecorder => bench_recorder::run(&workspace::root()?, Extent::Full)?,
        Command::BenchRecorderQuick => bench_recorder::run(&workspace::root()?, Extent::Quick)?,
        Command::FlakeCheck => flake_check::run(&workspace::root()?, Extent::Full)?,
        Command::FlakeCheckQuick => flake_check::run(&workspace::root()?, Extent::Quick)?,
        Command::Tidy => return tidy::run(&workspace::root()?).map(pass_or_fail),
        Command::Ci => return Ok(pass_or_fail(ci::run(&workspace::root()?, false))),
        Command::CiTested => return Ok(pass_or_fail(ci::run(&workspace::root()?, true))),
        Command::Postgres(words) => {
            let words = [&["postgres"], words].concat();
            return harness::run(&workspace::root()?, &words).map(ExitCode::from);
        }
        Command::Baseline | Command::Indexes | Command::Budgets | Command::History => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            return harness::run(&workspace::root()?, &words).map(ExitCode::from);
        }
        Command::BenchCompare => {
            let words: Vec<OsString> = words[1..].iter().map(Into::into).collect();
            return Ok(perf_harness_xtask::bench_compare(&words));
        }
        Command::BenchTrials => {
            let words: Vec<OsString> = words[1..].iter().map(Into::into).collect();
            return Ok(perf_harness_xtask::bench_trials(&words));
        }
        Command::Load => load(&words[1..])?,
        Command::Demo => return demo::run(&workspace::root()?).map(ExitCode::from),
    }
    Ok(ExitCode::SUCCESS)
}

fn load(words: &[String]) -> Result<(), SetupError> {
    match load::options::read(words)? {
        Asked::Help => print!("{}", load::options::HELP),
        Asked::Run(options) => load::run(&workspace::root()?, &options, words)?,
    }
    Ok(())
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
