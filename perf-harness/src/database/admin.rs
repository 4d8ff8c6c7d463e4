//! The harness's own connections to the server: one that holds locks, a few that create and drop.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Once};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, PgPool, Postgres, Row as _};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, OnceCell};
use tokio::task::JoinHandle;

use super::keeper::Keeper;
use super::name;
use super::sent::sent;
use super::settings;
use crate::config;
use crate::error::SetupError;
use crate::postgres::{self, Server, cause, masked, to_its_end};

/// The server of this process, with the connections that the harness has to it.
pub(super) struct Admin {
    pub(super) server: Server,
    pub(super) place: String,
    /// For what needs no lock.
    pool: PgPool,
    /// Holds the advisory locks of this process: while it lives, its databases are in use.
    keeper: Mutex<Keeper>,
    /// Of the databases that others are copied from, as far as they were asked for.
    settings: Mutex<HashMap<String, Arc<[String]>>>,
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
        let (server, mut connection) = postgres::obtain(config::config()?).await?;
        let ours = server.ours;
        let patience = patient(&mut connection, ours).await;
        patience.map_err(|error| failed("its lock", "kept", &error))?;
        let options = options(&server)?;
        let database = options.get_database().unwrap_or(&server.role);
        let admin = Self {
            place: name::place(database, &server.role),
            pool: PgPoolOptions::new()
                .max_connections(4)
                .after_connect(move |connection, _| Box::pin(patient(connection, ours)))
                .connect_lazy_with(options),
            keeper: Mutex::new(Keeper::new(connection)),
            settings: Mutex::default(),
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
        Ok(sent(sql, self.worker().await?).await)
    }

    /// Renames a database that nobody is connected to. `false`: it is not there, or someone was faster.
    pub(super) async fn rename(&self, from: &str, to: &str) -> sqlx::Result<bool> {
        let rename = format!("ALTER DATABASE \"{from}\" RENAME TO \"{to}\"");
        match sqlx::raw_sql(AssertSqlSafe(rename))
            .execute(&mut *self.at_hand().await)
            .await
        {
            Ok(_) => Ok(true),
            // There is none, or one of the new name, perhaps since this very moment, or someone is connected to it.
            Err(error)
                if matches!(
                    sqlstate(&error).as_deref(),
                    Some("3D000" | "42P04" | "23505" | "55006")
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Runs one statement that the harness itself wrote.
    pub(super) async fn execute(&self, sql: String) -> sqlx::Result<()> {
        let mut worker = self.worker().await?;
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        statement.execute(&mut *worker).await.map(drop)
    }

    /// The same for what no test waits for, and must not wait for.
    async fn execute_apart(&self, sql: String) -> sqlx::Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        statement.execute(&self.pool).await.map(drop)
    }

    /// A connection for what takes longer. A process of one test has nothing else to do with the one that is there
    /// already, and one more would cost it as much as the rest of joining the server.
    async fn worker(&self) -> sqlx::Result<Worker<'_>> {
        Ok(if config::is_process_per_test() {
            Worker::AtHand(self.at_hand().await)
        } else {
            Worker::Pooled(self.pool.acquire().await?)
        })
    }

    /// The connection that is there already, for a short question: a process of one test need not wait for another.
    pub(super) async fn at_hand(&self) -> MappedMutexGuard<'_, PgConnection> {
        MutexGuard::map(self.keeper.lock().await, |keeper| &mut keeper.connection)
    }

