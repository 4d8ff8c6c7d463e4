//! How long a request takes, as its callers see it: in the debug build of a test, so the budgets are wide.

use perf_harness::{PerfDb, assert_improves, assert_latency, perf_test};

use crate::app::App;
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
