//! The program sees nothing of it: no notice, no other result, no other count.

use std::sync::{Arc, Mutex};

use futures::{StreamExt as _, stream};
use perf_harness::{Counts, PerfDb, PerfTest};
use sqlx::{Connection as _, PgConnection};
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage, Statement};

use crate::shop;

type Heard = Arc<Mutex<Vec<String>>>;

/// A connection that keeps what the server says beside its answers.
async fn listening(db: &PerfDb) -> (Client, Heard) {
    let (client, mut connection) = tokio_postgres::connect(db.url(), NoTls).await.unwrap();
    let heard = Heard::default();
    let keeps = Arc::clone(&heard);
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            keeps.lock().unwrap().push(match message {
                AsyncMessage::Notice(notice) => notice.message().to_owned(),
                AsyncMessage::Notification(told) => format!("told {}", told.payload()),
                _ => "something".to_owned(),
            });
        }
    });
    (client, heard)
}

/// All kinds of work, and what came of it. `titles` is kept: when tokio-postgres closes a statement is chance.
async fn work(client: &mut Client, titles: &Statement, again: &mut PgConnection) -> Vec<String> {
    let mut results = Vec::new();
    let mut add = |result: String| results.push(result);
    for statement in [
        "SELECT title FROM articles WHERE id < 5; SELECT articles_of(3)",
        "LISTEN news; NOTIFY news, 'one'",
        "DO $$ BEGIN RAISE INFO 'duration: mine'; RAISE NOTICE 'yours'; END $$",
        "INSERT INTO articles VALUES (3001, 1, 'x'), (3002, 2, 'y'); DELETE FROM articles WHERE id > 3000",
        "SET client_min_messages = error; SELECT count(*) FROM authors",
        "SELECT current_setting('work_mem'), pg_backend_pid() > 0",
        "",
    ] {
        let messages = client.simple_query(statement).await.unwrap();
        add(messages.iter().map(told).collect());
    }
    // By sqlx, which waits for the end of an error's exchange before it asks again.
    let failing = sqlx::query("SELECT 1 / 0").execute(&mut *again).await;
    add(failing.unwrap_err().to_string());
    let transaction = client.transaction().await.unwrap();
    for id in 1..=7 {
        let row = transaction.query_one(titles, &[&id]).await.unwrap();
        add(row.get(0));
    }
    transaction.rollback().await.unwrap();
    for id in 1..=3 {
        let query =
            sqlx::query_scalar("UPDATE articles SET title = 'z' WHERE id = $1 RETURNING title");
        add(query.bind(id).fetch_one(&mut *again).await.unwrap());
        again.ping().await.unwrap();
    }
    // The same by statements without a name, which sqlx prepares and runs in two exchanges.
    for id in 1..=3 {
        let query =
            sqlx::query_scalar("SELECT title FROM articles WHERE id = $1").persistent(false);
        add(query.bind(id).fetch_one(&mut *again).await.unwrap());
    }
    results
}

fn told(message: &SimpleQueryMessage) -> String {
    match message {
        SimpleQueryMessage::Row(row) => (0..row.len())
            .map(|at| row.get(at).unwrap_or("NULL"))
            .collect::<Vec<_>>()
            .join(","),
        SimpleQueryMessage::CommandComplete(rows) => format!(" {rows}; "),
        _ => String::new(),
    }
}

/// Results, notices and counts, without and within a recording.
fn all(test: PerfTest) -> (Vec<String>, Vec<String>, Counts) {
    let mut all = None;
    let end = test.template(shop).run(async |db: PerfDb| {
        let (mut client, heard) = listening(&db).await;
        // tokio-postgres numbers its statements in each process: all of them get a number of three digits.
        for _ in 0..100 {
            client.prepare("SELECT 1").await.unwrap();
        }
        let titles = client
            .prepare("SELECT title FROM articles WHERE id = $1")
            .await
            .unwrap();
        let mut again = PgConnection::connect(db.url()).await.unwrap();
        let mut results = work(&mut client, &titles, &mut again).await;
        client
            .batch_execute("RESET client_min_messages")
            .await
            .unwrap();
        let recording = db.record(work(&mut client, &titles, &mut again)).await;
        results.extend(recording.output().iter().cloned());
        results.extend(work(&mut client, &titles, &mut again).await);
        client.simple_query("SELECT 1").await.unwrap();
        let heard = heard.lock().unwrap().clone();
        all = Some((results, heard, *recording.counts()));
    });
    end.unwrap();
    all.unwrap()
}

#[test]
fn results_notices_and_counts_are_those_of_a_test_without_plans() {
    let without = all(PerfTest::new("without"));
    let with = all(PerfTest::new("with").plans());
    assert_eq!(with, without);
    let (_, notices, counts) = with;
    let mine = |notice: &&String| *notice == "duration: mine";
    assert_eq!(notices.iter().filter(mine).count(), 3, "{notices:?}");
    assert!(!notices.iter().any(|notice| notice.contains("plan:")));
    assert!(counts.queries > 20 && counts.undecoded == 0, "{counts:?}");
}
