//! From whichever task, thread or process: the wire sees it.

use futures::future;
use perf_harness::{PerfDb, assert_queries, perf_test};
use sqlx::PgPool;

use crate::authors;
use crate::server_log::ServerLog;

async fn name(pool: PgPool, id: i32) {
    let query = sqlx::query("SELECT name FROM authors WHERE id = $1");
    query.bind(id).execute(&pool).await.unwrap();
}

#[perf_test(template = authors, flavor = "multi_thread", worker_threads = 2)]
async fn spawned_tasks_are_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = db.pool();
    let work = db
        .record(async {
            let tasks = (1..=20).map(|id| tokio::spawn(name(pool.clone(), id)));
            future::join_all(tasks)
                .await
                .into_iter()
                .for_each(Result::unwrap);
        })
        .await;
    log.agrees_with(&work).await;
    assert_queries!(work, 20);
}

#[perf_test(template = authors)]
async fn joined_futures_are_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = db.pool();
    let work = db
        .record(future::join_all((1..=20).map(|id| name(pool.clone(), id))))
        .await;
    log.agrees_with(&work).await;
    assert_queries!(work, 20);
    let mut connections: Vec<u64> = work
        .queries()
        .map(perf_harness::Query::connection)
        .collect();
    connections.sort_unstable();
    connections.dedup();
    assert!(connections.len() > 1, "one connection carried them all");
}

#[perf_test(template = authors)]
async fn a_blocking_program_is_counted_while_the_test_stands_still(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let url = db.url().to_owned();
    let work = db
        .record(async move {
            // Blocks this runtime's only thread: a recorder on it would wait for itself.
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let pool = PgPool::connect_lazy(&url).unwrap();
                    name(pool, 1).await;
                });
            });
            thread.join().unwrap();
        })
        .await;
    log.agrees_with(&work).await;
    assert_queries!(work, 1);
}

#[perf_test(template = authors)]
async fn what_happens_outside_a_recording_is_not_in_it(db: PerfDb) {
    let pool = db.pool();
    name(pool.clone(), 1).await;
    let inside = db.record(name(pool.clone(), 2)).await;
    name(pool.clone(), 3).await;
    assert_queries!(inside, 1);
    let value = inside.queries().next().unwrap().parameters()[0].to_string();
    assert_eq!(value, "2");
}

#[perf_test(template = authors)]
async fn recordings_may_overlap_and_each_is_whole(db: PerfDb) {
    let pool = db.pool();
    let outer = db
        .record(async {
            name(pool.clone(), 1).await;
            let inner = db.record(name(pool.clone(), 2)).await;
            assert_queries!(inner, 1);
        })
        .await;
    assert_queries!(outer, 2);
}

#[perf_test(template = authors)]
async fn the_direct_url_is_not_recorded(db: PerfDb) {
    let direct = PgPool::connect_lazy(db.direct_url()).unwrap();
    let unseen = db.record(name(direct, 1)).await;
    assert_queries!(unseen, 0);
    assert_eq!(unseen.counts().bytes_sent, 0);
}
