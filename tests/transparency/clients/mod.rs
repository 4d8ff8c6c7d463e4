//! Clients that others wrote: each does the same on two equal databases, directly and through the recorder.

mod asyncpg;
mod diesel;
mod pgbench;
mod program;
mod psql;
mod psycopg;
mod sqlx;
mod tokio_postgres;

use std::time::Duration;

use perf_harness::{Counts, PerfDb, Recording, TemplateDb};

/// Some rows, and types that drivers have to look up.
async fn items(db: TemplateDb) -> Result<(), ::sqlx::Error> {
    ::sqlx::raw_sql(
        "CREATE TYPE mood AS ENUM ('happy', 'sad');
         CREATE TABLE items (n int PRIMARY KEY, name text, mood mood NOT NULL DEFAULT 'happy');
         INSERT INTO items SELECT n, 'item ' || n FROM generate_series(1, 5) n;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

/// Does the work directly, through the recorder, and through it and a network. Its results are the same, and the recorder
/// counted what is expected.
async fn check(db: &PerfDb, expected: &str, work: impl AsyncFn(String) -> Vec<String>) {
    let recording = same(db, &work).await;
    assert!(!recording.output().is_empty());
    assert_eq!(told(recording.counts()), expected);
    let far = db.another().await.unwrap();
    let far = far.with_rtt(Duration::from_micros(200)).await.unwrap();
    let over_a_network = far.record(work(far.url().to_owned())).await;
    assert_eq!(over_a_network.output(), recording.output());
    assert_eq!(told(over_a_network.counts()), expected);
}

/// Does the work directly and through the recorder. Its results are the same.
async fn same(db: &PerfDb, work: impl AsyncFn(String) -> Vec<String>) -> Recording<Vec<String>> {
    let other = db.another().await.unwrap();
    let directly = work(other.direct_url().to_owned()).await;
    let recording = db.record(work(db.url().to_owned())).await;
    assert_eq!(recording.output(), &directly);
    assert!(recording.counts().bytes_received > 0);
    recording
}

/// What is not named is 0.
fn told(counts: &Counts) -> String {
    let all = [
        (counts.connects, "connections"),
        (counts.queries, "queries"),
        (counts.transaction_control, "control"),
        (counts.driver, "driver"),
        (usize::try_from(counts.rows).unwrap(), "rows"),
        (counts.errors, "errors"),
        (counts.undecoded, "undecoded"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = some
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    words.join(", ")
}
