//! The directory where clusters live: which is announced, which are dead, and who may start one.
//!
//! ```text
//! <root>/perf-harness-<uid>/
//!   <key>.lock         held by the process that starts a cluster
//!   <key>.current      the name of the cluster to join
//!   servers/<key>-<random>/   a cluster: data, log, password, socket
//! ```

use std::fs::{DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::cluster::Cluster;
use super::owner::Owner;
use crate::error::SetupError;

/// Room that a memory-backed directory must have: a cluster is 40 MB and each database 8 MB more.
const ROOM: u64 = 1 << 30;

/// Where clusters of one key live.
#[derive(Clone, Debug)]
pub(super) struct Site {
    base: PathBuf,
    key: String,
    pub(super) owner: Owner,
}

impl Site {
    /// Makes the directories, in memory where there is room.
    pub(super) fn prepare(temporary: &Path, owner: &Owner, key: &str) -> Result<Self, SetupError> {
        let user = rustix::process::geteuid().as_raw();
        let at = |root: &Path| Self {
            base: root.join(format!("perf-harness-{user}")),
            key: key.to_owned(),
            owner: owner.clone(),
        };
        let memory = Path::new("/dev/shm");
        // A cluster that lives there was started when there was room.
        let in_memory = at(memory).announced().is_some() || has_room(memory);
        let site = at(if in_memory { memory } else { short(temporary) });
        // A server run by another user must pass through, and no more.
        let mode = if owner.is_other() { 0o711 } else { 0o700 };
        private_directory(&site.base, mode, user)?;
        make_directory(&site.servers(), 0o700)?;
        // Also when another process made it: that one may not have come to this yet.
        owner.own(&site.servers())?;
        Ok(site)
    }

    fn servers(&self) -> PathBuf {
        self.base.join("servers")
    }

    /// A directory for a new cluster, owned by the user who will run it.
    pub(super) fn new_directory(&self) -> Result<PathBuf, SetupError> {
        let directory = self
            .servers()
            .join(format!("{}-{}", self.key, random_name()?));
        make_directory(&directory, 0o700)?;
        self.owner.own(&directory)?;
        Ok(directory)
    }

    /// Waits until no other process starts a cluster of this key. The lock goes with the file, or with the process.
    pub(super) fn lock(&self) -> Result<File, SetupError> {
        let path = self.base.join(format!("{}.lock", self.key));
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| {
            SetupError::system(format!("{} could not be locked", path.display()), &error)
        })
    }

    /// The cluster that others should join, if one was announced and its directory is still there.
    pub(super) fn announced(&self) -> Option<Cluster> {
        let name = std::fs::read_to_string(self.current()).ok()?;
        let directory = self.servers().join(name.trim());
        directory.is_dir().then(|| Cluster::at(directory))
    }

    /// Names the cluster that others should join.
    pub(super) fn announce(&self, cluster: &Cluster) -> Result<(), SetupError> {
        let name = cluster.directory().file_name().unwrap_or_default();
        let next = self.base.join(format!("{}.next", self.key));
        std::fs::write(&next, name.as_encoded_bytes())
            .and_then(|()| std::fs::rename(&next, self.current()))
            .map_err(|error| SetupError::system("the cluster could not be announced", &error))
    }

    fn current(&self) -> PathBuf {
        self.base.join(format!("{}.current", self.key))
    }

    /// Removes all clusters of this key. Call it with the lock held, when there is none to join: what runs
    /// still was started by a process that died before it could announce it, or is about to end.
    pub(super) fn sweep(&self) {
        let prefix = format!("{}-", self.key);
        let entries = std::fs::read_dir(self.servers())
            .into_iter()
            .flatten()
            .flatten();
        for entry in entries {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                Cluster::at(entry.path()).kill();
                // Its own reaper may be removing it too.
                drop(std::fs::remove_dir_all(entry.path()));
            }
        }
    }
}

/// A socket's path can have 103 bytes, and ours adds 80 to the root: macOS' own temporary directory is too long.
fn short(temporary: &Path) -> &Path {
    const LONGEST: usize = 23;
    if temporary.as_os_str().len() <= LONGEST {
        temporary
    } else {
        Path::new("/tmp")
    }
}

fn has_room(directory: &Path) -> bool {
    rustix::fs::statvfs(directory)
        .is_ok_and(|space| space.f_bavail.saturating_mul(space.f_frsize) >= ROOM)
}

/// A directory that is ours alone: in a shared place another user could have made it first.
fn private_directory(path: &Path, mode: u32, user: u32) -> Result<(), SetupError> {
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
    let found = std::fs::symlink_metadata(path).map_err(|error| problem(&error))?;
    if !found.is_dir() || found.uid() != user || found.mode() & 0o022 != 0 {
        return Err(problem(
            &"it is not a directory that only this user can write: remove it",
        ));
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| problem(&error))
}

fn make_directory(path: &Path, mode: u32) -> Result<(), SetupError> {
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
    use std::io::Read as _;

    let mut bytes = [0; 8];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| SetupError::system("/dev/urandom could not be read", &error))?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let user = rustix::process::geteuid().as_raw();
        let path = std::env::temp_dir().join(format!("ph-site-{}", std::process::id()));
        private_directory(&path, 0o700, user).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
        let error = private_directory(&path, 0o700, user).unwrap_err();
        assert!(
            error.to_string().contains("only this user can write"),
            "{error}"
        );
        std::fs::remove_dir(&path).unwrap();
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
        let user = rustix::process::geteuid().as_raw();
        let path = std::env::temp_dir().join(format!("ph-link-{}", std::process::id()));
        std::os::unix::fs::symlink("/", &path).unwrap();
        assert!(private_directory(&path, 0o700, user).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
