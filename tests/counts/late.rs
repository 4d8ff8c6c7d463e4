//! Work that goes on when the recorded future has ended is waited for, counted and told apart.

use perf_harness::{PerfDb, assert_queries, perf_test};
use sqlx::PgPool;

use crate::authors;

async fn first_name(pool: &PgPool) {
    let query = sqlx::query("SELECT name FROM authors WHERE id = 1");
    query.execute(pool).await.unwrap();
}

/// Does a piece of work, spawns another, and returns before that is done.
async fn spawns(pool: &PgPool, sleep: &'static str) {
    first_name(pool).await;
    let pool = pool.clone();
    tokio::spawn(async move {
        sqlx::query(sleep).execute(&pool).await.unwrap();
        first_name(&pool).await;
    });
}

/// Whether each of the three queries of such work is late.
async fn late(db: PerfDb) -> [bool; 3] {
    let pool = db.pool();
    let work = db.record(spawns(&pool, "SELECT pg_sleep(0.2)")).await;
    assert_queries!(work, 3);
    assert!(work.queries().all(|query| query.elapsed().is_some()));
    let late: Vec<bool> = work.queries().map(perf_harness::Query::is_late).collect();
    late.try_into().unwrap()
}

#[perf_test(template = authors)]
async fn what_a_task_sends_after_the_work_is_late(db: PerfDb) {
    assert_eq!(late(db).await, [false, true, true]);
}

#[perf_test(template = authors, flavor = "multi_thread", worker_threads = 2)]
async fn what_a_task_of_another_thread_sends_after_the_work_is_late(db: PerfDb) {
    // The other thread may have sent the second one before this one came to the end of the work.
    let [of_the_work, _, after_it] = late(db).await;
    assert_eq!((of_the_work, after_it), (false, true));
}

#[perf_test(template = authors)]
async fn what_never_ends_is_not_waited_for_without_end(db: PerfDb) {
    let pool = db.pool();
    let work = db.record(spawns(&pool, "SELECT pg_sleep(5)")).await;
    assert_queries!(work, 2);
    let sleeping = work.queries().last().unwrap();
    assert_eq!(sleeping.outcome(), &perf_harness::Outcome::Running);
}

#[perf_test(template = authors)]
async fn what_was_sent_before_the_recording_is_not_its_own(db: PerfDb) {
    let pool = db.pool();
    first_name(&pool).await;
    let work = db.record(first_name(&pool)).await;
    assert_queries!(work, 1);
    assert!(!work.queries().any(perf_harness::Query::is_late));
}

#[perf_test(template = authors)]
async fn a_transaction_that_is_dropped_is_rolled_back_within_the_recording(db: PerfDb) {
    let pool = db.pool();
    let work = db
        .record(async {
            let mut transaction = pool.begin().await.unwrap();
            let query = sqlx::query("SELECT name FROM authors");
            query.execute(&mut *transaction).await.unwrap();
        })
        .await;
    assert_eq!(work.counts().transaction_control, 2);
    assert_eq!(work.traffic().open_transactions(), 0);
}
