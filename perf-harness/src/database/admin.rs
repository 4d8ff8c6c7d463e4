//! The harness's own connections to the server: one that holds locks, a few that create and drop.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::DerefMut;
use std::pin::pin;
use std::sync::Once;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, PgPool, Row as _};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, OnceCell, oneshot};
use tokio::task::JoinHandle;

use super::name;
use crate::config;
use crate::error::SetupError;
use crate::postgres::{self, Server, cause, masked};

/// The server of this process, with the connections that the harness has to it.
pub(super) struct Admin {
    pub(super) server: Server,
    pub(super) place: String,
    /// For what needs no lock.
    pool: PgPool,
    /// Holds the advisory locks of this process: while it lives, its databases are in use.
    keeper: Mutex<Keeper>,
}

/// A connection and the names that it has marked. The server would let one session mark a name twice.
struct Keeper {
    connection: PgConnection,
    marked: HashMap<String, usize>,
}

impl Admin {
    /// The one of this process. Must be called in the background.
    pub(super) async fn get() -> Result<&'static Self, SetupError> {
        static ADMIN: OnceCell<Result<Admin, SetupError>> = OnceCell::const_new();
        static SWEPT: Once = Once::new();
        let admin = ADMIN.get_or_init(Self::start).await;
        let admin = admin.as_ref().map_err(Clone::clone)?;
        // What others left behind keeps no test waiting.
        SWEPT.call_once(|| drop(tokio::spawn(admin.sweep())));
        Ok(admin)
    }

    async fn start() -> Result<Self, SetupError> {
        let (server, connection) = postgres::obtain(config::config()?).await?;
        let options = options(&server)?;
        let admin = Self {
            place: name::place(options.get_database().unwrap_or(&server.role)),
            pool: PgPoolOptions::new()
                .max_connections(4)
                .connect_lazy_with(options),
            keeper: Mutex::new(Keeper {
                connection,
                marked: HashMap::new(),
            }),
            server,
        };
        Ok(admin)
    }

    /// Starts a statement and returns when it is on its way: the server finishes it, whether or not this process
    /// lives to see that. What it answers can be waited for.
    pub(super) async fn begin(
        &'static self,
        sql: String,
    ) -> sqlx::Result<JoinHandle<sqlx::Result<()>>> {
        if config::is_process_per_test() {
            // The last that this process does: no other test waits for the connection that is there already.
            return Ok(sent(sql, self.at_hand().await).await);
        }
        Ok(sent(sql, self.pool.acquire().await?).await)
    }

    /// Renames a database that nobody is connected to. `false`: it is not there, or someone was faster.
    pub(super) async fn rename(&self, from: &str, to: &str) -> sqlx::Result<bool> {
        let rename = format!("ALTER DATABASE \"{from}\" RENAME TO \"{to}\"");
        match sqlx::raw_sql(AssertSqlSafe(rename))
            .execute(&mut *self.at_hand().await)
            .await
        {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Runs one statement that the harness itself wrote.
    pub(super) async fn execute(&self, sql: String) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// The connection that is there already, for a short question: a process of one test need not wait for another.
    pub(super) async fn at_hand(&self) -> MappedMutexGuard<'_, PgConnection> {
        MutexGuard::map(self.keeper.lock().await, |keeper| &mut keeper.connection)
    }

    /// The databases of this role whose names start so, and whether each is a finished template.
    pub(super) async fn databases(&self, prefix: &str) -> sqlx::Result<Vec<(String, bool)>> {
        let rows = sqlx::raw_sql(AssertSqlSafe(format!(
            "SELECT datname::text, datistemplate FROM pg_database
             WHERE starts_with(datname::text, '{prefix}') AND pg_has_role(datdba, 'USAGE')"
        )))
        .fetch_all(&mut *self.at_hand().await)
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// Marks a database as in use by this process alone. The mark goes when the process does.
    ///
    /// No lock is waited for in the server: a waiting connection could give nothing back, and two
    /// processes that build two templates would wait for each other for ever.
    pub(super) async fn try_lease(&self, database: &str) -> Result<bool, SetupError> {
        let mut keeper = self.keeper.lock().await;
        if keeper.marked.contains_key(database) {
            return Ok(false);
        }
        keeper.mark(database, "pg_try_advisory_lock").await
    }

    pub(super) async fn release(&self, database: &str) -> Result<(), SetupError> {
        let mut keeper = self.keeper.lock().await;
        keeper.unmark(database, "pg_advisory_unlock").await
    }

    /// Marks a database as in use by this process, among others.
    pub(super) async fn try_share(&self, database: &str) -> Result<bool, SetupError> {
        let mut keeper = self.keeper.lock().await;
        keeper.mark(database, "pg_try_advisory_lock_shared").await
    }

    pub(super) async fn release_share(&self, database: &str) -> Result<(), SetupError> {
        let mut keeper = self.keeper.lock().await;
        keeper.unmark(database, "pg_advisory_unlock_shared").await
    }

    /// Drops the databases of tests whose process is gone.
    async fn sweep(&self) -> Result<(), SetupError> {
        self.drop_all_unused(&name::clone_prefix(&self.place)).await
    }

    /// Drops every database whose name starts so, unless someone uses it.
    async fn drop_all_unused(&self, prefix: &str) -> Result<(), SetupError> {
        let found = self.databases(prefix).await;
        let found = found.map_err(|error| failed(prefix, "looked for", &error))?;
        for (database, _) in found {
            self.drop_unused(&database).await?;
        }
        Ok(())
    }

    /// Drops what was made from a template, and then the template, unless someone uses it.
    pub(super) async fn drop_unused_template(&self, template: &str) -> Result<(), SetupError> {
        self.drop_all_unused(&name::ready_prefix(&self.place, template))
            .await?;
        self.drop_unused(&name::of_shared(&self.place, template))
            .await?;
        self.drop_unused(template).await
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
        let dropped = self.execute(drop_statement(database)).await;
        dropped.map_err(|error| failed(database, "removed", &error))
    }

    /// Ends the sessions of this role in a database.
    pub(super) async fn disconnect(&self, database: &str) -> sqlx::Result<()> {
        self.execute(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = '{database}' AND backend_type = 'client backend' AND usename = current_user"
        ))
        .await
    }

    /// What is told about a database beside its name.
    pub(super) async fn comment(&self, database: &str, text: &str) -> sqlx::Result<()> {
        // Where backslashes mean something, they need not be in it.
        let text = text.replace('\'', "''").replace('\\', "/");
        self.execute(format!("COMMENT ON DATABASE \"{database}\" IS '{text}'"))
            .await
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
        .map_err(|error| match sqlstate(&error).as_deref() {
            Some("42501") => SetupError::MayNotCreateDatabase {
                role: self.server.role.clone(),
                url: masked(&self.server.url),
                cause: cause(&error),
            },
            _ => failed(database, "created", &error),
        })
    }
}

