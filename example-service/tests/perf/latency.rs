//! How long a request takes, as its callers see it: what the API promises, in the debug build of a test. The tight budgets that it
//! holds stand in `perf-budgets.toml`, and `budgets.rs` asks for them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use example_service::seed::token_of;
use perf_harness::{PerfDb, PerfTest, assert_improves, assert_latency, perf_test};

use crate::app::App;
use crate::projects::hundred_projects;
use crate::seed;

#[perf_test(template = seed::hundred_users)]
async fn the_user_list_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p50 < 100ms, p95 < 200ms, || app
        .get("/api/users/?page_size=100"));
}

#[perf_test(template = seed::hundred_users)]
async fn a_user_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p95 < 200ms, || app.get("/api/users/7/"));
}

#[perf_test(template = seed::three_hundred_articles)]
async fn a_page_of_articles_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p95 < 200ms, || app.get("/api/articles/?page_size=100"));
}

#[perf_test(template = seed::three_hundred_articles)]
async fn a_search_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p95 < 200ms, || app
        .get("/api/articles/?search=heisenbug"));
}

#[perf_test(template = hundred_projects)]
async fn a_page_of_projects_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p95 < 200ms, || app.get("/api/v1/projects/"));
}

#[perf_test(template = hundred_projects)]
async fn a_project_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded());
    assert_latency!(db, p95 < 200ms, || app.get("/api/v1/projects/7/"));
}

#[perf_test(template = hundred_projects)]
async fn a_batch_of_projects_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded()).with_token(&token_of(1));
    let batch = format!("[{}]", vec![r#"{"name": "New"}"#; 500].join(","));
    assert_latency!(db, p95 < 200ms, || app.send(
        "POST",
        "/api/v1/projects/",
        Some(&batch)
    ));
}

#[perf_test(template = hundred_projects, rtt = 1ms)]
async fn lateral_is_worth_it_where_the_database_is_far(db: PerfDb) {
    let app = App::on(&db);
    let naive = || app.get("/naive/api/v1/projects/");
    let tuned = || app.get("/api/v1/projects/");
    assert_improves!(db, naive, tuned, 70%, queries 90%, warm_up = 2);
}

/// Where the database is a network away, as in production.
#[perf_test(template = seed::hundred_users, rtt = 1ms)]
async fn the_user_list_is_fast_where_the_database_is_far(db: PerfDb) {
    let app = App::on(&db);
    assert_latency!(db, p95 < 200ms, || app.get("/api/users/"));
}

#[perf_test(template = seed::hundred_users, rtt = 1ms)]
async fn prefetching_is_worth_it_where_the_database_is_far(db: PerfDb) {
    let app = App::on(&db);
    let naive = || app.get("/naive/api/users/");
    let tuned = || app.get("/api/users/");
    assert_improves!(db, naive, tuned, 70%, queries 95%, warm_up = 2);
}

/// Read anew each time, since each time another was never asked for.
#[perf_test(template = seed::hundred_dashboards)]
async fn a_dashboard_of_a_thousand_items_is_fast(db: PerfDb) {
    let direct = db.unrecorded();
    example_service::seed::items_of(&direct.connection(), 1, 1_000)
        .await
        .unwrap();
    let app = App::on(&direct).with_token(&token_of(1));
    let requests = AtomicU64::new(0);
    let path = || {
        let request = requests.fetch_add(1, Ordering::Relaxed);
        format!("/api/dashboard/?page_size=1000&unknown={request}")
    };
    assert_latency!(db, p95 < 500ms, || async { app.get(&path()).await });
}

#[perf_test(template = seed::hundred_dashboards)]
async fn a_dashboard_that_is_remembered_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded()).with_token(&token_of(1));
    assert_latency!(db, p50 < 10ms, p95 < 50ms, || app.get("/api/dashboard/"));
}

#[perf_test(template = seed::hundred_dashboards)]
async fn a_change_of_an_item_is_fast(db: PerfDb) {
    let app = App::on(&db.unrecorded()).with_token(&token_of(1));
    let body = Some(r#"{"status":"done"}"#);
    assert_latency!(db, p95 < 200ms, || app.send(
        "PATCH",
        "/api/dashboard/3000/",
        body
    ));
}

#[perf_test(template = seed::hundred_dashboards, rtt = 1ms)]
async fn one_statement_for_a_dashboard_is_worth_it_where_the_database_is_far(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    let requests = AtomicU64::new(0);
    let naive = || app.get("/naive/api/dashboard/");
    let tuned = || async {
        let request = requests.fetch_add(1, Ordering::Relaxed);
        app.get(&format!("/api/dashboard/?unknown={request}")).await
    };
    assert_improves!(db, naive, tuned, 50%, queries 80%, warm_up = 2);
}

/// As of `GET /api/users/` in `perf-budgets.toml`.
const TIGHT: Duration = Duration::from_millis(100);

/// Where the database is a network away the list has time left for its three round trips; 402 are more than that on any machine.
#[test]
fn the_naive_user_list_breaks_the_budget_that_the_tuned_one_holds() {
    let held = |path: &'static str| {
        PerfTest::new("latency::tight")
            .template(seed::hundred_users)
            .rtt(Duration::from_millis(1))
            .run(async |db: PerfDb| {
                let app = App::on(&db);
                assert_latency!(db, p95 < TIGHT, warm_up = 1, || app.get(path));
            })
    };
    held("/api/users/?page_size=100").unwrap();
    let broken = held("/naive/api/users/?page_size=100").unwrap_err();
    let told = broken.to_string();
    assert!(told.contains("`p95 < 100ms` is broken"), "{told}");
}
