//! What this user's processes know of their containers: which is announced, and who may start one.
//!
//! ```text
//! <root>/perf-harness-<uid>/
//!   <key>.lock       held by the process that starts a container
//!   <key>.docker     the container to join
//!   <key>.refused    why no container could be started, and when
//!   docker-site      what the containers of this user on this machine are labelled with
//! ```

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::container::Container;
use crate::clock;
use crate::config::{self, Config};
use crate::error::SetupError;
use crate::postgres::private::{self, random_name};

/// Which containers are this user's on this machine: one engine may serve several.
pub(super) const SITE_LABEL: &str = "perf-harness.site";
/// Which of them are the same.
pub(super) const KEY_LABEL: &str = "perf-harness.key";

/// How long a refusal holds, in nanoseconds: a run's other processes are spared the wait, a later run is not.
const LATELY: u128 = 120_000_000_000;

/// Why no container could be started.
#[derive(Serialize, Deserialize)]
struct Refused {
    cause: String,
    cure: String,
    /// Of the image, if it was on this machine. Another one, or one that was pulled meanwhile, may be the cure.
    image_id: Option<String>,
    /// In nanoseconds since 1970.
    at: u128,
}

/// Where containers of one key are announced.
#[derive(Clone, Debug)]
pub(super) struct Site {
    base: PathBuf,
    key: String,
}

impl Site {
    /// Makes the directory, where it goes when the machine restarts: so do the containers.
    pub(super) fn prepare(config: &Config, key: &str) -> Result<Self, SetupError> {
        let memory = Path::new("/dev/shm");
        let root = match &config.clusters {
            Some(named) => named.clone(),
            None if memory.is_dir() => memory.to_owned(),
            None => private::short(&config::temporary_directory()).to_owned(),
        };
        let base = private::place(&root);
        private::directory(&base, private::place_mode())?;
        let key = key.to_owned();
        Ok(Self { base, key })
    }

    /// Waits until no other process starts a container of this key. The lock goes with the file, or with the process.
    pub(super) fn lock(&self) -> Result<File, SetupError> {
        private::lock(&self.lock_file(&self.key))
    }

    /// The container that others should join.
    pub(super) fn announced(&self) -> Option<Container> {
        self.announced_as(&self.key)
    }

