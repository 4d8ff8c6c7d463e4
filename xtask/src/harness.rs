//! `cargo xtask postgres`, `baseline`, `indexes`, `budgets` and `history`: what the library's own program does, on this
//! terminal.
//!
//! It is run as a user without this workspace runs it.

use std::path::Path;
use std::process::Command;

use crate::error::SetupError;
use crate::workspace;

/// What `cargo` is called with, before the words.
const ARGUMENTS: [&str; 7] = [
    "run",
    "--quiet",
    "--package",
    "perf-harness",
    "--bin",
    "perf-harness",
    "--",
];

/// What the tests before this step cost, beside what they may: does every entry hold, and did a test check it?
pub(crate) fn budgets_hold(root: &Path) -> Result<bool, SetupError> {
    run(root, &["budgets", "--check"]).map(|code| code == 0)
}

/// Runs the program and returns its exit code; 1 when a signal ended it.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<u8, SetupError> {
    let status = Command::new(workspace::cargo())
        .args(ARGUMENTS)
        .args(words)
        .current_dir(root)
        .status()
        .map_err(|error| SetupError::NotStarted(format!("cargo {}", ARGUMENTS.join(" ")), error))?;
    Ok(status
        .code()
        .map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}
