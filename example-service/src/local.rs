//! A private Postgres for whoever just wants to see the service run.

use crate::config::ConfigError;

/// The URL of a server that belongs to this process.
pub(crate) fn local_database() -> Result<String, ConfigError> {
    Err(ConfigError::no_database_url())
}
