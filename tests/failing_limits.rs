//! Limits that must fail. `limits` runs them as a child process and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blog;

use std::hint::black_box;

use blog::blog;
use perf_harness::{
    CountingAllocator, PerfDb, Recording, Rows, assert_max_allocated_bytes, assert_max_allocations,
    assert_max_buffers, assert_max_bytes, assert_max_connections, assert_max_full_scans,
    assert_max_idle_in_transaction, assert_max_response_bytes, assert_max_round_trips,
    assert_max_rows, assert_max_rows_examined, perf_test,
};
use sqlx::PgPool;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

/// A pool of one connection pings and connects the same each time.
fn pool_of_one(db: &PerfDb) -> PgPool {
    let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
    options.connect_lazy(db.url()).unwrap()
}

async fn titles(pool: &PgPool) -> Vec<String> {
    let query = sqlx::query_scalar("SELECT title FROM articles ORDER BY id");
    query.fetch_all(pool).await.unwrap()
}

async fn title(pool: &PgPool, id: i64) -> String {
    let query = sqlx::query_scalar("SELECT title FROM articles WHERE id = $1");
    query.bind(id).fetch_one(pool).await.unwrap()
}

/// The first page of them, chosen by the program.
async fn page(pool: &PgPool) -> Vec<String> {
    titles(pool).await.into_iter().take(20).collect()
}

async fn page_of(db: &PerfDb) -> Recording<Vec<String>> {
    let pool = db.pool();
    db.record(page(&pool)).await
}

#[perf_test(template = blog)]
async fn a_query_for_each_article_is_a_round_trip_each(db: PerfDb) {
    let pool = pool_of_one(&db);
    let work = async {
        let mut transaction = pool.begin().await.unwrap();
        for id in 1..=10_i64 {
            let query = sqlx::query("SELECT title FROM articles WHERE id = $1");
            query.bind(id).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    };
    assert_max_round_trips!(db, 4, work);
}

#[perf_test(template = blog)]
async fn different_queries_are_round_trips_in_all(db: PerfDb) {
    let pool = pool_of_one(&db);
    let both = async {
        title(&pool, 1).await;
        titles(&pool).await;
    };
    let both = db.record(both).await;
    assert_max_round_trips!(both, 3 in all);
}

#[perf_test(template = blog)]
async fn a_page_is_chosen_by_the_program(db: PerfDb) {
    let list = page_of(&db).await;
    assert_max_rows!(list, 1 per list.output().len());
}

#[perf_test(template = blog)]
async fn more_rows_than_allowed(db: PerfDb) {
    let list = page_of(&db).await;
    assert_max_rows!(list.on_table("articles"), 100);
}

#[perf_test(template = blog)]
async fn everything_is_selected(db: PerfDb) {
    let pool = pool_of_one(&db);
    let all = sqlx::query("SELECT * FROM articles").fetch_all(&pool);
    assert_max_bytes!(db, 64_000, all).unwrap();
}

#[perf_test(template = blog)]
async fn a_transaction_asks_on_another_connection(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        let mut transaction = pool.begin().await.unwrap();
        let update = sqlx::query("UPDATE articles SET title = 'new' WHERE id = 1");
        update.execute(&mut *transaction).await.unwrap();
        title(&pool, 2).await;
        transaction.commit().await.unwrap();
    };
    let update = db.record(work).await;
    assert_max_connections!(update, 1);
}

#[perf_test(template = blog)]
async fn a_transaction_waits_for_another_service(db: PerfDb) {
    let pool = pool_of_one(&db);
    let work = async |wait| {
        let mut transaction = pool.begin().await.unwrap();
        let update = sqlx::query("UPDATE articles SET title = 'new' WHERE id = 1");
        update.execute(&mut *transaction).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        transaction.commit().await.unwrap();
    };
    // What is not prepared yet is prepared after the transaction has begun.
    work(0).await;
    let update = db.record(work(200)).await;
    assert_max_idle_in_transaction!(update, 5ms);
}

#[perf_test]
async fn a_buffer_is_made_for_each_item(db: PerfDb) {
    let work = async {
        for size in 1..=100 {
            black_box(Vec::<u8>::with_capacity(black_box(size)));
        }
    };
    let list = db.record(work).await;
    assert_max_allocations!(list, 10);
    assert_max_allocated_bytes!(list, 5_000);
}

#[perf_test(template = blog)]
async fn the_response_is_long(db: PerfDb) {
    let pool = db.pool();
    let body = async { titles(&pool).await.join("\n") };
    let list = db.record(body).await;
    assert_max_response_bytes!(list, 1_000);
}

#[perf_test(template = blog)]
async fn tables_are_read_whole(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        title(&pool, 1).await;
        titles(&pool).await;
        titles(&pool).await;
    };
    let list = db.record(work).await;
    let list = list.at_rows(Rows::of([("articles", 1_000_000)]));
    assert_max_full_scans!(list, 1);
}

#[perf_test]
async fn nothing_is_recorded(db: PerfDb) {
    let nothing = db.record(async {}).await;
    assert_max_round_trips!(nothing, 3);
    assert_max_rows!(nothing, 3);
    assert_max_bytes!(nothing, 3);
    assert_max_connections!(nothing, 3);
    assert_max_idle_in_transaction!(nothing, 3ms);
    assert_max_full_scans!(nothing, 3);
}

#[perf_test(template = blog)]
async fn a_limit_of_nothing(db: PerfDb) {
    let list = page_of(&db).await;
    assert_max_bytes!(list, 0);
    assert_max_round_trips!(list, 0);
    assert_max_connections!(list, 0);
}

#[perf_test(template = blog)]
async fn nothing_is_returned(db: PerfDb) {
    let list = page_of(&db).await;
    assert_max_rows!(list, 2 per 0);
}

#[perf_test(template = blog)]
async fn some_queries_have_no_bytes_of_their_own(db: PerfDb) {
    let list = page_of(&db).await.on_table("articles");
    assert_max_bytes!(list, 64_000);
    assert_max_allocations!(list, 1_000);
}

#[perf_test]
async fn the_response_is_empty(db: PerfDb) {
    let failed = async { Err::<String, _>("no such page") };
    drop(assert_max_response_bytes!(db, 1_000, failed));
}

#[perf_test(template = blog)]
async fn the_size_of_the_response_is_not_known(db: PerfDb) {
    let list = page_of(&db).await;
    let limit = perf_harness::Limit::new(perf_harness::Metric::ResponseBytes, 1_000);
    list.check_limit(limit);
}

#[perf_test(template = blog)]
async fn plans_have_limits_of_the_same_kind(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(title(&pool, 1)).await;
    assert_max_rows_examined!(list, 0);
    assert_max_buffers!(list, 0);
}

#[perf_test(template = blog)]
async fn no_transaction_is_open(db: PerfDb) {
    let pool = db.pool();
    assert_max_idle_in_transaction!(db, 5ms, titles(&pool));
}
