//! A private Postgres for whoever just wants to see the service run: the perf tests' own server.

use perf_harness::{ScratchDb, SetupError};

/// A database that lives as long as this process.
pub(crate) struct LocalDatabase(ScratchDb);

impl LocalDatabase {
    pub(crate) async fn create() -> Result<Self, LocalError> {
        let database = ScratchDb::create().await?;
        tracing::info!("DATABASE_URL is unset: using {}", database.server());
        Ok(Self(database))
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    pub(crate) async fn remove(self) {
        if let Err(error) = self.0.remove().await {
            tracing::warn!(%error, "the private database was left behind; the next start removes it");
        }
    }
}

/// Why there is no private Postgres.
#[derive(Debug, thiserror::Error)]
#[error("DATABASE_URL is unset, and there is no private Postgres either: {cause}\n{hint}")]
pub(crate) struct LocalError {
    cause: SetupError,
    hint: String,
}

impl From<SetupError> for LocalError {
    fn from(cause: SetupError) -> Self {
        Self {
            hint: cause.hint(),
            cause,
        }
    }
}
