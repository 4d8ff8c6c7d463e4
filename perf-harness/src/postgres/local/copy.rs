//! A copy of a directory, file by file, with its modes, handed to whoever runs the server.

use std::fmt;
use std::fs::{DirBuilder, DirEntry};
use std::ops::AddAssign;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread;

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
        writeln!(f, "{} files, {} bytes", self.files, self.bytes)
    }
}

impl AddAssign for Copied {
    fn add_assign(&mut self, more: Self) {
        self.files += more.files;
        self.bytes += more.bytes;
    }
}

/// Copies a directory that holds files and directories only, each directory in a thread of its own.
pub(super) fn copy(from: &Path, to: &Path, owner: &Owner) -> Result<Copied, SetupError> {
    let failed = |error: std::io::Error| step(to, "copied", &error);
    make_directory(from, to).map_err(failed)?;
    owner.own(to)?;
    let entries: Result<Vec<_>, _> = std::fs::read_dir(from).and_then(Iterator::collect);
    let (directories, others): (Vec<_>, Vec<_>) = entries
        .map_err(failed)?
        .into_iter()
        .partition(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    thread::scope(|scope| {
        let below: Vec<_> = directories
            .iter()
            .map(|entry| scope.spawn(|| copy(&entry.path(), &to.join(entry.file_name()), owner)))
            .collect();
        let mut copied = Copied::default();
        for entry in &others {
            copied += copy_file(entry, &to.join(entry.file_name()), owner)?;
        }
        for thread in below {
            let ended = thread.join();
            copied += ended.map_err(|_| step(to, "copied", &"a thread panicked"))??;
        }
        Ok(copied)
    })
}

fn make_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    let mode = std::fs::metadata(from)?.permissions().mode();
    DirBuilder::new().mode(mode & 0o700).create(to)
}

fn copy_file(entry: &DirEntry, to: &Path, owner: &Owner) -> Result<Copied, SetupError> {
    let failed = |error: std::io::Error| step(to, "copied", &error);
    if !entry.file_type().map_err(failed)?.is_file() {
        let cause = format!("{} is no file", entry.path().display());
        return Err(step(to, "copied", &cause));
    }
    let bytes = std::fs::copy(entry.path(), to).map_err(failed)?;
    owner.own(to)?;
    Ok(Copied { files: 1, bytes })
}
