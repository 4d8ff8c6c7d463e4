//! Where downloads are kept, who may make one, and what a killed process left there.
//!
//! ```text
//! <cache>/
//!   postgresql-18.4-linux-x64/                 bin, lib, share: whole, or not there
//!   postgresql-18.4-linux-x64.lock             held by the process that makes it
//!   postgresql-18.4-linux-x64.part-<random>/   being made
//! ```

use std::fs::{DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::package::Package;
use super::{ANOTHER_PLACE, INSTEAD, failed};
use crate::config::Config;
use crate::error::SetupError;
use crate::postgres::local::Owner;
use crate::postgres::private::{self, random_name};
use crate::progress::{self, Unit};

/// The room that a download takes for a while, in sizes of its file: two copies of it, and what is unpacked.
const ROOM: u64 = 5;

/// The directory that downloads are kept in.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    directory: PathBuf,
    /// Must another user be able to pass through?
    is_shared: bool,
}

impl Cache {
    pub(super) fn of(config: &Config, owner: &Owner) -> Result<Self, SetupError> {
        let configured = config.cache.clone();
        let Some(directory) = place(configured, config.cache_named, owner.is_other()) else {
            return Err(failed(
                "there is no HOME, and so no cache directory to keep it in",
                ANOTHER_PLACE,
            ));
        };
        // The server is started in another directory.
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        Ok(Self {
            directory,
            is_shared: owner.is_other(),
        })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where a package is when it is whole.
    pub(super) fn place(&self, package: &Package) -> PathBuf {
        self.directory.join(package.directory())
    }

    /// Is the directory there, and can no one put programs into it but this user and root?
    pub(super) fn is_trusted(&self) -> bool {
        trusted(&self.directory).is_ok()
    }

    /// Makes the directory where it is missing, and refuses one that others can write.
    pub(super) fn prepare(&self) -> Result<(), SetupError> {
        self.create()
            .and_then(|()| trusted(&self.directory))
            .map_err(|error| self.refusal(&error))
    }

    fn create(&self) -> std::io::Result<()> {
        if self.directory.exists() {
            return Ok(());
        }
        let mode = if self.is_shared { 0o755 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(&self.directory)?;
        // Whatever this user's mask is.
        std::fs::set_permissions(&self.directory, Permissions::from_mode(mode))
    }

    /// Waits until no other process makes this package. The lock goes with the file, or with the process.
    pub(super) fn lock(&self, package: &Package) -> Result<File, SetupError> {
        let what = format!(
            "waiting for the download of PostgreSQL {}",
            package.version()
        );
        let _progress = progress::begin(what, Unit::Nothing, None);
        let path = self.directory.join(format!("{}.lock", package.directory()));
        private::lock(&path).map_err(|error| self.refusal(&error))
    }

    /// A directory to make the package in, when the lock is held: what a killed process left is removed before.
    pub(super) fn part(&self, package: &Package) -> Result<Part, SetupError> {
        let prefix = format!("{}.part-", package.directory());
        let entries = std::fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten();
        for entry in entries {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                // What cannot be removed is in no one's way.
                drop(std::fs::remove_dir_all(entry.path()));
            }
        }
        self.check_room(package)?;
        let directory = self.directory.join(format!("{prefix}{}", random_name()?));
        let made = std::fs::create_dir(&directory)
            .and_then(|()| std::fs::set_permissions(&directory, Permissions::from_mode(0o755)));
        made.map_err(|error| self.refusal(&error))?;
        Ok(Part(directory))
    }

    fn check_room(&self, package: &Package) -> Result<(), SetupError> {
        let Ok(space) = rustix::fs::statvfs(&self.directory) else {
            return Ok(());
        };
        let (room, needed) = (
            space.f_bavail.saturating_mul(space.f_frsize),
            ROOM * package.bytes,
        );
        // Some network file systems do not know how large they are.
        if space.f_blocks == 0 || room >= needed {
            return Ok(());
        }
        Err(failed(
            format!(
                "{} has {} MB left, and PostgreSQL {} needs {} MB",
                self.directory.display(),
                room / 1_000_000,
                package.version(),
                needed / 1_000_000
            ),
            format!("make room there, or {ANOTHER_PLACE}"),
        ))
    }

    /// Puts a whole package in its place; what was there and is broken goes.
    pub(super) fn reveal(
        &self,
        whole: &Path,
        part: &Part,
        package: &Package,
    ) -> Result<(), SetupError> {
        let place = self.place(package);
        if place.symlink_metadata().is_ok() {
            std::fs::rename(&place, part.0.join("broken")).map_err(|error| self.refusal(&error))?;
        }
        std::fs::rename(whole, &place).map_err(|error| self.refusal(&error))
    }

    fn refusal(&self, cause: &dyn std::fmt::Display) -> SetupError {
        failed(
            format!(
                "the cache directory {} cannot be used: {cause}",
                self.directory.display()
            ),
            format!("{ANOTHER_PLACE}\nor {INSTEAD}"),
        )
    }
}

/// What was named counts for root too: then it is the user's affair who can pass through.
fn place(configured: Option<PathBuf>, is_named: bool, is_for_other: bool) -> Option<PathBuf> {
    if is_for_other && !is_named {
        return Some(PathBuf::from(private::CACHE_OF_ROOT));
    }
    configured
}

/// A directory that goes with this value, unless the process is killed.
#[derive(Debug)]
pub(super) struct Part(PathBuf);

impl Part {
    pub(super) fn directory(&self) -> &Path {
        &self.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Programs are run from it: what others can write could be anyone's programs. Links to it are the user's own affair.
fn trusted(directory: &Path) -> std::io::Result<()> {
    let found = std::fs::metadata(directory)?;
    let user = rustix::process::geteuid().as_raw();
    let cause = if !found.is_dir() {
        "it is not a directory"
    } else if found.uid() != user && found.uid() != 0 {
        "it belongs to another user"
    } else if found.mode() & 0o022 != 0 {
        "other users can write it (chmod go-w)"
    } else {
        return Ok(());
    };
    Err(std::io::Error::other(cause))
}

#[cfg(test)]
mod tests {
    use super::super::package::pinned;
    use super::*;

    fn temporary(name: &str) -> Cache {
        let name = format!("ph-cache-{name}-{}", std::process::id());
        Cache {
            directory: std::env::temp_dir().join(name),
            is_shared: true,
        }
    }

    #[test]
    fn a_directory_that_others_can_write_is_refused_with_the_cure() {
        let cache = temporary("others");
        cache.prepare().unwrap();
        assert!(cache.is_trusted());
        std::fs::set_permissions(&cache.directory, Permissions::from_mode(0o775)).unwrap();
        assert!(!cache.is_trusted());
        let error = cache.prepare().unwrap_err();
        assert!(
            error.to_string().contains("other users can write it"),
            "{error}"
        );
        assert!(error.hint().contains("PERF_HARNESS_CACHE_DIR"));
        std::fs::remove_dir_all(&cache.directory).unwrap();
    }

    #[test]
    fn root_keeps_it_outside_its_home_unless_a_place_is_named() {
        let home = || Some(PathBuf::from("/srv/home/.cache/perf-harness"));
        assert_eq!(
            place(home(), false, true),
            Some(PathBuf::from(private::CACHE_OF_ROOT))
        );
        assert_eq!(
            place(None, false, true),
            Some(PathBuf::from(private::CACHE_OF_ROOT))
        );
        assert_eq!(place(home(), true, true), home());
        assert_eq!(place(home(), false, false), home());
        assert_eq!(place(None, false, false), None);
    }

    #[test]
    fn another_user_can_pass_through_a_directory_that_was_made_for_it() {
        let cache = temporary("mode");
        cache.prepare().unwrap();
        let mode = std::fs::metadata(&cache.directory).unwrap().mode();
        assert_eq!(mode & 0o777, 0o755);
        std::fs::remove_dir_all(&cache.directory).unwrap();
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_other_packages_are_let_be() {
        let cache = temporary("leftover");
        cache.prepare().unwrap();
        let package = pinned(Some(18), "linux-x64").unwrap();
        let left = cache
            .directory
            .join(format!("{}.part-1", package.directory()));
        let other = cache.directory.join("postgresql-17.10-linux-x64.part-1");
        std::fs::create_dir(&left).unwrap();
        std::fs::create_dir(&other).unwrap();
        let part = cache.part(package).unwrap();
        assert!(!left.exists() && other.exists() && part.directory().exists());
        let directory = part.directory().to_owned();
        drop(part);
        assert!(!directory.exists());
        std::fs::remove_dir_all(&cache.directory).unwrap();
    }
}
