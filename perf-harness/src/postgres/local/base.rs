//! The directory of one user's clusters, of all keys: which there are, and what of them is left over.
//!
//! ```text
//! <root>/perf-harness-<uid>/
//!   <key>.lock         held by the process that starts or removes a cluster of this key
//!   <key>.current      the name of the cluster to join
//!   <key>.docker       a container, told by `docker`: not this module's
//!   <key>.refused      why there is none, likewise
//!   servers/<key>-<random>/   a cluster: data, log, password, socket
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::cluster::Cluster;
use crate::config::{self, Config};
use crate::error::SetupError;
use crate::postgres::private;

/// Memory-backed, where the system has it.
pub(super) const MEMORY: &str = "/dev/shm";

/// Where clusters live below one root.
#[derive(Clone, Debug)]
pub(in crate::postgres) struct Base {
    pub(super) directory: PathBuf,
}

impl Base {
    /// The one below a root, which may not be there yet.
    pub(in crate::postgres) fn below(root: &Path) -> Self {
        Self {
            directory: private::place(root),
        }
    }

    /// Those that are there.
    pub(in crate::postgres) fn all(config: &Config) -> Vec<Self> {
        let roots = match &config.clusters {
            Some(named) => vec![named.clone()],
            None => vec![
                PathBuf::from(MEMORY),
                private::short(&config::temporary_directory()).to_owned(),
            ],
        };
        let bases = roots.iter().map(|root| Self::below(root));
        bases
            .filter(|base| private::is_ours(&base.directory))
            .collect()
    }

    pub(super) fn servers(&self) -> PathBuf {
        self.directory.join("servers")
    }

    pub(in crate::postgres) fn file(&self, key: &str, extension: &str) -> PathBuf {
        self.directory.join(format!("{key}.{extension}"))
    }

    /// Waits until no other process starts or removes a cluster of this key.
    pub(super) fn lock(&self, key: &str) -> Result<File, SetupError> {
        private::lock(&self.file(key, "lock"))
    }

    /// The same, or `None` while another process does.
    pub(in crate::postgres) fn try_lock(&self, key: &str) -> Option<File> {
        private::try_lock(&self.file(key, "lock"))
    }

    /// All keys that something is there of.
    pub(in crate::postgres) fn keys(&self) -> BTreeSet<String> {
        let files = names(&self.directory).filter_map(|name| key_of_file(&name));
        let clusters = names(&self.servers()).filter_map(|name| key_of_cluster(&name));
        files.chain(clusters).collect()
    }

    /// All clusters of a key, running or not, whole or not.
    pub(in crate::postgres) fn clusters(&self, key: &str) -> Vec<Cluster> {
        let servers = self.servers();
        names(&servers)
            .filter(|name| key_of_cluster(name).as_deref() == Some(key))
            .map(|name| Cluster::at(servers.join(name)))
            .collect()
    }

    /// The cluster that others should join, if one was announced and its directory is still there.
    pub(super) fn announced(&self, key: &str) -> Option<Cluster> {
        let name = std::fs::read_to_string(self.file(key, "current")).ok()?;
        let name = name.trim();
        let is_of_key = key_of_cluster(name).as_deref() == Some(key);
        let directory = self.servers().join(name);
        (is_of_key && directory.is_dir()).then(|| Cluster::at(directory))
    }

    /// Removes what is left of clusters of this key that have ended, unless one is being started.
    pub(in crate::postgres) async fn sweep(&self, key: &str) {
        let Some(_lock) = self.try_lock(key) else {
            return;
        };
        let mut remain = self.file(key, "docker").exists();
        for cluster in self.clusters(key) {
            if cluster.is_dead().await {
                cluster.give_up();
            }
            remain |= cluster.directory().exists();
        }
        if !remain {
            for extension in ["current", "next", "lock"] {
                // It need not be there.
                drop(std::fs::remove_file(self.file(key, extension)));
            }
        }
    }
}

fn names(directory: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// `<key>.lock` and the like.
fn key_of_file(name: &str) -> Option<String> {
    let (key, extension) = name.rsplit_once('.')?;
    matches!(
        extension,
        "lock" | "current" | "next" | "docker" | "refused"
    )
    .then(|| key.to_owned())
}

/// `<key>-<random>`, or `<key>-<random>.gone` while it is being removed.
fn key_of_cluster(name: &str) -> Option<String> {
    let (key, random) = name.rsplit_once('-')?;
    let random = random.strip_suffix(".gone").unwrap_or(random);
    let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_random && !key.contains('/')).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_key() {
        let cluster = |name, key: Option<&str>| assert_eq!(key_of_cluster(name).as_deref(), key);
        cluster("15.18-0123abcd-0123456789abcdef", Some("15.18-0123abcd"));
        cluster(
            "15.18-0123abcd-0123456789abcdef.gone",
            Some("15.18-0123abcd"),
        );
        cluster("15.18-0123abcd", None);
        cluster("../15.18-0123456789abcdef", None);
        let file = |name, key: Option<&str>| assert_eq!(key_of_file(name).as_deref(), key);
        file("15.18-0123abcd.lock", Some("15.18-0123abcd"));
        file("servers", None);
        file("notes.txt", None);
    }
}
