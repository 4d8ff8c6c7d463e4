//! In place of `local.rs` where the feature `local-postgres` is off: production has a database of its own.

use std::convert::Infallible;

/// There is none.
pub(crate) struct LocalDatabase(Infallible);

impl LocalDatabase {
    #[expect(clippy::unused_async, reason = "the same signature as in local.rs")]
    pub(crate) async fn create() -> Result<Self, LocalError> {
        Err(LocalError)
    }

    pub(crate) fn url(&self) -> &str {
        match self.0 {}
    }

    #[expect(clippy::unused_async, reason = "the same signature as in local.rs")]
    pub(crate) async fn remove(self) {
        match self.0 {}
    }
}

/// Why there is no private Postgres.
#[derive(Debug, thiserror::Error)]
#[error("DATABASE_URL is unset: write postgres://user:password@host:5432/database")]
pub(crate) struct LocalError;
