//! From settings to a database that is connected, migrated and, if asked for, seeded.

use std::time::Duration;

use example_service::{seed, users::entity::user};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, EntityTrait,
    SqlxError, Statement, TransactionTrait as _,
    sqlx::{Connection, PgConnection},
};
use tokio::time::timeout;

use crate::{
    config::{ACQUIRE_TIMEOUT, DatabaseConfig, STATEMENT_TIMEOUT},
    local::{LocalDatabase, LocalError},
};

/// Any number that nobody else takes.
const SET_UP_LOCK: i64 = 4_093_718_254_036;
/// A connection that was used as lately is taken to be alive: to ask is a round trip for each statement.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

const SEEDED_USERS: u32 = 100;
const SEEDED_ARTICLES: u32 = 300;
const SEEDED_ITEMS: u32 = 500;
const SEEDED_PROJECTS: u32 = 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error("cannot connect to the database: {0}; check DATABASE_URL, and that the server runs")]
    Connect(SqlxError),
    #[error(
        "cannot connect to the database: no answer within {ACQUIRE_TIMEOUT:?}; \
         check the host and the port in DATABASE_URL"
    )]
    NoAnswer,
    #[error(
        "cannot open the connection pool: {0}; check DATABASE_URL and DATABASE_MAX_CONNECTIONS"
    )]
    Pool(DbErr),
    #[error(
        "cannot migrate the database: {0}; point DATABASE_URL at an empty database \
         or at one that this service made"
    )]
    Migrate(DbErr),
    #[error("cannot seed the database: {0}")]
    Seed(DbErr),
}

/// A pool of connections, and the private database behind it if there is one.
pub(crate) struct OpenDatabase {
    pool: DatabaseConnection,
    local: Option<LocalDatabase>,
}

impl OpenDatabase {
    pub(crate) fn connection(&self) -> DatabaseConnection {
        self.pool.clone()
    }

    /// Closes the pool and removes what was made for this process.
    pub(crate) async fn close(self) {
        if let Err(error) = self.pool.close().await {
            tracing::warn!(%error, "the connection pool did not close");
        }
        if let Some(local) = self.local {
            local.remove().await;
        }
    }
}

/// The database of the settings, or else a private one, ready to serve.
pub(crate) async fn open(config: DatabaseConfig) -> Result<OpenDatabase, DatabaseError> {
    let (url, may_seed, local) = if let Some(url) = config.url {
        (url, config.seed, None)
    } else {
        let local = LocalDatabase::create().await?;
        (local.url().to_owned(), true, Some(local))
    };
    let pool = prepare(&url, config.max_connections, may_seed).await?;
    Ok(OpenDatabase { pool, local })
}

/// Connected, migrated, and seeded if that is allowed.
async fn prepare(
    url: &str,
    max_connections: u32,
    may_seed: bool,
) -> Result<DatabaseConnection, DatabaseError> {
    try_once(url).await?;
    set_up(url, may_seed).await?;
    pool(url, max_connections)
        .await
        .map_err(DatabaseError::Pool)
}

/// The schema and the rows, over one connection without a statement's time-out: an index may take its time. One
/// process at a time; the lock goes with the connection.
async fn set_up(url: &str, may_seed: bool) -> Result<(), DatabaseError> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    let db = Database::connect(options)
        .await
        .map_err(DatabaseError::Pool)?;
    let lock = format!("SELECT pg_advisory_lock({SET_UP_LOCK})");
    db.execute_unprepared(&lock)
        .await
        .map_err(DatabaseError::Migrate)?;
    migrate(&db).await.map_err(DatabaseError::Migrate)?;
    if may_seed {
        let seeding = db.begin().await.map_err(DatabaseError::Seed)?;
        let seeded = seed_if_empty(&seeding).await;
        seeded.map_err(DatabaseError::Seed)?;
        seeding.commit().await.map_err(DatabaseError::Seed)?;
    }
    db.close().await.map_err(DatabaseError::Pool)
}

/// A database that Django migrates stays Django's: both services run on it until the old one is gone.
async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let question = "SELECT to_regclass('django_migrations') IS NOT NULL";
    let question = Statement::from_string(DbBackend::Postgres, question);
    let answer = db.query_one_raw(question).await?;
    if answer.is_some_and(|row| row.try_get_by_index(0) == Ok(true)) {
        tracing::info!("the schema is Django's: it is not migrated here");
        return Ok(());
    }
    seed::migrate(db).await
}

/// One connection outside the pool, since a pool tries again until its timeout and then forgets the reason.
async fn try_once(url: &str) -> Result<(), DatabaseError> {
    let connection = timeout(ACQUIRE_TIMEOUT, PgConnection::connect(url))
        .await
        .map_err(|_| DatabaseError::NoAnswer)?
        .map_err(DatabaseError::Connect)?;
    connection.close().await.map_err(DatabaseError::Connect)
}

async fn pool(url: &str, max_connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire_if_idle_for(TRUSTED_FOR)
        .map_sqlx_postgres_opts(|options| {
            options.options([("statement_timeout", STATEMENT_TIMEOUT)])
        });
    Database::connect(options).await
}

/// Never adds to users that are already there.
async fn seed_if_empty(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if user::Entity::find().one(db).await?.is_none() {
        seed::users(db, SEEDED_USERS).await?;
        seed::articles(db, SEEDED_ARTICLES).await?;
        seed::items(db, SEEDED_ITEMS).await?;
        seed::projects(db, SEEDED_PROJECTS).await?;
        tracing::info!(
            users = SEEDED_USERS,
            articles = SEEDED_ARTICLES,
            items = SEEDED_ITEMS,
            projects = SEEDED_PROJECTS,
            "seeded the empty database"
        );
    }
    Ok(())
}
