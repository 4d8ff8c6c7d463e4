//! Each endpoint within its budget of `perf-budgets.toml`.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use example_service::seed::{items_of, token_of};
use perf_harness::{PerfDb, assert_within_budget, perf_test};

use crate::app::App;
use crate::projects::hundred_projects;
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
async fn a_search_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    for (word, found, budget) in [
        ("heisenbug", 3, "search_for_a_word"),
        ("xylophone", 0, "search_without_a_hit"),
    ] {
        let path = format!("/api/articles/?search={word}");
        let search = assert_within_budget!(db, budget, || app.get(&path));
        assert_eq!(search.results().len(), found, "{word}");
    }
}

#[perf_test(template = hundred_projects, budget = "GET /api/v1/projects/")]
async fn a_page_of_projects_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let list = assert_within_budget!(db, || app.get("/api/v1/projects/?page_size=100"));
    assert_eq!(list.results().len(), 100);
}

#[perf_test(template = hundred_projects, budget = "GET /api/v1/projects/{id}/")]
async fn a_project_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let project = assert_within_budget!(db, || app.get("/api/v1/projects/7/"));
    assert_eq!(project.status, StatusCode::OK);
}

#[perf_test(template = hundred_projects, budget = "POST /api/v1/projects/")]
async fn a_batch_of_projects_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    let batch = format!("[{}]", vec![r#"{"name": "New"}"#; 500].join(","));
    let path = "/api/v1/projects/";
    let created = assert_within_budget!(db, || app.send("POST", path, Some(&batch)));
    assert_eq!(created.status, StatusCode::CREATED);
}

#[perf_test(budget = "GET /healthz")]
async fn health_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db);
    let health = assert_within_budget!(db, || app.get("/healthz"));
    assert_eq!(health.status, StatusCode::OK);
}

#[perf_test(template = seed::hundred_dashboards, budget = "GET /api/dashboard/")]
async fn a_dashboard_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    // Each time it is measured it is read anew.
    let requests = AtomicU64::new(0);
    let list = assert_within_budget!(db, || async {
        let request = requests.fetch_add(1, Ordering::Relaxed);
        app.get(&format!("/api/dashboard/?unknown={request}")).await
    });
    assert_eq!(list.results().len(), 20);
}

#[perf_test(template = seed::hundred_dashboards, budget = "PATCH /api/dashboard/{id}/")]
async fn a_change_of_an_item_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    let body = Some(r#"{"status":"done"}"#);
    let change = assert_within_budget!(db, || app.send("PATCH", "/api/dashboard/3000/", body));
    assert_eq!(change.status, StatusCode::OK);
}

#[perf_test(template = seed::hundred_dashboards, budget = "POST /api/dashboard/")]
async fn a_new_item_is_within_its_budget(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    let body = Some(r#"{"title":"new"}"#);
    let created = assert_within_budget!(db, || app.send("POST", "/api/dashboard/", body));
    assert_eq!(created.status, StatusCode::CREATED);
}

#[perf_test(template = seed::hundred_dashboards, budget = "DELETE /api/dashboard/{id}/")]
async fn the_end_of_an_item_is_within_its_budget(db: PerfDb) {
    // One for each time it is measured.
    let direct = db.unrecorded().connection();
    items_of(&direct, 1, 20_000).await.unwrap();
    let first = 3_001;
    let app = App::on(&db).with_token(&token_of(1));
    let deleted = AtomicU64::new(0);
    let answer = assert_within_budget!(db, || async {
        let id = first + deleted.fetch_add(1, Ordering::Relaxed);
        let path = format!("/api/dashboard/{id}/");
        app.send("DELETE", &path, None).await
    });
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}
