//! `cargo xtask demo`: the example service's demonstration, on this terminal.

use std::path::Path;
use std::process::Command;

use crate::error::SetupError;
use crate::workspace;

/// What `cargo` is called with.
const ARGUMENTS: [&str; 6] = [
    "run",
    "--quiet",
    "--package",
    "example-service",
    "--example",
    "demo",
];

/// Runs the example and returns its exit code; 1 when a signal ended it.
pub(crate) fn run(root: &Path) -> Result<u8, SetupError> {
    let status = Command::new(workspace::cargo())
        .args(ARGUMENTS)
        .current_dir(root)
        .status()
        .map_err(|error| SetupError::NotStarted(format!("cargo {}", ARGUMENTS.join(" ")), error))?;
    Ok(status
        .code()
        .map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}

/// Runs the example as a step of CI.
pub(crate) fn passes(root: &Path) -> Result<bool, SetupError> {
    run(root).map(|code| code == 0)
}
