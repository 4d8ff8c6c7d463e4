//! The plans that really ran, told by the server on the program's own connection, and unseen by the program.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cursors;
mod drivers;
mod fallbacks;
mod unseen;
mod within;

use perf_harness::{PerfDb, Query, Recording, TemplateDb};
use serde_json::Value;
use tokio_postgres::{Client, NoTls};

/// Authors, their articles, and what runs statements of its own.
async fn shop(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE articles (id int PRIMARY KEY, author int NOT NULL REFERENCES authors, title text NOT NULL);
         INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 1000) n;
         INSERT INTO articles SELECT n, n, 'article ' || n FROM generate_series(1, 1000) n;
         CREATE FUNCTION articles_of(whose int) RETURNS bigint LANGUAGE plpgsql AS $$
         DECLARE found bigint;
         BEGIN
             SELECT count(*) INTO found FROM articles WHERE author = whose;
             RETURN found;
         END $$",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

async fn connect(db: &PerfDb) -> Client {
    let (client, connection) = tokio_postgres::connect(db.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What kind of node a query's own plan has at its top. Empty where there is no such plan.
fn top(query: &Query) -> String {
    query.executed_plan().map(top_of).unwrap_or_default()
}

fn top_of(plan: &str) -> String {
    let plan: Value = serde_json::from_str(plan).unwrap();
    plan["Plan"]["Node Type"].as_str().unwrap().to_owned()
}

/// The tops of the plans of all queries.
fn tops<T>(recording: &Recording<T>) -> Vec<String> {
    recording.queries().map(top).collect()
}

/// The texts of the statements that ran within a query.
fn within(query: &Query) -> Vec<String> {
    let text = |plan: &str| {
        let plan: Value = serde_json::from_str(plan).unwrap();
        plan["Query Text"].as_str().unwrap().to_owned()
    };
    query.inner_plans().map(text).collect()
}
