//! The file of known findings, `perf-baseline.toml`: read for a test, and added to, listed and pruned for a person.
//!
//! What is not known fails as it would without the file. The file is never written by a test.

pub mod command;
mod entry;
mod read;
mod runs;
mod text;
mod workspace;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::budget::{Baseline, Known};
use crate::clock;
use crate::error::SetupError;

use self::entry::Entry;

/// The target directory of the workspace around here, as cargo says.
pub(crate) fn target() -> Result<PathBuf, SetupError> {
    workspace::Workspace::here().map(|workspace| workspace.target)
}

/// The workspace around here and its target directory, as cargo says.
pub(crate) fn workspace_and_target() -> Result<(PathBuf, PathBuf), SetupError> {
    workspace::Workspace::here().map(|workspace| (workspace.root, workspace.target))
}

/// What is known of a test, by its program and path: `perf users::list`.
pub(crate) fn of_test(file: Option<&Path>, test: &str) -> Result<Baseline, SetupError> {
    let entries = match file {
        Some(file) => entries(file)?.1,
        None => Vec::new(),
    };
    let ours = entries.into_iter().filter(|entry| entry.test == test);
    let known: Vec<Known> = ours.map(|entry| entry.known).collect();
    Ok(Baseline::new(known, clock::today()))
}

/// The text of a file and its entries. None where there is no file.
fn entries(file: &Path) -> Result<(String, Vec<Entry>), SetupError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            let what = format!("{} cannot be read", file.display());
            return Err(SetupError::system(what, &error));
        }
    };
    let entries = read::entries(&text).map_err(|mistake| mistake.of(file))?;
    Ok((text, entries))
}
