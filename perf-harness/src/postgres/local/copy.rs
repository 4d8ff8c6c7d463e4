//! A copy of a directory, file by file, with its modes, handed to whoever runs the server.

use std::fmt;
use std::fs::{DirBuilder, DirEntry};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use super::cluster::step;
use super::owner::Owner;
use crate::error::SetupError;

/// What was copied: two copies of one directory are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Copied {
    files: u64,
    bytes: u64,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files, {} bytes\n", self.files, self.bytes)
    }
}

/// Copies a directory that holds files and directories only.
pub(super) fn copy(from: &Path, to: &Path, owner: &Owner) -> Result<Copied, SetupError> {
    let mut copied = Copied::default();
    make_directory(from, to).map_err(|error| step(to, "copied", &error))?;
    owner.own(to)?;
    let entries = std::fs::read_dir(from).map_err(|error| step(from, "copied", &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| step(from, "copied", &error))?;
        let one = copy_entry(&entry, &to.join(entry.file_name()), owner)?;
        copied.files += one.files;
        copied.bytes += one.bytes;
    }
    Ok(copied)
}

fn make_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    let mode = std::fs::metadata(from)?.permissions().mode();
    DirBuilder::new().mode(mode & 0o700).create(to)
}

fn copy_entry(entry: &DirEntry, to: &Path, owner: &Owner) -> Result<Copied, SetupError> {
    let failed = |error: std::io::Error| step(to, "copied", &error);
    let kind = entry.file_type().map_err(failed)?;
    if kind.is_dir() {
        return copy(&entry.path(), to, owner);
    }
    if !kind.is_file() {
        let cause = format!("{} is no file", entry.path().display());
        return Err(step(to, "copied", &cause));
    }
    let bytes = std::fs::copy(entry.path(), to).map_err(failed)?;
    owner.own(to)?;
    Ok(Copied { files: 1, bytes })
}