    fn announced_as(&self, key: &str) -> Option<Container> {
        let text = std::fs::read_to_string(self.announcement(key)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Names the container that others should join. Only this user can read its password.
    pub(super) fn announce(&self, container: &Container) -> Result<(), SetupError> {
        let next = self.base.join(format!("{}.next", self.key));
        let text = serde_json::to_vec(container).map_err(|error| not_told(&error))?;
        write_privately(&next, &text)
            .and_then(|()| std::fs::rename(&next, self.announcement(&self.key)))
            .map_err(|error| not_told(&error))
    }

    /// Why no container could be started a moment ago. Call it with the lock held.
    pub(super) fn refused_lately(&self, image_id: Option<&str>) -> Option<SetupError> {
        let text = std::fs::read_to_string(self.refusal()).ok()?;
        let refused: Refused = serde_json::from_str(&text).ok()?;
        // A clock that was set back makes it old.
        let age = clock::wall().checked_sub(refused.at)?;
        let is_same = refused.image_id.as_deref() == image_id;
        let Refused { cause, cure, .. } = refused;
        (age < LATELY && is_same).then_some(SetupError::Docker { cause, cure })
    }

    /// Keeps for others why no container could be started. Without it they try for themselves.
    pub(super) fn remember(&self, error: &SetupError, image_id: Option<String>) {
        let (cause, cure) = match error.clone() {
            SetupError::Docker { cause, cure } => (cause, cure),
            other => (other.to_string(), other.hint()),
        };
        let cure = format!(
            "{cure}\nand then wait {} s, or have it tried again at once: rm {}",
            LATELY / 1_000_000_000,
            self.refusal().display()
        );
        let refused = Refused {
            cause,
            cure,
            image_id,
            at: clock::wall(),
        };
        if let Ok(text) = serde_json::to_vec(&refused) {
            drop(write_privately(&self.refusal(), &text));
        }
    }

    fn refusal(&self) -> PathBuf {
        self.base.join(format!("{}.refused", self.key))
    }

    /// Can nobody join this container, nor will anybody? Call it with the lock held and no container to join:
    /// then none of this key's is of use. One of another key is none of this process's business while someone
    /// starts it or it was announced.
    pub(super) fn is_abandoned(&self, key: &str, id: &str) -> bool {
        if key == self.key {
            return true;
        }
        let is_announced = || {
            let announced = self.announced_as(key);
            announced.is_some_and(|container| container.id == id)
        };
        self.lock_another(key).is_some() && !is_announced()
    }

    /// Takes back the announcements of an engine's containers of other keys that are there no more.
    pub(super) fn forget_except(&self, engine: &str, ids: &[&str]) {
        let entries = std::fs::read_dir(&self.base).into_iter().flatten();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let key = name.to_str().and_then(|name| name.strip_suffix(".docker"));
            let Some(key) = key.filter(|key| *key != self.key) else {
                continue;
            };
            let Some(_lock) = self.lock_another(key) else {
                continue;
            };
            let is_gone = |container: Container| {
                container.engine == engine && !ids.contains(&container.id.as_str())
            };
            if self.announced_as(key).is_some_and(is_gone) {
                // Another process may have been faster.
                drop(std::fs::remove_file(entry.path()));
            }
        }
    }

    /// The lock of another key, unless someone holds it. Who holds one must not wait for another.
    fn lock_another(&self, key: &str) -> Option<File> {
        private::try_lock(&self.lock_file(key))
    }

    /// What a container of ours is labelled with.
    pub(super) fn labels(&self) -> Result<HashMap<String, String>, SetupError> {
        Ok(HashMap::from([
            (SITE_LABEL.to_owned(), self.identity()?),
            (KEY_LABEL.to_owned(), self.key.clone()),
        ]))
    }

    /// A random word, the same for all processes that share this directory.
    pub(super) fn identity(&self) -> Result<String, SetupError> {
        let path = self.base.join("docker-site");
        if !path.exists() {
            let word = random_name()?;
            let mine = self.base.join(format!("docker-site.{word}"));
            // The first to link it has chosen the word, for all.
            drop(
                write_privately(&mine, word.as_bytes())
                    .and_then(|()| std::fs::hard_link(&mine, &path)),
            );
            drop(std::fs::remove_file(&mine));
        }
        std::fs::read_to_string(&path).map_err(|error| not_told(&error))
    }

    fn announcement(&self, key: &str) -> PathBuf {
        self.base.join(format!("{key}.docker"))
    }

    fn lock_file(&self, key: &str) -> PathBuf {
        self.base.join(format!("{key}.lock"))
    }
}

fn write_privately(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(text)
}

fn not_told(error: &impl ToString) -> SetupError {
    SetupError::system("the container could not be announced", error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    fn container(id: &str) -> Container {
        Container {
            engine: "unix:///var/run/docker.sock".to_owned(),
            id: id.to_owned(),
            image: "postgres:18.4".to_owned(),
            port: 40_000,
            password: "secret".to_owned(),
        }
    }

    fn in_a_site(name: &str, work: impl FnOnce(Site)) {
        let root = std::env::temp_dir().join(format!("ph-docker-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        work(Site {
            base: root.clone(),
            key: "docker-1".to_owned(),
        });
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_announcement_is_read_by_this_user_only() {
        in_a_site("announce", |site| {
            assert_eq!(site.announced(), None);
            site.announce(&container("a")).unwrap();
            assert_eq!(site.announced(), Some(container("a")));
            let file = site.announcement("docker-1").metadata().unwrap();
            assert_eq!(file.mode() & 0o777, 0o600);
        });
    }

    #[test]
    fn a_container_of_another_key_is_left_alone_while_it_is_started_or_announced() {
        in_a_site("abandoned", |site| {
            let other = Site {
                key: "docker-2".to_owned(),
                ..site.clone()
            };
            assert!(site.is_abandoned("docker-1", "any"));
            assert!(site.is_abandoned("docker-2", "a"));
            let lock = other.lock().unwrap();
            assert!(!site.is_abandoned("docker-2", "a"));
            drop(lock);
            other.announce(&container("a")).unwrap();
            assert!(!site.is_abandoned("docker-2", "a"));
            assert!(site.is_abandoned("docker-2", "b"));
        });
    }

    #[test]
    fn the_announcement_of_a_container_that_is_gone_is_taken_back() {
        in_a_site("forget", |site| {
            let other = Site {
                key: "docker-2".to_owned(),
                ..site.clone()
            };
            site.announce(&container("mine")).unwrap();
            other.announce(&container("a")).unwrap();
            site.forget_except("unix:///var/run/docker.sock", &["a"]);
            site.forget_except("unix:///another.sock", &[]);
            let lock = other.lock().unwrap();
            site.forget_except("unix:///var/run/docker.sock", &[]);
            assert!(other.announced().is_some());
            drop(lock);
            site.forget_except("unix:///var/run/docker.sock", &[]);
            assert!(other.announced().is_none() && site.announced().is_some());
        });
    }

    #[test]
    fn a_refusal_is_told_to_others_for_a_while() {
        in_a_site("refused", |site| {
            assert!(site.refused_lately(None).is_none());
            let (cause, cure) = ("no such host".to_owned(), "wait".to_owned());
            site.remember(&SetupError::Docker { cause, cure }, None);
            let told = site.refused_lately(None).unwrap();
            assert!(told.to_string().ends_with("no such host"), "{told}");
            assert!(told.hint().contains("docker-1.refused"), "{}", told.hint());
            assert!(site.refused_lately(Some("sha256:0")).is_none());
            site.remember(
                &SetupError::system("the port", &"in use"),
                Some("sha256:0".to_owned()),
            );
            let told = site.refused_lately(Some("sha256:0")).unwrap();
            assert!(told.to_string().ends_with("the port: in use"), "{told}");
            for at in [clock::wall() - LATELY, clock::wall() + LATELY] {
                let text = format!(r#"{{"cause":"x","cure":"y","image_id":"sha256:0","at":{at}}}"#);
                std::fs::write(site.refusal(), text).unwrap();
                assert!(site.refused_lately(Some("sha256:0")).is_none());
            }
        });
    }

    #[test]
    fn a_site_has_one_identity() {
        in_a_site("identity", |site| {
            let first = site.identity().unwrap();
            assert_eq!((first.len(), site.identity().unwrap()), (16, first));
        });
    }
}
