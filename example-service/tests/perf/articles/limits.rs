//! What a page of articles costs besides its queries.

use perf_harness::{
    PerfDb, assert_max_allocated_bytes, assert_max_allocations, assert_max_bytes,
    assert_max_connections, assert_max_response_bytes, assert_max_round_trips, assert_max_rows,
    perf_test,
};

use crate::app::App;
use crate::seed::three_hundred_articles;

#[perf_test(template = three_hundred_articles)]
async fn a_page_reads_what_it_returns(db: PerfDb) {
    let app = App::on(&db);
    let page = db.record(app.get("/api/articles/?page_size=100")).await;
    assert_max_round_trips!(page, 1);
    // One row more says whether there is a next page.
    assert_max_rows!(page, 101);
    assert_max_bytes!(page, 64_000);
    assert_max_connections!(page, 1);
    assert_max_response_bytes!(page, 64_000);
}

#[perf_test(template = three_hundred_articles)]
async fn a_page_allocates_little_for_each_article(db: PerfDb) {
    let app = App::on(&db);
    let _first = db.record(app.get("/api/articles/?page_size=100")).await;
    let page = db.record(app.get("/api/articles/?page_size=100")).await;
    assert_max_allocations!(page, 2_000);
    assert_max_allocated_bytes!(page, 400_000);
}
