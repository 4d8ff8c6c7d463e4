//! What a page of users costs besides its queries.

use perf_harness::{
    PerfDb, assert_max_allocated_bytes, assert_max_allocations, assert_max_bytes,
    assert_max_connections, assert_max_response_bytes, assert_max_round_trips, assert_max_rows,
    perf_test,
};

use super::hundred_users;
use crate::app::App;

#[perf_test(template = hundred_users)]
async fn a_page_reads_what_it_returns(db: PerfDb) {
    let app = App::on(&db);
    let page = db.record(app.get("/api/users/?page_size=99")).await;
    assert_max_round_trips!(page, 3);
    // One user more says whether there is a next page; a row with all groups and one with all permissions for each.
    assert_max_rows!(page, 100 + 99 + 99);
    assert_max_bytes!(page, 64_000);
    assert_max_connections!(page, 1);
    assert_max_response_bytes!(page, 80_000);
}

#[perf_test(template = hundred_users)]
async fn a_page_allocates_little_for_each_user(db: PerfDb) {
    let app = App::on(&db);
    let _first = db.record(app.get("/api/users/?page_size=100")).await;
    let page = db.record(app.get("/api/users/?page_size=100")).await;
    assert_max_allocations!(page, 5_000);
    assert_max_allocated_bytes!(page, 600_000);
}
