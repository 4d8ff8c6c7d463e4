//! Through tokio-postgres: another driver, with pipelining and COPY.

use std::time::Duration;

use futures::{SinkExt, future};
use perf_harness::{PerfDb, perf_test};
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

use crate::authors;
use crate::server_log::ServerLog;

async fn connect(db: &PerfDb) -> Client {
    let (client, connection) = tokio_postgres::connect(db.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[perf_test(template = authors)]
async fn prepared_and_simple_queries_are_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let client = connect(&db).await;
    let work = db
        .record(async {
            let statement = client
                .prepare("SELECT name FROM authors WHERE id = $1")
                .await
                .unwrap();
            for id in 1..=3 {
                client.query_one(&statement, &[&id]).await.unwrap();
            }
            client
                .simple_query("SELECT count(*) FROM authors")
                .await
                .unwrap();
        })
        .await;
    log.agrees_with(&work).await;
    assert_eq!((work.counts().queries, work.counts().rows), (4, 4));
}

#[perf_test(template = authors)]
async fn pipelined_queries_are_counted_each(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let client = connect(&db).await;
    let statement = client
        .prepare("SELECT pg_sleep(0.01), $1::int4")
        .await
        .unwrap();
    let work = db
        .record(future::join_all((0..10).map(|id| {
            let (client, statement) = (&client, &statement);
            async move { client.query_one(statement, &[&id]).await.unwrap() }
        })))
        .await;
    assert_eq!(work.counts().queries, 10);
    // Ten questions were on their way at once: what waits for an answer rides along.
    assert!(work.counts().round_trips < 10, "{:?}", work.counts());
    let recorded = db.record(async {}).await;
    assert_eq!(recorded.counts().queries, 0);
    let prepared_before = work;
    log.agrees_with(&prepared_before).await;
}

#[perf_test(template = authors)]
async fn copying_in_is_one_query(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let client = connect(&db).await;
    let work = db
        .record(async {
            let sink = client.copy_in("COPY authors FROM STDIN").await.unwrap();
            let mut sink = std::pin::pin!(sink);
            let rows: Vec<String> = (200..300)
                .map(|id| {
                    format!(
                        "{id}	copied	sad
"
                    )
                })
                .collect();
            sink.send(std::io::Cursor::new(rows.concat().into_bytes()))
                .await
                .unwrap();
            sink.finish().await.unwrap()
        })
        .await;
    assert_eq!(work.output(), &100);
    log.agrees_with(&work).await;
    assert_eq!((work.counts().queries, work.counts().rows), (1, 0));
    assert!(work.counts().bytes_sent > 1_500, "{:?}", work.counts());
}

#[perf_test(template = authors)]
async fn a_cancelled_query_is_cancelled_and_counted(db: PerfDb) {
    let client = connect(&db).await;
    let token = client.cancel_token();
    let work = db
        .record(async {
            // The request can arrive before the query: it is made until it has an effect.
            let mut sleep = std::pin::pin!(client.batch_execute("SELECT pg_sleep(60)"));
            loop {
                let patience = Duration::from_millis(20);
                if let Ok(slept) = timeout(patience, sleep.as_mut()).await {
                    return slept.unwrap_err();
                }
                token.cancel_query(NoTls).await.unwrap();
            }
        })
        .await;
    assert_eq!(work.output().code().unwrap().code(), "57014");
    assert_eq!((work.counts().queries, work.counts().errors), (1, 1));
}
