//! `GET /api/dashboard/` and its line-by-line port: what a page costs, and what it says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conditional;
mod freshness;
mod outage;
mod pages;
mod plans;
mod writes;

use axum::http::StatusCode;
use example_service::seed;
use perf_harness::{
    PerfDb, PerfTest, SetupError, TemplateDb, assert_constant_queries, assert_efficient,
    assert_max_allocated_bytes, assert_max_allocations, assert_max_bytes, assert_max_connections,
    assert_max_queries, assert_max_response_bytes, assert_max_round_trips, assert_max_rows,
    assert_no_n_plus_one, assert_queries, perf_test,
};
use sea_orm::DbErr;

use crate::app::App;
use crate::seed::hundred_dashboards;

/// The service as user 1 sees it, whose token is known.
async fn signed_in(db: &PerfDb) -> App {
    let app = App::on(db).with_token(&seed::token_of(1));
    let nothing = app.send("PATCH", "/api/dashboard/0/", Some("{}")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    app
}

async fn ten_users(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 10).await?;
    seed::tokens(&db).await
}

/// `n` items of user 1, among as many of all users.
async fn items(db: PerfDb, n: usize) {
    let (db, n) = (db.connection(), u32::try_from(n).unwrap());
    seed::items(&db, n).await.unwrap();
    seed::items_of(&db, 1, n).await.unwrap();
}

#[perf_test(template = hundred_dashboards)]
async fn a_dashboard_costs_one_query_and_none_while_it_is_remembered(db: PerfDb) {
    let app = signed_in(&db).await;
    let first = db.record(app.get("/api/dashboard/")).await;
    assert_eq!(first.output().results().len(), 20);
    assert_queries!(first, 1);
    assert_efficient!(first);
    let again = db.record(app.get("/api/dashboard/")).await;
    assert_eq!(again.output().body, first.output().body);
    assert_queries!(again, 0);
}

/// Who it is, and what they have to do.
#[perf_test(template = hundred_dashboards)]
async fn the_first_dashboard_of_all_costs_two_queries(db: PerfDb) {
    let app = App::on(&db).with_token(&seed::token_of(1));
    let first = db.record(app.get("/api/dashboard/")).await;
    assert_eq!(first.output().results().len(), 20);
    assert_queries!(first, 2);
    assert_queries!(first.on_table("authtoken_token"), 1);
}

#[perf_test(template = ten_users)]
async fn the_cost_of_a_dashboard_does_not_depend_on_the_items(
    db: PerfDb,
) -> Result<(), SetupError> {
    let sizes = [10, 100, 1_000];
    for path in ["/api/dashboard/", "/api/dashboard/?page_size=1000"] {
        let page = async |db: PerfDb| {
            let app = App::on(&db).with_token(&seed::token_of(1));
            assert!(!app.get(path).await.results().is_empty());
        };
        assert_constant_queries!(db.record_at(sizes, items, page).await?);
    }
    Ok(())
}

#[perf_test(template = hundred_dashboards)]
async fn the_naive_dashboard_counts_five_times_and_remembers_nothing(db: PerfDb) {
    let app = App::on(&db).with_token(&seed::token_of(1));
    for _ in 0..2 {
        let page = db.record(app.get("/naive/api/dashboard/")).await;
        assert_eq!(page.output().results().len(), 20);
        // The token, the count of the pages, the page, the counts of the dashboard.
        assert_queries!(page, 7);
        assert_queries!(page.on_table("authtoken_token"), 1);
        let counts = page.choose(|query| query.sql().contains("COUNT"));
        assert_queries!(counts, 5);
    }
}

/// What the tests above ask of the tuned dashboard, asked of the naive one.
#[test]
fn the_naive_dashboard_breaks_its_budgets() {
    let broken = PerfTest::new("naive_dashboard_breaks_its_budgets")
        .template(hundred_dashboards)
        .run(async |db: PerfDb| {
            let app = App::on(&db).with_token(&seed::token_of(1));
            let page = db.record(app.get("/naive/api/dashboard/")).await;
            assert_max_queries!(page, 2);
            assert_no_n_plus_one!(page);
        })
        .unwrap_err();
    let told = broken.to_string();
    assert!(told.contains("actual    7 queries"), "{told}");
    assert!(told.contains("3 times, an N+1"), "{told}");
}

#[perf_test(template = ten_users)]
async fn a_dashboard_of_a_thousand_items_reads_what_it_shows(db: PerfDb) {
    items(db.clone(), 1_000).await;
    let app = signed_in(&db).await;
    let page = db.record(app.get("/api/dashboard/?page_size=1000")).await;
    assert_eq!(page.output().results().len(), 1_000);
    // One row more says whether there is a next page.
    assert_max_rows!(page, 1_001);
    assert_max_round_trips!(page, 1);
    assert_max_connections!(page, 1);
    assert_max_bytes!(page, 400_000);
    assert_max_response_bytes!(page, 300_000);
}

/// The parts of a request and an answer: nothing is made anew that was sent before.
#[perf_test(template = ten_users)]
async fn what_a_remembered_dashboard_allocates_does_not_depend_on_its_length(db: PerfDb) {
    items(db.clone(), 1_000).await;
    let app = signed_in(&db).await;
    let path = "/api/dashboard/?page_size=1000";
    for _ in 0..2 {
        assert_eq!(app.get(path).await.results().len(), 1_000);
    }
    let again = db.record(app.get(path)).await;
    let shown = again.output().body.len() as u64;
    // Now and then the memory is put in order.
    assert_max_allocations!(again, 1_000);
    // Two of them are the test's own, who gathers the body and keeps it as text.
    assert_max_allocated_bytes!(again, 2 * shown + 20_000);
}
