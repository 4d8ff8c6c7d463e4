//! The servers of ours that run, and what the harness keeps on this machine: told, stopped and removed when asked.
//!
//! Only what is this user's: servers in the directories that are, and the cache.

mod entry;
mod facts;
mod kept;
mod stop;

use std::path::PathBuf;

use crate::config::{self, Config};
use crate::error::SetupError;
use crate::postgres::private;

pub use self::facts::{Facts, Template};
pub use self::kept::Kept;
pub use self::stop::{Ended, Outcome};

/// What there is.
#[derive(Debug)]
pub struct Overview {
    /// Every server that was announced or has a directory.
    pub servers: Vec<Status>,
    /// What is kept for the next server.
    pub kept: Vec<Kept>,
}

/// A server, as far as it can be told.
#[derive(Debug)]
pub struct Status {
    /// The directory of its socket, or its address.
    pub place: String,
    /// Whether it is of binaries on this machine or a container, and of which.
    pub origin: String,
    /// What it says, or why it says nothing.
    pub answer: Result<Facts, String>,
}

/// What was stopped and removed.
#[derive(Debug)]
pub struct Cleaned {
    /// Each server and what became of it.
    pub servers: Vec<Ended>,
    /// What is removed of the cache.
    pub removed: Vec<Kept>,
}

/// What there is now.
pub fn overview() -> Result<Overview, SetupError> {
    let config = config::config()?;
    wait_for(async {
        let mut servers = Vec::new();
        for entry in entry::all(config) {
            if let Some(status) = entry.status().await {
                servers.push(status);
            }
        }
        Overview {
            servers,
            kept: kept::all(&caches(config)),
        }
    })
}

/// Stops the servers that nobody uses, or with `force` those in use too.
pub fn stop(force: bool) -> Result<Vec<Ended>, SetupError> {
    let config = config::config()?;
    wait_for(stop::all(config, force))
}

/// Stops as `stop` does, and removes what is left of servers and, when none is left, all that is kept.
pub fn clean(force: bool) -> Result<Cleaned, SetupError> {
    let config = config::config()?;
    wait_for(async {
        let servers = stop::all(config, force).await;
        entry::sweep(config).await;
        let in_use = servers
            .iter()
            .any(|ended| ended.outcome != Outcome::Stopped);
        let removed = if in_use {
            Vec::new()
        } else {
            kept::remove_all(&caches(config))
        };
        Cleaned { servers, removed }
    })
}

/// Where things are kept: the user's cache and, for root, the one that the server's user can enter as well.
fn caches(config: &Config) -> Vec<PathBuf> {
    let of_root = rustix::process::geteuid().is_root() && !config.cache_named;
    let shared = of_root.then(|| PathBuf::from(private::CACHE_OF_ROOT));
    config.cache.iter().cloned().chain(shared).collect()
}

fn wait_for<T>(work: impl Future<Output = T>) -> Result<T, SetupError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| SetupError::system("no runtime could be started", &error))?;
    Ok(runtime.block_on(work))
}
