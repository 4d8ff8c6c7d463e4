//! How many connections were used at once, for how long, and what was prepared again.

use std::time::Duration;

use futures::future::join_all;
use perf_harness::{PerfDb, perf_test};
use sqlx::{Connection as _, PgConnection};

use crate::authors;

async fn connect(db: &PerfDb) -> PgConnection {
    PgConnection::connect(db.url()).await.unwrap()
}

#[perf_test(template = authors)]
async fn connections_are_counted_and_those_at_work_at_once(db: PerfDb) {
    let mut connections = vec![connect(&db).await, connect(&db).await, connect(&db).await];
    let together = db
        .record(join_all(connections.iter_mut().map(|connection| {
            sqlx::query("SELECT pg_sleep(0.2)").execute(connection)
        })))
        .await;
    let counts = together.counts();
    assert_eq!((counts.connections, counts.at_once), (3, 3));
    let wire = together.traffic().wire_time();
    // Each slept so long, but all of them at the same time.
    assert!(wire >= Duration::from_millis(200) && wire <= together.traffic().elapsed());

    let in_turn = db
        .record(async {
            for connection in &mut connections {
                let query = sqlx::query("SELECT pg_sleep(0.01)");
                query.execute(connection).await.unwrap();
            }
        })
        .await;
    let counts = in_turn.counts();
    assert_eq!((counts.connections, counts.at_once), (3, 1));
    assert!(in_turn.traffic().wire_time() >= Duration::from_millis(30));
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
