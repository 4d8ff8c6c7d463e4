//! sqlx, on a connection and through a pool.

use futures::TryStreamExt as _;
use perf_harness::{PerfDb, perf_test};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use super::{check, items};

#[perf_test(template = items)]
async fn queries(db: PerfDb) {
    check(
        &db,
        "1 connections, 6 queries, 13 rows, 1 errors",
        async |url| {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let all: Vec<(i32, String)> = sqlx::query_as("SELECT n, name FROM items ORDER BY n")
                .fetch_all(&mut connection)
                .await
                .unwrap();
            let one = sqlx::query_scalar::<_, i32>("SELECT $1 + 1").bind(41);
            let one = one.fetch_one(&mut connection).await.unwrap();
            // Rows that nobody reads.
            let mut rows = connection.fetch("SELECT n FROM items ORDER BY n");
            let first: i32 = rows.try_next().await.unwrap().unwrap().get(0);
            drop(rows);
            let three =
                sqlx::raw_sql("SELECT 1; SELECT 2; SELECT 1 / (n - n) FROM items; SELECT 4");
            let three = three.fetch_all(&mut connection).await.unwrap_err();
            connection.close().await.unwrap();
            vec![format!("{all:?} {one} {first} {three}")]
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn transactions(db: PerfDb) {
    check(
        &db,
        "1 connections, 4 queries, 4 control, 1 rows, 1 errors",
        async |url| {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let mut outer = connection.begin().await.unwrap();
            outer.execute("INSERT INTO items VALUES (6)").await.unwrap();
            let mut inner = outer.begin().await.unwrap();
            inner.execute("INSERT INTO items VALUES (7)").await.unwrap();
            let error = inner
                .execute("INSERT INTO items VALUES (1)")
                .await
                .unwrap_err();
            inner.rollback().await.unwrap();
            outer.commit().await.unwrap();
            let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM items");
            let count = count.fetch_one(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            vec![error.to_string(), count.to_string()]
        },
    )
    .await;
}

#[perf_test(template = items)]
async fn copies(db: PerfDb) {
    check(&db, "1 connections, 3 queries, 1 errors", async |url| {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let mut told = Vec::new();
        for data in ["10\tten\n11\televen\n", "no number\n"] {
            let mut copy = connection
                .copy_in_raw("COPY items (n, name) FROM STDIN")
                .await
                .unwrap();
            copy.send(data.as_bytes()).await.unwrap();
            let copied = copy.finish().await;
            told.push(format!("{:?}", copied.map_err(|error| error.to_string())));
        }
        let out = connection
            .copy_out_raw("COPY items (n, name) TO STDOUT")
            .await
            .unwrap();
        let out: Vec<_> = out.try_collect().await.unwrap();
        told.push(format!("{:?}", out.concat()));
        told
    })
    .await;
}

#[perf_test(template = items)]
async fn notifications(db: PerfDb) {
    // Dropped, the listener says `UNLISTEN`, from a task that it leaves behind.
    check(&db, "2 connections, 3 queries, 1 rows", async |url| {
        let mut listener = sqlx::postgres::PgListener::connect(&url).await.unwrap();
        listener.listen("news").await.unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let notify = sqlx::query("SELECT pg_notify('news', $1)").bind("a word");
        notify.execute(&mut connection).await.unwrap();
        vec![listener.recv().await.unwrap().payload().to_owned()]
    })
    .await;
}
