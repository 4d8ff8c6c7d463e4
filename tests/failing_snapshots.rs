//! Snapshots that must fail. `snapshots_of_queries` runs them as a child process and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use perf_harness::{PerfDb, TemplateDb, assert_max_queries, assert_query_snapshot, perf_test};
use sqlx::PgPool;

async fn library(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL, title text NOT NULL);",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

async fn list(pool: &PgPool) {
    let query = sqlx::query("SELECT id, name FROM authors WHERE name > $1 ORDER BY name LIMIT 20");
    query.bind("m").execute(pool).await.unwrap();
    let query = sqlx::query("SELECT title FROM books WHERE author_id = ANY($1)");
    query.bind(vec![1, 2]).execute(pool).await.unwrap();
}

#[perf_test(template = library)]
async fn another_list_in_the_source(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(list(&pool)).await;
    assert_query_snapshot!(page, @r"
    SELECT ... FROM authors WHERE ... ORDER BY ... LIMIT ...
    SELECT ... FROM books INNER JOIN authors ON ... WHERE ...
    ");
}

#[perf_test(template = library)]
async fn a_budget_before_the_snapshot(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(list(&pool)).await;
    assert_max_queries!(page, 1);
    assert_query_snapshot!(page, @"SELECT ... FROM authors");
}

#[perf_test(template = library)]
async fn nothing_to_keep(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(async {}).await;
    assert_query_snapshot!(page);
    drop(pool);
}

#[perf_test(template = library)]
async fn a_snapshot_in_a_file(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(list(&pool)).await;
    assert_query_snapshot!(page);
}
