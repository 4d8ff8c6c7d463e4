//! Where a server comes from. A provider hands over a running server and a connection that keeps it.
//!
//! Knows nothing of tests: databases are made by `database`.

mod local;
mod url;

use std::path::PathBuf;

use ::url::Url;
use sqlx::PgConnection;

use crate::config::{Choice, Config};
use crate::error::{SetupError, chain};

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

/// A running server as the configuration asks for, and a connection to its administrative database.
///
/// The connection must be kept for as long as the server is used: a private cluster stops
/// when no process holds one.
pub(crate) async fn obtain(config: &'static Config) -> Result<(Server, PgConnection), SetupError> {
    match &config.postgres {
        Choice::Url(given) => url::obtain(given).await,
        Choice::Local { directory } => {
            let directory = directory.as_deref();
            local::obtain(config, directory, "as PERF_HARNESS_POSTGRES says").await
        }
        Choice::Auto => local::obtain(config, None, "PERF_HARNESS_POSTGRES is not set").await,
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
