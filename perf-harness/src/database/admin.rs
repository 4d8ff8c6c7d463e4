//! The harness's own connections to the server: one that holds locks, a few that create and drop.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, PgPool};
use tokio::sync::{Mutex, OnceCell};

use super::name;
use crate::config;
use crate::error::SetupError;
use crate::postgres::{self, Server, cause, masked};

/// The server of this process, with the connections that the harness has to it.
pub(super) struct Admin {
    pub(super) server: Server,
    pub(super) place: String,
    /// For what needs no lock.
    pub(super) pool: PgPool,
    /// Holds the advisory locks of this process: while it lives, its databases are in use.
    keeper: Mutex<PgConnection>,
}

impl Admin {
    /// The one of this process. Must be called in the background.
    pub(super) async fn get() -> Result<&'static Self, SetupError> {
        static ADMIN: OnceCell<Result<Admin, SetupError>> = OnceCell::const_new();
        ADMIN
            .get_or_init(Self::start)
            .await
            .as_ref()
            .map_err(Clone::clone)
    }

    async fn start() -> Result<Self, SetupError> {
        let (server, mut keeper) = postgres::obtain(config::config()?).await?;
        // Who waits for a lock can say which process holds it.
        let naming = format!(
            "SET application_name = 'perf-harness {}'",
            std::process::id()
        );
        drop(
            sqlx::raw_sql(AssertSqlSafe(naming))
                .execute(&mut keeper)
                .await,
        );
        let options = options(&server)?;
        let admin = Self {
            place: name::place(options.get_database().unwrap_or(&server.role)),
            pool: PgPoolOptions::new()
                .max_connections(4)
                .connect_lazy_with(options),
            keeper: Mutex::new(keeper),
            server,
        };
        admin.sweep().await?;
        Ok(admin)
    }

    /// Runs one statement that the harness itself wrote.
    pub(super) async fn execute(&self, sql: String) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// The databases of this role whose names start so, and whether each is a finished template.
    pub(super) async fn databases(&self, prefix: &str) -> sqlx::Result<Vec<(String, bool)>> {
        sqlx::query_as(
            "SELECT datname::text, datistemplate FROM pg_database
             WHERE starts_with(datname::text, $1) AND pg_has_role(datdba, 'USAGE')",
        )
        .bind(prefix)
        .fetch_all(&self.pool)
        .await
    }

    /// Marks a database as in use by this process alone. The mark goes when the process does.
    ///
    /// No lock is waited for in the server: a waiting connection could give nothing back, and two
    /// processes that build two templates would wait for each other for ever.
    pub(super) async fn try_lease(&self, database: &str) -> Result<bool, SetupError> {
        self.lock(database, "pg_try_advisory_lock").await
    }

    pub(super) async fn release(&self, database: &str) -> Result<(), SetupError> {
        self.lock(database, "pg_advisory_unlock").await.map(drop)
    }

    /// Marks a database as in use by this process, among others.
    pub(super) async fn try_share(&self, database: &str) -> Result<bool, SetupError> {
        self.lock(database, "pg_try_advisory_lock_shared").await
    }

    pub(super) async fn release_share(&self, database: &str) -> Result<(), SetupError> {
        self.lock(database, "pg_advisory_unlock_shared")
            .await
            .map(drop)
    }

    /// Calls a function that locks or unlocks, and says whether it did.
    async fn lock(&self, database: &str, function: &str) -> Result<bool, SetupError> {
        let mut keeper = self.keeper.lock().await;
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT {function}($1)")))
            .bind(name::lock_key(database))
            .fetch_one(&mut *keeper)
            .await
            .map_err(|error| failed(database, "locked", &error))
    }

    /// Drops the databases of tests whose process is gone.
    async fn sweep(&self) -> Result<(), SetupError> {
        let prefix = name::clone_prefix(&self.place);
        let found = self.databases(&prefix).await;
        let found = found.map_err(|error| failed(&prefix, "looked for", &error))?;
        for (database, _) in found {
            self.drop_unused(&database).await?;
        }
        Ok(())
    }

    /// Drops a database unless someone uses it. One that cannot be dropped stays: it must not keep
    /// this run from its own work, and the next one tries again.
    pub(super) async fn drop_unused(&self, database: &str) -> Result<(), SetupError> {
        if self.try_lease(database).await? {
            let unmark = format!("ALTER DATABASE \"{database}\" IS_TEMPLATE false");
            // Most are no templates.
            drop(self.execute(unmark).await);
            drop(self.drop_database(database).await);
            self.release(database).await?;
        }
        Ok(())
    }

    /// Drops a database with whoever is connected to it.
    pub(super) async fn drop_database(&self, database: &str) -> Result<(), SetupError> {
        self.execute(format!(
            "DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"
        ))
        .await
        .map_err(|error| failed(database, "removed", &error))
    }

    /// Creates a database, telling a missing right from any other failure.
    pub(super) async fn create_database(
        &self,
        database: &str,
        source: &str,
    ) -> Result<(), SetupError> {
        // Copying files costs half of what writing the copy to the log does, and needs PostgreSQL 15.
        let strategy = if self.server.version >= 150_000 {
            " STRATEGY file_copy"
        } else {
            ""
        };
        self.execute(format!(
            "CREATE DATABASE \"{database}\" TEMPLATE \"{source}\"{strategy}"
        ))
        .await
        .map_err(|error| {
            match error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .as_deref()
            {
                Some("42501") => SetupError::MayNotCreateDatabase {
                    role: self.server.role.clone(),
                    url: masked(&self.server.url),
                    cause: cause(&error),
                },
                _ => failed(database, "created", &error),
            }
        })
    }
}

fn options(server: &Server) -> Result<PgConnectOptions, SetupError> {
    let options =
        PgConnectOptions::from_url(&server.url).map_err(|error| SetupError::UrlRefused {
            url: masked(&server.url),
            cause: cause(&error),
        })?;
    Ok(options
        .ssl_mode(PgSslMode::Disable)
        .application_name("perf-harness")
        .disable_statement_logging())
}

pub(super) fn failed(database: &str, step: &'static str, error: &sqlx::Error) -> SetupError {
    SetupError::Database {
        database: database.to_owned(),
        step,
        cause: cause(error),
    }
}
