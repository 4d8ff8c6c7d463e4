//! A database for a program that is no test: an example, a demo, a service that someone just wants to see run.

use super::background::in_background;
use super::clone::Database;
use crate::error::SetupError;
use crate::record::SharedLog;
use crate::record::wire::Changes;

/// An empty database of this process's own, on the server that perf tests use.
///
/// [`remove`](Self::remove) drops it. Should the process die before, the next one that uses the server does.
#[derive(Debug)]
pub struct ScratchDb(Database);

impl ScratchDb {
    /// Creates the database, and starts the private cluster if none runs.
    pub async fn create() -> Result<Self, SetupError> {
        Database::create("scratch", None, SharedLog::default(), Changes::default())
            .await
            .map(Self)
    }

    /// The server's own URL of it, password included.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.direct.as_str()
    }

    /// Where the server came from and why, for a person.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// Drops the database. What is still connected to it is cut off.
    pub async fn remove(self) -> Result<(), SetupError> {
        in_background(self.0.removal()).await
    }
}
