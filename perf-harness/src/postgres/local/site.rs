//! The place of one kind of cluster: which is announced, which are left over, and who may start one.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::base::{Base, MEMORY};
use super::cluster::Cluster;
use super::owner::Owner;
use crate::config::{self, Config};
use crate::error::SetupError;
use crate::postgres::private::{self, make_directory, random_name};

/// Room that a memory-backed directory must have: a cluster is 40 MB and each database 8 MB more.
const ROOM: u64 = 1 << 30;

/// Where clusters of one key live.
#[derive(Clone, Debug)]
pub(super) struct Site {
    base: Base,
    key: String,
    pub(super) owner: Owner,
}

impl Site {
    /// Makes the directories, in memory where there is room.
    pub(super) fn prepare(config: &Config, owner: &Owner, key: &str) -> Result<Self, SetupError> {
        let site = Self {
            base: base(config, key),
            key: key.to_owned(),
            owner: owner.clone(),
        };
        private::directory(&site.base.directory, private::place_mode())?;
        make_directory(&site.base.servers(), 0o700)?;
        // Also when another process made it: that one may not have come to this yet.
        owner.own(&site.base.servers())?;
        Ok(site)
    }

    /// A directory for a new cluster, owned by the user who will run it.
    pub(super) fn new_directory(&self) -> Result<PathBuf, SetupError> {
        let name = format!("{}-{}", self.key, random_name()?);
        let directory = self.base.servers().join(name);
        make_directory(&directory, 0o700)?;
        self.owner.own(&directory)?;
        Ok(directory)
    }

    /// Waits until no other process starts a cluster of this key. The lock goes with the file, or with the process.
    pub(super) fn lock(&self) -> Result<File, SetupError> {
        self.base.lock(&self.key)
    }

    pub(super) fn announced(&self) -> Option<Cluster> {
        self.base.announced(&self.key)
    }

    /// Names the cluster that others should join.
    pub(super) fn announce(&self, cluster: &Cluster) -> Result<(), SetupError> {
        let name = cluster.directory().file_name().unwrap_or_default();
        let next = self.base.file(&self.key, "next");
        std::fs::write(&next, name.as_encoded_bytes())
            .and_then(|()| std::fs::rename(&next, self.base.file(&self.key, "current")))
            .map_err(|error| SetupError::system("the cluster could not be announced", &error))
    }

    /// Removes all clusters of this key. Call it with the lock held, when there is none to join: what runs
    /// still was started by a process that died before it could announce it, or is about to end.
    pub(super) fn sweep(&self) {
        for cluster in self.base.clusters(&self.key) {
            cluster.give_up();
        }
    }

    /// Removes what clusters of other keys left over.
    pub(super) async fn sweep_others(&self) {
        for key in self.base.keys() {
            if key != self.key {
                self.base.sweep(&key).await;
            }
        }
    }
}

/// The place that was named, or memory where there is room, or the temporary directory.
fn base(config: &Config, key: &str) -> Base {
    if let Some(named) = &config.clusters {
        return Base::below(named);
    }
    let memory = Base::below(Path::new(MEMORY));
    // A cluster that lives there was started when there was room.
    if memory.announced(key).is_some() || has_room(Path::new(MEMORY)) {
        return memory;
    }
    Base::below(private::short(&config::temporary_directory()))
}

fn has_room(directory: &Path) -> bool {
    rustix::fs::statvfs(directory)
        .is_ok_and(|space| space.f_bavail.saturating_mul(space.f_frsize) >= ROOM)
}
