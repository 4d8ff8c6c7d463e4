//! A folder for one run of callgrind, which is only ours, and gone when this is dropped.
//!
//! Somebody listens in it, as in that of a gate: where nobody does any more, the next run removes it.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(0);

pub(super) struct Folder {
    path: PathBuf,
    _listener: UnixListener,
}

impl Folder {
    pub(super) fn new() -> io::Result<Self> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ph-bench-{}-callgrind-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        match UnixListener::bind(path.join("gate")) {
            Ok(listener) => Ok(Self {
                path,
                _listener: listener,
            }),
            Err(error) => {
                drop(fs::remove_dir_all(&path));
                Err(error)
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockstep;

    #[test]
    fn it_is_there_as_long_as_it_is_used_and_removed_where_it_is_not() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_owned();
        lockstep::clean(&std::env::temp_dir());
        assert!(path.is_dir());
        drop(folder);
        assert!(!path.exists());
        // As after a kill: the folder is left, and nobody listens.
        fs::create_dir(&path).unwrap();
        drop(UnixListener::bind(path.join("gate")).unwrap());
        lockstep::clean(&std::env::temp_dir());
        assert!(!path.exists());
    }
}
