//! The directory where clusters live: which is announced, which are dead, and who may start one.
//!
//! ```text
//! <root>/perf-harness-<uid>/
//!   <key>.lock         held by the process that starts a cluster
//!   <key>.current      the name of the cluster to join
//!   servers/<key>-<random>/   a cluster: data, log, password, socket
//! ```

use std::fs::File;
use std::path::{Path, PathBuf};

use super::cluster::Cluster;
use super::owner::Owner;
use crate::error::SetupError;
use crate::postgres::private::{self, make_directory, random_name};

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
        let at = |root: &Path| Self {
            base: private::place(root),
            key: key.to_owned(),
            owner: owner.clone(),
        };
        let memory = Path::new("/dev/shm");
        // A cluster that lives there was started when there was room.
        let in_memory = at(memory).announced().is_some() || has_room(memory);
        let site = at(if in_memory {
            memory
        } else {
            private::short(temporary)
        });
        private::directory(&site.base, private::place_mode())?;
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
        private::lock(&path)
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

fn has_room(directory: &Path) -> bool {
    rustix::fs::statvfs(directory)
        .is_ok_and(|space| space.f_bavail.saturating_mul(space.f_frsize) >= ROOM)
}
