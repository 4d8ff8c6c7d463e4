//! `perf-harness baseline add|list|prune|check`: what is known to be wrong, in the files of a workspace.

mod text;
mod words;

use std::process::ExitCode;

use perf_harness::__private::baseline::{self, Wish};
use perf_harness::SetupError;

use self::words::{Command, read};

/// What the words after `baseline` may be.
pub(crate) const USAGE: &str = words::USAGE;

/// Does what the words after `baseline` say. A mistake among them is the error's text.
pub(crate) fn run(words: &[&str]) -> Result<Result<ExitCode, SetupError>, String> {
    Ok(match read(words)? {
        Command::Add(wish) => add(&wish),
        Command::List => list(),
        Command::Prune => prune(),
        Command::Check => check(),
        Command::Help => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
    })
}

fn add(wish: &Wish) -> Result<ExitCode, SetupError> {
    print!("{}", text::added(&baseline::add(wish)?));
    Ok(ExitCode::SUCCESS)
}

fn list() -> Result<ExitCode, SetupError> {
    print!("{}", text::list(&baseline::list()?));
    Ok(ExitCode::SUCCESS)
}

fn prune() -> Result<ExitCode, SetupError> {
    print!("{}", text::pruned(&baseline::prune()?));
    Ok(ExitCode::SUCCESS)
}

/// 1 if an entry should go: it is stale, or its day is over.
fn check() -> Result<ExitCode, SetupError> {
    let facts = baseline::list()?;
    print!("{}", text::checked(&facts));
    let passes = text::due(&facts).is_empty();
    Ok(if passes {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
