//! Where a server comes from. A provider hands over a running server and a connection that keeps it.
//!
//! Knows nothing of tests: databases are made by `database`.

#[cfg(feature = "docker")]
mod docker;
#[cfg(not(feature = "docker"))]
#[path = "no_docker.rs"]
mod docker;
mod download;
mod idle;
mod local;
mod private;
pub mod running;
mod settings;
mod turn;
mod url;

use std::path::PathBuf;

use ::url::Url;
use sqlx::PgConnection;

use crate::config::{Choice, Config};
use crate::error::{SetupError, chain};

use self::docker::Docker;
use self::download::Download;
pub(crate) use self::idle::to_its_end;
use self::local::Local;
pub(crate) use self::turn::turn_to_take_times;
use self::url::Given;
pub(crate) use self::url::{masked, with_database, with_port};

/// The oldest supported version, as `server_version_num` says it.
const OLDEST: u32 = 140_000;

/// A server that runs, and how to reach it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// URL of its administrative database, with the password.
    pub(crate) url: Url,
    pub(crate) endpoint: Endpoint,
    /// The role that the URL names.
    pub(crate) role: String,
    /// `server_version_num`: 150018 is 15.18.
    pub(crate) version: u32,
    /// Started by the harness and stopped when idle: what is made on it ahead of time goes with it.
    pub(crate) ours: bool,
    /// Where it came from and why, for a person.
    pub(crate) told: String,
}

/// The place a server listens at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Tcp {
        host: String,
        port: u16,
    },
    /// The socket file.
    Unix(PathBuf),
}

/// A running server and a connection to its administrative database.
///
/// The connection must be kept for as long as the server is used: a server of ours stops when no process holds one.
pub(crate) type Held = (Server, PgConnection);

/// One way to come by a server.
trait Provider {
    /// A server that runs: found, joined or started. `why` it is this one is told with it.
    fn obtain(
        &self,
        config: &'static Config,
        why: &str,
    ) -> impl Future<Output = Result<Held, SetupError>> + Send;
}

/// The server that the configuration asks for.
pub(crate) async fn obtain(config: &'static Config) -> Result<Held, SetupError> {
    let why = "as PERF_HARNESS_POSTGRES says";
    match &config.postgres {
        Choice::Auto => auto(config).await,
        Choice::Url(url) => Given(url).obtain(config, why).await,
        Choice::Docker { image } => {
            Docker::of(image.as_deref(), config)
                .obtain(config, why)
                .await
        }
        Choice::Local { directory } => {
            let directory = directory.clone();
            Local { directory }.obtain(config, why).await
        }
        Choice::Download { major } => Download { major: *major }.obtain(config, why).await,
    }
}

/// The first provider that can give a server. Docker is passed over, and told, whatever it lacks: an engine is there
/// for other ends too. Binaries that are not there are as well; those that are there and do not work are an error:
/// another server in their place would be a surprise.
async fn auto(config: &'static Config) -> Result<Held, SetupError> {
    let mut passed_over = Vec::new();
    let docker = Docker::of(None, config);
    match docker.obtain(config, &because(&passed_over)).await {
        Err(error) => passed_over.push(("docker", error)),
        held => return held,
    }
    let local = Local { directory: None };
    match local.obtain(config, &because(&passed_over)).await {
        Err(error @ (SetupError::PostgresNotFound { .. } | SetupError::PostgresTooOld { .. })) => {
            passed_over.push(("local", error));
        }
        other => return other,
    }
    let download = Download { major: None };
    match download.obtain(config, &because(&passed_over)).await {
        Err(error) => passed_over.push(("download", error)),
        held => return held,
    }
    Err(SetupError::NoPostgres {
        tried: passed_over
            .iter()
            .map(|(provider, error)| format!("{provider}: {error}"))
            .collect(),
    })
}

/// Why it is this provider's turn.
fn because(passed_over: &[(&str, SetupError)]) -> String {
    let mut reason = "PERF_HARNESS_POSTGRES is not set".to_owned();
    // That a feature is off is a choice of the user's, and no news.
    let news = |error: &SetupError| !matches!(error, SetupError::FeatureDisabled { .. });
    for (provider, error) in passed_over.iter().filter(|(_, error)| news(error)) {
        reason = format!("{reason}; not {provider}: {error}");
    }
    reason
}

/// Runs what waits for files and processes where it blocks no recorder.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SetupError> + Send + 'static,
) -> Result<T, SetupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SetupError::system("the set-up was interrupted", &error)),
    }
}

/// What the server or the operating system said, without what sqlx adds for its own developers.
pub(crate) fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => match database.code() {
            Some(sqlstate) => format!("{} (SQLSTATE {sqlstate})", database.message()),
            None => database.message().to_owned(),
        },
        sqlx::Error::Io(error) => error.to_string(),
        other => chain(other),
    }
}

/// Refuses a server that is too old, told by where it is.
fn supported(version: u32, place: &str) -> Result<u32, SetupError> {
    if version >= OLDEST {
        return Ok(version);
    }
    Err(SetupError::PostgresTooOld {
        place: place.to_owned(),
        version: format!("{}.{}", version / 10_000, version % 10_000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_older_than_14_is_refused_by_name() {
        assert_eq!(supported(140_000, "here").unwrap(), 140_000);
        let error = supported(130_022, "/usr/lib/postgresql/13/bin").unwrap_err();
        assert_eq!(
            error.to_string(),
            "/usr/lib/postgresql/13/bin is PostgreSQL 13.22, and 14 is the oldest that is supported"
        );
    }
}
