//! `perf-harness postgres status|stop|clean`: what of the harness runs and lies on this machine, and its end.
//! `perf-harness baseline add|list|prune|check`: what is known to be wrong in the workspace around here.
//! `perf-harness budgets`: what each limit of the file of budgets allows, beside what the last run of the tests came to.
//! `perf-harness history list|show`: what tests cost, run after run.
//! `perf-harness indexes`: which indexes no test uses, which are redundant, and which are missing.
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done |
//! | 1 | a server runs on: it is in use, or could not be stopped; `baseline check` found something stale or expired; `indexes --check` found anything; `budgets --check` found a limit exceeded, or unchecked |
//! | 2 | a mistake on the command line, in the environment, in a baseline, in the file of budgets or in what tests wrote |

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program prints"
)]

mod baseline;
mod budgets;
mod history;
mod indexes;
mod text;

use std::process::ExitCode;

use perf_harness::__private::running::{self, Ended, Outcome};
use perf_harness::SetupError;

const USAGE: &str = "\
Usage: perf-harness postgres <command>

  status            the servers of yours that run, and what is kept for the next
  stop  [--force]   stop those that nobody uses, or with --force all
  clean [--force]   the same, then remove what they left and all that is kept
";

const STILL_IN_USE: u8 = 1;
const MISTAKE: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["postgres", "status"] => status(),
        ["postgres", "stop"] => stop(false),
        ["postgres", "stop", "--force"] => stop(true),
        ["postgres", "clean"] => clean(false),
        ["postgres", "clean", "--force"] => clean(true),
        ["indexes", words @ ..] => told(indexes::run(words)),
        ["baseline", words @ ..] => told(baseline::run(words)),
        ["budgets", words @ ..] => told(budgets::run(words)),
        ["history", words @ ..] => told(history::run(words)),
        ["help" | "--help" | "-h"] | ["postgres", "help" | "--help" | "-h"] => {
            print!("{}", usage());
            return ExitCode::SUCCESS;
        }
        other => {
            eprint!("error: `{}` is no command\n\n{}", other.join(" "), usage());
            return ExitCode::from(MISTAKE);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}\n{}", error.hint());
        ExitCode::from(MISTAKE)
    })
}

/// A mistake on the command line ends the program.
fn told(done: Result<Result<ExitCode, SetupError>, String>) -> Result<ExitCode, SetupError> {
    done.unwrap_or_else(|mistake| {
        eprintln!("error: {mistake}");
        Ok(ExitCode::from(MISTAKE))
    })
}

fn usage() -> String {
    let all = [
        USAGE,
        baseline::USAGE,
        indexes::USAGE,
        budgets::USAGE,
        history::USAGE,
    ];
    all.join("\n")
}

fn status() -> Result<ExitCode, SetupError> {
    print!("{}", text::overview(&running::overview()?));
    Ok(ExitCode::SUCCESS)
}

fn stop(force: bool) -> Result<ExitCode, SetupError> {
    let ended = running::stop(force)?;
    print!("{}", text::ended(&ended, force));
    Ok(code(&ended))
}

fn clean(force: bool) -> Result<ExitCode, SetupError> {
    let cleaned = running::clean(force)?;
    print!("{}", text::ended(&cleaned.servers, force));
    print!("{}", text::removed(&cleaned.removed));
    Ok(code(&cleaned.servers))
}

fn code(ended: &[Ended]) -> ExitCode {
    if ended
        .iter()
        .all(|server| server.outcome == Outcome::Stopped)
    {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(STILL_IN_USE)
    }
}
