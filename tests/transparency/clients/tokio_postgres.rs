//! tokio-postgres, with what it can do that others cannot: pipelines, portals in parts, cancel requests.

use std::pin::pin;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _, TryStreamExt as _, future, stream};
use perf_harness::{PerfDb, perf_test};
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

use super::{check, items};

/// A connection, and what the server said without being asked.
async fn connect(
    url: &str,
) -> (
    Client,
    futures::channel::mpsc::UnboundedReceiver<AsyncMessage>,
) {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let (sender, heard) = futures::channel::mpsc::unbounded();
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            drop(sender.unbounded_send(message));
        }
    });
    (client, heard)
}

#[perf_test(template = items)]
async fn pipelined_queries(db: PerfDb) {
    check(&db, "1 connections, 20 queries, 20 rows", async |url| {
        let (client, _) = connect(&url).await;
        let statement = client.prepare("SELECT $1::int4 * 2").await.unwrap();
        let all = (0..20_i32).map(|n| {
            let (client, statement) = (&client, &statement);
            async move {
                client
                    .query_one(statement, &[&n])
                    .await
                    .unwrap()
                    .get::<_, i32>(0)
            }
        });
        vec![format!("{:?}", future::join_all(all).await)]
    })
    .await;
}

#[perf_test(template = items)]
async fn errors_among_pipelined_queries(db: PerfDb) {
    // Two fail as they are bound, so they are never executed.
    check(
        &db,
        "1 connections, 2 queries, 2 rows, 2 errors",
        async |url| {
            let (client, _) = connect(&url).await;
            let statement = client.prepare("SELECT 6 / $1::int4").await.unwrap();
            let all = [3, 0, 2, 0].map(|n: i32| {
                let (client, statement) = (&client, &statement);
                async move {
                    client
                        .query_one(statement, &[&n])
                        .await
                        .map(|row| row.get::<_, i32>(0))
                }
            });
            let all = future::join_all(all).await;
            let told = all
                .into_iter()
                .map(|one| format!("{:?}", one.map_err(|error| error.to_string())));
            told.collect()
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn portals_in_parts(db: PerfDb) {
    // However often it is asked for more, one query.
    check(
        &db,
        "1 connections, 2 queries, 2 control, 6 rows",
        async |url| {
            let (mut client, _) = connect(&url).await;
            let transaction = client.transaction().await.unwrap();
            let portal = transaction
                .bind("SELECT n FROM items ORDER BY n", &[])
                .await
                .unwrap();
            let mut told = Vec::new();
            for most in [2, 1, 0] {
                let rows = transaction.query_portal(&portal, most).await.unwrap();
                let rows: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
                told.push(format!("{rows:?}"));
                if most == 2 {
                    transaction.query_one("SELECT 1", &[]).await.unwrap();
                }
            }
            transaction.commit().await.unwrap();
            told
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn copies(db: PerfDb) {
    check(&db, "1 connections, 4 queries, 2 errors", async |url| {
        let (client, _) = connect(&url).await;
        let mut told = Vec::new();
        for data in ["10\tten\n11\televen\n", "12\ttwelve\n1\tone\n"] {
            let sink = client
                .copy_in("COPY items (n, name) FROM STDIN")
                .await
                .unwrap();
            let mut sink = pin!(sink);
            sink.send(std::io::Cursor::new(data.as_bytes().to_vec()))
                .await
                .unwrap();
            let copied = sink.finish().await;
            told.push(format!("{:?}", copied.map_err(|error| error.to_string())));
        }
        // Dropped half-way.
        let sink = client.copy_in::<_, std::io::Cursor<Vec<u8>>>("COPY items (n) FROM STDIN");
        drop(sink.await.unwrap());
        let out = client
            .copy_out("COPY items (n, name) TO STDOUT (FORMAT binary)")
            .await
            .unwrap();
        let out: Vec<_> = out.try_collect().await.unwrap();
        told.push(format!("{out:?}"));
        told
    })
    .await;
}

#[perf_test(template = items)]
async fn notices_and_notifications(db: PerfDb) {
    check(&db, "1 connections, 3 queries", async |url| {
        let (client, mut heard) = connect(&url).await;
        let script = "DO $$ BEGIN RAISE NOTICE 'one'; END $$; LISTEN news; NOTIFY news, 'a word'";
        client.batch_execute(script).await.unwrap();
        let mut told = Vec::new();
        while told.len() < 2 {
            told.push(match heard.next().await.unwrap() {
                AsyncMessage::Notice(notice) => notice.to_string(),
                AsyncMessage::Notification(news) => news.payload().to_owned(),
                other => format!("{other:?}"),
            });
        }
        told
    })
    .await;
}

#[perf_test(template = items)]
async fn simple_queries(db: PerfDb) {
    check(
        &db,
        "1 connections, 4 queries, 6 rows, 1 errors",
        async |url| {
            let (client, _) = connect(&url).await;
            let script =
                "SELECT n FROM items ORDER BY n; SELECT NULL; DELETE FROM items WHERE n > 3";
            let answers = client.simple_query(script).await.unwrap();
            let mut told: Vec<String> = answers.iter().map(simple).collect();
            told.push(
                client
                    .simple_query("SELECT nothing")
                    .await
                    .unwrap_err()
                    .to_string(),
            );
            told
        },
    )
    .await;
}

fn simple(message: &SimpleQueryMessage) -> String {
    match message {
        SimpleQueryMessage::Row(row) => format!("{:?}", row.get(0)),
        SimpleQueryMessage::CommandComplete(count) => count.to_string(),
        other => format!("{other:?}"),
    }
}

#[perf_test(template = items)]
async fn types_are_looked_up(db: PerfDb) {
    // The enum, its labels. The array's own type, and its element is known by then.
    check(
        &db,
        "1 connections, 2 queries, 3 driver, 2 rows",
        async |url| {
            let (client, _) = connect(&url).await;
            let mut told = Vec::new();
            for sql in [
                "SELECT mood FROM items WHERE n = 1",
                "SELECT ARRAY['sad'::mood]",
            ] {
                let row = client.query_one(sql, &[]).await.unwrap();
                told.push(row.columns()[0].type_().name().to_owned());
            }
            told
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn a_cancelled_query(db: PerfDb) {
    check(
        &db,
        "1 connections, 2 queries, 1 rows, 1 errors",
        async |url| {
            let (client, _) = connect(&url).await;
            let token = client.cancel_token();
            let mut sleep = pin!(client.batch_execute("SELECT pg_sleep(60)"));
            let error = loop {
                // The request can arrive before the query: it is made until it has an effect.
                if let Ok(slept) = timeout(Duration::from_millis(20), sleep.as_mut()).await {
                    break slept.unwrap_err();
                }
                token.cancel_query(NoTls).await.unwrap();
            };
            let after = client.query_one("SELECT 1", &[]).await;
            vec![
                error.to_string(),
                after.unwrap().get::<_, i32>(0).to_string(),
            ]
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn values_of_many_megabytes(db: PerfDb) {
    check(&db, "1 connections, 1 queries, 1 rows", async |url| {
        let (client, _) = connect(&url).await;
        let bytes: Vec<u8> = (0..12_000_000_u32)
            .map(|number| (number % 251) as u8)
            .collect();
        let row = client
            .query_one("SELECT $1::bytea, md5($1)", &[&bytes])
            .await
            .unwrap();
        assert!(row.get::<_, Vec<u8>>(0) == bytes);
        vec![row.get(1)]
    })
    .await;
}
