//! The sessions of a test's database, as the server tells of them, past the recorder.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use url::Url;

use crate::error::SetupError;

/// Processes of the server that are of this database, but for the one that asks.
const BACKENDS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Sessions that are not at rest, the longest one first.
const BUSY: &str = "SELECT coalesce(state, ''), coalesce(wait_event_type || ' ' || wait_event, '') AS waits, \
     coalesce(query, ''), coalesce(extract(epoch FROM clock_timestamp() - state_change)::float8, 0) \
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
     AND backend_type = 'client backend' AND state <> 'idle' ORDER BY state_change LIMIT 3";

/// A connection that asks.
#[derive(Debug)]
pub(crate) struct Sessions {
    connection: PgConnection,
    pub(crate) database: String,
}

/// A session that is not at rest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Busy {
    /// `active`, `idle in transaction`, ..
    pub(crate) state: String,
    /// What the server waits for, or nothing.
    pub(crate) waits: String,
    /// What it runs, or ran last. It can hold values.
    pub(crate) query: String,
    pub(crate) since: Duration,
}

impl Sessions {
    pub(crate) async fn of(url: &Url) -> Result<Self, SetupError> {
        let database = url.path().trim_start_matches('/').to_owned();
        let connecting = async {
            let options = PgConnectOptions::from_url(url)?;
            options.disable_statement_logging().connect().await
        };
        match connecting.await {
            Ok(connection) => Ok(Self {
                connection,
                database,
            }),
            Err(error) => Err(asked(&database, &error)),
        }
    }

    /// The numbers of their processes.
    pub(crate) async fn backends(&mut self) -> Result<Vec<u32>, SetupError> {
        let backends = sqlx::query_scalar::<_, i32>(BACKENDS).fetch_all(&mut self.connection);
        let backends = backends
            .await
            .map_err(|error| asked(&self.database, &error))?;
        Ok(backends
            .into_iter()
            .filter_map(|pid| u32::try_from(pid).ok())
            .collect())
    }

    /// Those that are not at rest.
    pub(crate) async fn busy(&mut self) -> Result<Vec<Busy>, SetupError> {
        let busy = sqlx::query_as::<_, (String, String, String, f64)>(BUSY);
        let busy = busy.fetch_all(&mut self.connection).await;
        let busy = busy.map_err(|error| asked(&self.database, &error))?;
        let busy = busy.into_iter().map(|(state, waits, query, seconds)| Busy {
            state,
            waits,
            query,
            since: Duration::from_secs_f64(seconds.max(0.0)),
        });
        Ok(busy.collect())
    }
}

fn asked(database: &str, error: &sqlx::Error) -> SetupError {
    SetupError::Database {
        database: database.to_owned(),
        step: "asked for its sessions",
        cause: crate::error::chain(error),
    }
}
