//! What the recorder counts is what the server executed: held against the server's own statement log.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod kinds;
mod late;
mod protocol;
mod sea_orm;
mod server_log;
mod sqlx;
mod tasks;
mod tokio_postgres;

use perf_harness::TemplateDb;

/// A hundred authors, and an enum that drivers have to look up.
async fn authors(db: TemplateDb) -> Result<(), ::sqlx::Error> {
    ::sqlx::raw_sql(
        "CREATE TYPE mood AS ENUM ('happy', 'sad');
         CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, mood mood NOT NULL);
         INSERT INTO authors SELECT n, 'author ' || n, 'happy' FROM generate_series(1, 100) n;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}
