//! Directories, locks and secrets that are this user's alone, in places that all users share.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use crate::error::SetupError;

/// Where root keeps what the user that runs the server for it must read: that one cannot pass through root's home.
pub(super) const CACHE_OF_ROOT: &str = if cfg!(target_os = "macos") {
    "/Library/Caches/perf-harness"
} else {
    "/var/cache/perf-harness"
};

/// Where the harness keeps what belongs to running servers, below a directory for temporary files.
pub(super) fn place(root: &Path) -> PathBuf {
    let user = rustix::process::geteuid().as_raw();
    root.join(format!("perf-harness-{user}"))
}

/// Who may enter the place: this user alone, or for root also the other user who runs its servers, who must pass
/// through and no more.
pub(super) fn place_mode() -> u32 {
    if rustix::process::geteuid().is_root() {
        0o711
    } else {
        0o700
    }
}

/// A socket's path can have 103 bytes, and ours adds 80 to the root: macOS' own temporary directory is too long.
pub(super) fn short(temporary: &Path) -> &Path {
    const LONGEST: usize = 23;
    if temporary.as_os_str().len() <= LONGEST {
        temporary
    } else {
        Path::new("/tmp")
    }
}

/// Waits until no other process holds the lock. It goes with the file, or with the process.
pub(super) fn lock(path: &Path) -> Result<File, SetupError> {
    loop {
        let locked = lock_file(path).and_then(|file| file.lock().map(|()| file));
        let file = locked.map_err(|error| {
            SetupError::system(format!("{} could not be locked", path.display()), &error)
        })?;
        if is_still(&file, path) {
            return Ok(file);
        }
    }
}

/// The lock, unless another process holds it or there can be none.
pub(super) fn try_lock(path: &Path) -> Option<File> {
    loop {
        let file = lock_file(path).ok()?;
        match file.try_lock() {
            Ok(()) if is_still(&file, path) => return Some(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
    }
}

/// Another user who could open it could hold it.
fn lock_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path)
}

/// Who removes a lock's file holds the lock; who waited for it meanwhile then holds nothing.
fn is_still(file: &File, path: &Path) -> bool {
    let inode = |found: std::io::Result<std::fs::Metadata>| {
        found.ok().map(|found| (found.dev(), found.ino()))
    };
    inode(file.metadata()) == inode(std::fs::metadata(path))
}

/// A new file that only this user can read.
pub(super) fn write_secret(path: &Path, text: &str) -> Result<(), SetupError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            SetupError::system(format!("{} could not be written", path.display()), &error)
        })
}

/// A file that only this user can read, with this text or the one it had before, whatever happens.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SetupError> {
    let aside = path.with_extension(random_name()?);
    let replaced = write_secret(&aside, text).and_then(|()| {
        std::fs::rename(&aside, path).map_err(|error| {
            SetupError::system(format!("{} could not be written", path.display()), &error)
        })
    });
    if replaced.is_err() {
        drop(std::fs::remove_file(aside));
    }
    replaced
}

/// A directory with all above it. What is secret goes into a directory of its own below it.
pub(super) fn make_all(path: &Path) -> Result<(), SetupError> {
    let made = DirBuilder::new().recursive(true).mode(0o755).create(path);
    made.map_err(|error| {
        SetupError::system(format!("{} could not be made", path.display()), &error)
    })
}

/// A directory that is ours alone: in a shared place another user could have made it first.
pub(super) fn directory(path: &Path, mode: u32) -> Result<(), SetupError> {
    let creation = DirBuilder::new().mode(mode).create(path);
    let problem = |cause: &dyn std::fmt::Display| {
        SetupError::system(
            format!("{} cannot be used", path.display()),
            &cause.to_string(),
        )
    };
    if let Err(error) = creation
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(problem(&error));
    }
    if !is_ours(path) {
        return Err(problem(
            &"it is not a directory that only this user can write: remove it, \
              or name another place: PERF_HARNESS_POSTGRES_DIR=<a short absolute path>",
        ));
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| problem(&error))
}

/// Is it there, and can only this user write it?
pub(super) fn is_ours(path: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    std::fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_dir() && found.uid() == user && found.mode() & 0o022 == 0)
}

pub(super) fn make_directory(path: &Path, mode: u32) -> Result<(), SetupError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(SetupError::system(
            format!("{} could not be made", path.display()),
            &error,
        )),
        _ => Ok(()),
    }
}

/// Sixteen hexadecimal digits that no one can guess.
pub(super) fn random_name() -> Result<String, SetupError> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| SetupError::system("/dev/urandom could not be read", &error))?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

/// Thirty-two of them: a password.
pub(super) fn new_secret() -> Result<String, SetupError> {
    Ok(format!("{}{}", random_name()?, random_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let path = std::env::temp_dir().join(format!("ph-site-{}", std::process::id()));
        directory(&path, 0o700).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
        let error = directory(&path, 0o700).unwrap_err();
        assert!(
            error.to_string().contains("only this user can write"),
            "{error}"
        );
        std::fs::remove_dir(&path).unwrap();
    }

    #[test]
    fn a_lock_whose_file_was_removed_is_none() {
        let path = std::env::temp_dir().join(format!("ph-lock-{}", std::process::id()));
        let held = try_lock(&path).unwrap();
        assert!(try_lock(&path).is_none());
        assert_eq!(held.metadata().unwrap().mode() & 0o777, 0o600);
        std::fs::remove_file(&path).unwrap();
        assert!(!is_still(&held, &path));
        let other = try_lock(&path).unwrap();
        assert!(is_still(&other, &path));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn the_longest_socket_path_fits() {
        let long = Path::new("/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/");
        assert_eq!(short(long), Path::new("/tmp"));
        assert_eq!(short(Path::new("/tmp")), Path::new("/tmp"));
        let root = short(Path::new("/a/temporary/directory"));
        let socket = root
            .join("perf-harness-4294967295/servers/18.10-0123abcd-0123456789abcdef/.s.PGSQL.5432");
        assert!(
            socket.as_os_str().len() <= 103,
            "{}",
            socket.as_os_str().len()
        );
    }

    #[test]
    fn a_link_in_the_place_of_the_directory_is_refused() {
        let path = std::env::temp_dir().join(format!("ph-link-{}", std::process::id()));
        std::os::unix::fs::symlink("/", &path).unwrap();
        assert!(directory(&path, 0o700).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
