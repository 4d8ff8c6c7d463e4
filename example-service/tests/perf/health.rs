//! `GET /healthz`

use axum::http::StatusCode;
use perf_harness::{PerfDb, assert_queries, perf_test};

use crate::app::App;

#[perf_test]
async fn health_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    let health = db.record(app.get("/healthz")).await;
    assert_eq!(health.output().status, StatusCode::OK);
    assert_queries!(health, 1);
}
