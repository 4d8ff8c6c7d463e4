//! How many connections were used at once, for how long, and what was prepared again.

use std::time::Duration;

use futures::future::{join, join_all};
use perf_harness::{PerfDb, perf_test};
use sqlx::{Connection as _, PgConnection};

use crate::authors;

async fn connect(db: &PerfDb) -> PgConnection {
    PgConnection::connect(db.url()).await.unwrap()
}

/// Holds a lock until so many wait for it.
async fn let_go_of_when(waiting: i64, holder: &mut PgConnection) {
    let count = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut seen = 0;
    while seen < waiting {
        seen = sqlx::query_scalar(count)
            .fetch_one(&mut *holder)
            .await
            .unwrap();
    }
    let unlock = sqlx::query("SELECT pg_advisory_unlock(7)");
    unlock.execute(holder).await.unwrap();
}

#[perf_test(template = authors)]
async fn connections_are_counted_and_those_at_work_at_once(db: PerfDb) {
    let mut connections = vec![connect(&db).await, connect(&db).await, connect(&db).await];
    let mut holder = PgConnection::connect(db.direct_url()).await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_lock(7)");
    lock.execute(&mut holder).await.unwrap();
    let wait = |connection| sqlx::query("SELECT pg_advisory_xact_lock(7)").execute(connection);
    let waiters = join_all(connections.iter_mut().map(wait));
    let together = db
        .record(join(waiters, let_go_of_when(3, &mut holder)))
        .await;
    let counts = together.counts();
    assert_eq!((counts.connections, counts.at_once), (3, 3));
    let traffic = together.traffic();
    // They overlap, so together they take no longer than the recording, and no shorter than the longest of them.
    let longest = traffic
        .queries()
        .filter_map(perf_harness::Query::elapsed)
        .max();
    assert!(longest.is_some_and(|longest| traffic.wire_time() >= longest));
    assert!(traffic.wire_time() <= traffic.elapsed());

    let in_turn = db
        .record(async {
            for connection in &mut connections {
                sqlx::query("SELECT 1").execute(connection).await.unwrap();
            }
        })
        .await;
    let counts = in_turn.counts();
    assert_eq!((counts.connections, counts.at_once), (3, 1));
    let traffic = in_turn.traffic();
    let each: Duration = traffic
        .queries()
        .filter_map(perf_harness::Query::elapsed)
        .sum();
    assert_eq!(traffic.wire_time(), each, "one after the other they add up");
}

#[perf_test(template = authors)]
async fn a_statement_that_is_prepared_again_is_counted_as_such(db: PerfDb) {
    let mut connection = connect(&db).await;
    let work = db
        .record(async {
            for persistent in [true, true, false, false] {
                let query = sqlx::query("SELECT name FROM authors WHERE id = $1");
                let query = query.bind(1).persistent(persistent);
                query.execute(&mut connection).await.unwrap();
            }
            let other = sqlx::query("SELECT id FROM authors").persistent(false);
            other.execute(&mut connection).await.unwrap();
        })
        .await;
    let counts = work.counts();
    // The first is kept; sqlx finds it again for those that need not be kept.
    assert_eq!((counts.prepares, counts.reprepares), (2, 0));

    connection.clear_cached_statements().await.unwrap();
    let again = db
        .record(async {
            let query = sqlx::query("SELECT name FROM authors WHERE id = $1");
            query.bind(1).execute(&mut connection).await.unwrap();
        })
        .await;
    assert_eq!((again.counts().prepares, again.counts().reprepares), (1, 1));
}
