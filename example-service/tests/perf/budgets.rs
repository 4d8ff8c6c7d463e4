//! Each endpoint within its budget of `perf-budgets.toml`.

use axum::http::StatusCode;
use perf_harness::{PerfDb, assert_within_budget, perf_test};

use crate::app::App;
use crate::seed;

#[perf_test(template = seed::hundred_users, budget = "GET /api/users/")]
async fn the_user_list_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let list = assert_within_budget!(db, || app.get("/api/users/?page_size=100"));
    assert_eq!(list.results().len(), 100);
}

#[perf_test(template = seed::hundred_users, budget = "GET /api/users/{id}/")]
async fn a_user_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let user = assert_within_budget!(db, || app.get("/api/users/7/"));
    assert_eq!(user.status, StatusCode::OK);
}

#[perf_test(template = seed::three_hundred_articles, budget = "GET /api/articles/")]
async fn a_page_of_articles_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let list = assert_within_budget!(db, || app.get("/api/articles/?page_size=100"));
    assert_eq!(list.results().len(), 100);
}

#[perf_test(template = seed::three_hundred_articles)]
async fn a_search_without_a_hit_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let search = db.record(app.get("/api/articles/?search=xylophone")).await;
    assert!(search.output().results().is_empty());
    assert_within_budget!(search, "search_without_a_hit");
}

#[perf_test(budget = "GET /healthz")]
async fn health_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let health = assert_within_budget!(db, || app.get("/healthz"));
    assert_eq!(health.status, StatusCode::OK);
}
