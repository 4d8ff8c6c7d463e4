//! `GET /healthz`, and a database that takes too long.

use axum::http::{StatusCode, header::RETRY_AFTER};
use perf_harness::{PerfDb, assert_queries, perf_test};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, TransactionTrait as _};

use crate::{app::App, seed};

#[perf_test]
async fn health_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    let health = db.record(app.get("/healthz")).await;
    assert_eq!(health.output().status, StatusCode::OK);
    assert_queries!(health, 1);
}

/// As the binary sets it for each connection, only shorter.
#[perf_test(template = seed::hundred_users)]
async fn a_statement_that_takes_too_long_is_503_and_the_next_one_is_answered(db: PerfDb) {
    let mut options = ConnectOptions::new(db.url());
    options.map_sqlx_postgres_opts(|options| options.options([("statement_timeout", "100ms")]));
    let service = Database::connect(options).await.unwrap();
    let app = App::new(example_service::router(service));
    let other = db.connection();
    let lock = other.begin().await.unwrap();
    let statement = "LOCK TABLE profiles IN ACCESS EXCLUSIVE MODE";
    lock.execute_unprepared(statement).await.unwrap();
    let answer = app.get("/api/users/").await;
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.body
    );
    assert_eq!(answer.headers[RETRY_AFTER], "1");
    lock.rollback().await.unwrap();
    assert_eq!(app.get("/api/users/").await.results().len(), 20);
}
