//! From settings to a database that is connected, migrated and, if asked for, seeded.

use example_service::{seed, users::entity::user};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr, EntityTrait, SqlxError,
    sqlx::{Connection, PgConnection},
};
use tokio::time::timeout;

use crate::config::{ACQUIRE_TIMEOUT, ConfigError, DatabaseConfig};
#[cfg(feature = "local-postgres")]
use crate::local::local_database;

const SEEDED_USERS: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error(transparent)]
    Config(#[from] ConfigError),
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

/// A pool of connections to the database of the settings, ready to serve.
pub(crate) async fn open(config: DatabaseConfig) -> Result<DatabaseConnection, DatabaseError> {
    let (url, may_seed) = match config.url {
        Some(url) => (url, config.seed),
        None => (local_database()?, true),
    };
    try_once(&url).await?;
    let db = pool(url, config.max_connections)
        .await
        .map_err(DatabaseError::Pool)?;
    seed::migrate(&db).await.map_err(DatabaseError::Migrate)?;
    if may_seed {
        seed_if_empty(&db).await.map_err(DatabaseError::Seed)?;
    }
    Ok(db)
}

/// One connection outside the pool, since a pool tries again until its timeout and then forgets the reason.
async fn try_once(url: &str) -> Result<(), DatabaseError> {
    let connection = timeout(ACQUIRE_TIMEOUT, PgConnection::connect(url))
        .await
        .map_err(|_| DatabaseError::NoAnswer)?
        .map_err(DatabaseError::Connect)?;
    connection.close().await.map_err(DatabaseError::Connect)
}

async fn pool(url: String, max_connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT);
    Database::connect(options).await
}

/// Never adds to users that are already there.
async fn seed_if_empty(db: &DatabaseConnection) -> Result<(), DbErr> {
    if user::Entity::find().one(db).await?.is_none() {
        seed::users(db, SEEDED_USERS).await?;
        tracing::info!(users = SEEDED_USERS, "seeded the empty database");
    }
    Ok(())
}

#[cfg(not(feature = "local-postgres"))]
fn local_database() -> Result<String, ConfigError> {
    Err(ConfigError::no_database_url())
}
