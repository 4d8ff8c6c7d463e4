//! Real PostgreSQL binaries, pinned and verified, downloaded once into the user's cache.
//!
//! Programs of the machine download and unpack them; the cluster that is made of them is `local`'s.

mod cache;
mod client;
mod fetch;
mod installation;
mod integrity;
mod package;
mod platform;
mod unpack;

use self::cache::Cache;
use super::local::{self, Binaries, Owner};
use super::{Held, Provider, Server, blocking};
use crate::config::{self, Config};
use crate::error::SetupError;

/// What to do where nothing can be downloaded.
const INSTEAD: &str = "\
install PostgreSQL and use it: PERF_HARNESS_POSTGRES=local
or run it in a container: PERF_HARNESS_POSTGRES=docker
or use a server of yours: PERF_HARNESS_POSTGRES=postgres://user:password@localhost:5432/postgres";

/// What to do about a directory that cannot be used.
const ANOTHER_PLACE: &str =
    "name a directory that this user can write: PERF_HARNESS_CACHE_DIR=/directory/for/downloads";

/// The newest binaries, or those of a major version.
pub(super) struct Download {
    pub(super) major: Option<u32>,
}

impl Provider for Download {
    async fn obtain(&self, config: &'static Config, why: &str) -> Result<Held, SetupError> {
        let package = package::pinned(self.major, platform::here()?)?;
        let (cache, directory) = blocking(move || {
            let owner = Owner::of_servers()?;
            let cache = Cache::of(config, &owner)?;
            let directory = installation::obtain(&cache, package, &owner, &config::path())?;
            Ok((cache, directory))
        })
        .await?;
        let binaries = Binaries {
            directory,
            version: package.version_number(),
            version_text: package.version(),
        };
        let (server, connection) = local::run(config, &binaries, why).await?;
        let told = format!(
            "PostgreSQL {}, downloaded to {}, a private cluster ({why})",
            package.version(),
            cache.directory().display()
        );
        Ok((Server { told, ..server }, connection))
    }
}

fn failed(cause: impl Into<String>, cure: impl Into<String>) -> SetupError {
    SetupError::Download {
        cause: cause.into(),
        cure: cure.into(),
    }
}