/// Writes the statement to the connection's socket and waits for the answer in the background.
async fn sent(
    sql: String,
    mut connection: impl DerefMut<Target = PgConnection> + Send + 'static,
) -> JoinHandle<sqlx::Result<()>> {
    let (sent, is_sent) = oneshot::channel();
    let answer = tokio::spawn(async move {
        let mut running = pin!(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection));
        let mut sent = Some(sent);
        poll_fn(|context| {
            // The first poll writes.
            let polled = running.as_mut().poll(context);
            sent.take().map(|sent| sent.send(()));
            polled.map_ok(drop)
        })
        .await
    });
    // Who waits is told, or the task is gone with its runtime.
    drop(is_sent.await);
    answer
}

impl Keeper {
    async fn mark(&mut self, database: &str, function: &str) -> Result<bool, SetupError> {
        let marked = self.call(database, function).await?;
        if marked {
            *self.marked.entry(database.to_owned()).or_default() += 1;
        }
        Ok(marked)
    }

    async fn unmark(&mut self, database: &str, function: &str) -> Result<(), SetupError> {
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

fn options(server: &Server) -> Result<PgConnectOptions, SetupError> {
    let options =
        PgConnectOptions::from_url(&server.url).map_err(|error| SetupError::UrlRefused {
            url: masked(&server.url),
            cause: cause(&error),
        })?;
    let options = options
        .ssl_mode(PgSslMode::Disable)
        .application_name("perf-harness")
        .disable_statement_logging();
    if server.ours {
        // A statement goes on when the process that sent it ends.
        return Ok(options.options([("client_connection_check_interval", "0")]));
    }
    Ok(options)
}

/// Drops a database with whoever is connected to it.
pub(super) fn drop_statement(database: &str) -> String {
    format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)")
}

/// What went wrong with a database. That there is no room left (`disk_full`) has a cure of its own.
pub(super) fn failed(database: &str, step: &'static str, error: &sqlx::Error) -> SetupError {
    if sqlstate(error).as_deref() == Some("53100") {
        return SetupError::StorageFull {
            place: format!("the server, where `{database}` was to be {step}"),
            cause: cause(error),
        };
    }
    SetupError::Database {
        database: database.to_owned(),
        step,
        cause: cause(error),
    }
}

fn sqlstate(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
}
