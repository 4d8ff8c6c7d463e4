//! The service that the cases are pieces of.

use perf_harness::TemplateDb;
use sqlx::{AssertSqlSafe, PgPool};

pub(crate) async fn shop(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL, total int NOT NULL);
         CREATE TABLE lines (id int PRIMARY KEY, order_id int NOT NULL);
         INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 5) n;
         INSERT INTO orders SELECT n, n % 5 + 1, n FROM generate_series(1, 20) n;
         INSERT INTO lines SELECT n, n % 20 + 1 FROM generate_series(1, 40) n;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

pub(crate) async fn user(pool: &PgPool, id: i32) -> String {
    let query = sqlx::query_scalar("SELECT name FROM users WHERE id = $1");
    query.bind(id).fetch_one(pool).await.unwrap()
}

pub(crate) async fn users(pool: &PgPool) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM users ORDER BY id");
    query.fetch_all(pool).await.unwrap()
}

pub(crate) async fn orders(pool: &PgPool, user: i32) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM orders WHERE user_id = $1 ORDER BY id");
    query.bind(user).fetch_all(pool).await.unwrap()
}

pub(crate) async fn greeting(pool: &PgPool, id: i32) -> String {
    format!("hello {}", user(pool, id).await)
}

pub(crate) async fn card(pool: &PgPool, id: i32) -> (String, String) {
    let left = greeting(pool, id).await;
    let right = greeting(pool, id + 1).await;
    (left, right)
}

pub(crate) async fn text(pool: &PgPool, sql: String) {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql));
    statement.execute(pool).await.unwrap();
}