    /// The databases of this role whose names start so, and whether each is a finished template. The oldest first, as long
    /// as the server's numbers do not wrap around.
    pub(super) async fn databases(&self, prefix: &str) -> sqlx::Result<Vec<(String, bool)>> {
        let rows = sqlx::raw_sql(AssertSqlSafe(format!(
            "SELECT datname::text, datistemplate FROM pg_database
             WHERE starts_with(datname::text, '{prefix}') AND pg_has_role(datdba, 'USAGE') ORDER BY oid"
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
        if keeper.has_marked(database) {
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
        self.drop_all_unused(&name::shared_prefix(&self.place, template))
            .await?;
        self.drop_unused(template).await
    }

    /// Drops a database unless someone uses it. One that cannot be dropped stays: it must not keep
    /// this run from its own work, and the next one tries again.
    pub(super) async fn drop_unused(&self, database: &str) -> Result<(), SetupError> {
        if self.try_lease(database).await? {
            let unmark = format!("ALTER DATABASE \"{database}\" IS_TEMPLATE false");
            // Most are no templates.
            drop(self.execute_apart(unmark).await);
            drop(self.execute_apart(drop_statement(database)).await);
            self.release(database).await?;
        }
        Ok(())
    }

    /// Drops a database with whoever is connected to it.
    pub(super) async fn drop_database(&self, database: &str) -> Result<(), SetupError> {
        let dropped = self.execute(drop_statement(database)).await;
        dropped.map_err(|error| failed(database, "removed", &error))
    }

    /// Lets nobody in, and ends the sessions of this role: whoever is left behind in there.
    pub(super) async fn shut(&self, database: &str) -> sqlx::Result<()> {
        self.execute(format!(
            "ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS false"
        ))
        .await?;
        // A server of ours has no other sessions than those of its tests.
        let whose = if self.server.ours {
            ""
        } else {
            " AND usename = current_user"
        };
        self.execute(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = '{database}' AND backend_type = 'client backend'{whose}"
        ))
        .await
    }

    /// How many bytes a database has.
    pub(super) async fn size(&self, database: &str) -> sqlx::Result<u64> {
        let asked = format!("SELECT pg_database_size('{database}')");
        let row = sqlx::raw_sql(AssertSqlSafe(asked))
            .fetch_one(&mut *self.worker().await?)
            .await?;
        let size: i64 = row.try_get(0)?;
        Ok(size.unsigned_abs())
    }

    /// What is told about a database beside its name.
    pub(super) async fn comment(&self, database: &str, text: &str) -> sqlx::Result<()> {
        // Where backslashes mean something, they need not be in it.
        let text = text.replace('\'', "''").replace('\\', "/");
        self.execute(format!("COMMENT ON DATABASE \"{database}\" IS '{text}'"))
            .await
    }

    /// Creates a database, with the settings that the source has. Where there is no room, copies that wait make some.
    pub(super) async fn create_database(
        &self,
        database: &str,
        source: &str,
    ) -> Result<(), SetupError> {
        let created = match self.create(database, source).await {
            Err(SetupError::StorageFull { .. }) if self.server.ours => {
                self.drop_all_unused(&name::all_ready(&self.place)).await?;
                self.create(database, source).await
            }
            created => created,
        };
        created?;
        self.give_settings(database, source)
            .await
            .map_err(|error| failed(database, "set up", &error))
    }

    /// Tells a missing right from any other failure.
    async fn create(&self, database: &str, source: &str) -> Result<(), SetupError> {
        let created = self.execute(self.create_statement(database, source)).await;
        created.map_err(|error| match sqlstate(&error).as_deref() {
            Some("42501") => SetupError::MayNotCreateDatabase {
                role: self.server.role.clone(),
                url: masked(&self.server.url),
                cause: cause(&error),
            },
            _ => failed(database, "created", &error),
        })
    }

    /// Copying files costs half of what writing the copy to the log does, and needs PostgreSQL 15.
    pub(super) fn create_statement(&self, database: &str, source: &str) -> String {
        let strategy = if self.server.version >= 150_000 {
            " STRATEGY file_copy"
        } else {
            ""
        };
        format!("CREATE DATABASE \"{database}\" TEMPLATE \"{source}\"{strategy}")
    }

    /// A copy has none of the settings that `ALTER DATABASE .. SET` gave its source.
    async fn give_settings(&self, database: &str, source: &str) -> sqlx::Result<()> {
        for assignment in self.settings(source).await?.iter() {
            self.execute(format!("ALTER DATABASE \"{database}\" SET {assignment}"))
                .await?;
        }
        Ok(())
    }

    /// What `ALTER DATABASE .. SET` gave a database that others are copied from: it does not change any more.
    pub(super) async fn settings(&self, source: &str) -> sqlx::Result<Arc<[String]>> {
        let mut known = self.settings.lock().await;
        if let Some(settings) = known.get(source) {
            return Ok(Arc::clone(settings));
        }
        let asked = format!(
            "SELECT unnest(setconfig) FROM pg_db_role_setting
             WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = '{source}')"
        );
        let rows = sqlx::raw_sql(AssertSqlSafe(asked))
            .fetch_all(&mut *self.worker().await?)
            .await?;
        let mut settings = Vec::new();
        for row in rows {
            settings.extend(settings::assignment(row.try_get(0)?));
        }
        let settings: Arc<[String]> = settings.into();
        known.insert(source.to_owned(), Arc::clone(&settings));
        Ok(settings)
    }
}

/// A connection that is free for a statement.
enum Worker<'a> {
    AtHand(MappedMutexGuard<'a, PgConnection>),
    Pooled(PoolConnection<Postgres>),
}

impl Deref for Worker<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::AtHand(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Worker<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::AtHand(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

/// Waits as long as it takes: a server or a role can have limits that are meant for services, and with its session a
/// process would lose what it holds. A server of ours has none.
async fn patient(connection: &mut PgConnection, ours: bool) -> sqlx::Result<()> {
    if ours {
        return Ok(());
    }
    let limits = "SET idle_session_timeout = 0; SET statement_timeout = 0; SET lock_timeout = 0";
    sqlx::raw_sql(limits).execute(connection).await.map(drop)
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
    Ok(if server.ours {
        to_its_end(&options)
    } else {
        options
    })
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

pub(super) fn sqlstate(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
}
