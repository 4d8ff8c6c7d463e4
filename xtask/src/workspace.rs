//! Where the workspace is, and which cargo builds it.
//!
//! The root is the nearest folder with a `Cargo.lock`, from the current one upwards; not where this crate lies,
//! which is the wrong place when another workspace's xtask calls it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::SetupError;

/// The root of the workspace that the command was called in.
pub(crate) fn root() -> Result<PathBuf, SetupError> {
    let here = env::current_dir().map_err(|error| SetupError::Unreadable(".".into(), error))?;
    root_above(&here).ok_or(SetupError::NoWorkspace(here))
}

/// The cargo that runs this command, so that its children use the same toolchain.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn root_above(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_root_is_the_nearest_folder_with_a_lock_file() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("crates/one/src");
        fs::create_dir_all(&inner).unwrap();
        fs::write(outer.path().join("Cargo.lock"), "").unwrap();

        assert_eq!(root_above(&inner).as_deref(), Some(outer.path()));
        assert_eq!(root_above(outer.path()).as_deref(), Some(outer.path()));
    }

    #[test]
    fn no_lock_file_means_no_workspace() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(root_above(folder.path()), None);
    }
}
