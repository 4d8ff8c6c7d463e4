//! The connection that holds the advisory locks of this process: while it lives, its databases are in use.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::admin::failed;
use super::name;
use crate::error::SetupError;

/// A connection and the names that it has marked. The server would let one session mark a name twice.
pub(super) struct Keeper {
    pub(super) connection: PgConnection,
    marked: HashMap<String, usize>,
}

impl Keeper {
    pub(super) fn new(connection: PgConnection) -> Self {
        Self {
            connection,
            marked: HashMap::new(),
        }
    }

    pub(super) fn has_marked(&self, database: &str) -> bool {
        self.marked.contains_key(database)
    }

    pub(super) async fn mark(
        &mut self,
        database: &str,
        function: &str,
    ) -> Result<bool, SetupError> {
        let marked = self.call(database, function).await?;
        if marked {
            *self.marked.entry(database.to_owned()).or_default() += 1;
        }
        Ok(marked)
    }

    pub(super) async fn unmark(
        &mut self,
        database: &str,
        function: &str,
    ) -> Result<(), SetupError> {
        self.call(database, function).await?;
        if let Some(times) = self.marked.get_mut(database) {
            *times -= 1;
        }
        self.marked.retain(|_, times| *times > 0);
        Ok(())
    }

    /// Calls a function that locks or unlocks, and says whether it did.
    async fn call(&mut self, database: &str, function: &str) -> Result<bool, SetupError> {
        let call = format!("SELECT {function}({})", name::lock_key(database));
        let row = sqlx::raw_sql(AssertSqlSafe(call))
            .fetch_one(&mut self.connection)
            .await;
        row.and_then(|row| row.try_get(0))
            .map_err(|error| failed(database, "locked", &error))
    }
}
