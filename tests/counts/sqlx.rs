//! Through sqlx: pools, prepared statements, transactions, enums, errors.

use futures::TryStreamExt;
use perf_harness::{PerfDb, perf_test};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgPoolOptions, PgTypeInfo, PgValueRef};
use sqlx::{Connection, Decode, Encode, Executor, PgConnection, PgPool, Postgres, Type};

use crate::authors;
use crate::server_log::ServerLog;

/// An enum of the database: to bind or read it, sqlx must look its type up.
#[derive(Debug, PartialEq)]
struct Mood(String);

impl Type<Postgres> for Mood {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("mood")
    }
}

impl Encode<'_, Postgres> for Mood {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<Postgres>>::encode(&self.0, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Mood {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_str()?.to_owned()))
    }
}

async fn one_connection(db: &PerfDb) -> PgPool {
    let options = PgPoolOptions::new().max_connections(1);
    options.connect(db.url()).await.unwrap()
}

async fn name(pool: &PgPool, id: i32) -> String {
    let query = sqlx::query_scalar("SELECT name FROM authors WHERE id = $1");
    query.bind(id).fetch_one(pool).await.unwrap()
}

#[perf_test(template = authors)]
async fn prepared_queries_count_once_each(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let names = db
        .record(async {
            for id in 1..=10 {
                name(&pool, id).await;
            }
        })
        .await;
    log.agrees_with(&names).await;
    let counts = names.counts();
    assert_eq!((counts.queries, counts.rows, counts.prepares), (10, 10, 1));
    let values: Vec<String> = names
        .queries()
        .map(|query| query.parameters()[0].to_string())
        .collect();
    assert_eq!(values, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
}

#[perf_test(template = authors)]
async fn transactions_are_counted_apart(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let work = db
        .record(async {
            let mut outer = pool.begin().await.unwrap();
            outer
                .execute("UPDATE authors SET name = 'x' WHERE id = 1")
                .await
                .unwrap();
            let mut inner = outer.begin().await.unwrap();
            inner
                .execute("DELETE FROM authors WHERE id = 2")
                .await
                .unwrap();
            inner.rollback().await.unwrap();
            outer.commit().await.unwrap();
        })
        .await;
    log.agrees_with(&work).await;
    let counts = work.counts();
    assert_eq!((counts.queries, counts.transaction_control), (2, 4));
}

#[perf_test(template = authors)]
async fn a_transaction_that_is_dropped_rolls_back_and_is_counted(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let work = db
        .record(async {
            let mut dropped = pool.begin().await.unwrap();
            dropped.execute("DELETE FROM authors").await.unwrap();
            drop(dropped);
            // The only connection: once it is back, the ROLLBACK has gone before.
            name(&pool, 1).await
        })
        .await;
    log.agrees_with(&work).await;
    assert_eq!(
        (work.counts().queries, work.counts().transaction_control),
        (2, 2)
    );
    assert_eq!(work.output(), "author 1");
}

#[perf_test(template = authors)]
async fn type_look_ups_belong_to_the_driver(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let moods = db
        .record(async {
            let mut fresh = PgConnection::connect(db.url()).await.unwrap();
            let query = sqlx::query_scalar("SELECT count(*) FROM authors WHERE mood = $1");
            let happy: i64 = query
                .bind(Mood("happy".to_owned()))
                .fetch_one(&mut fresh)
                .await
                .unwrap();
            let mood: Mood = sqlx::query_scalar("SELECT mood FROM authors LIMIT 1")
                .fetch_one(&mut fresh)
                .await
                .unwrap();
            fresh.close().await.unwrap();
            (happy, mood)
        })
        .await;
    log.agrees_with(&moods).await;
    assert_eq!(moods.output(), &(100, Mood("happy".to_owned())));
    assert_eq!(moods.counts().queries, 2);
    assert!(moods.counts().driver > 0, "{:?}", moods.counts());
    assert_eq!(moods.counts().connects, 1);
}

#[perf_test(template = authors)]
async fn a_query_that_fails_is_counted_with_its_error(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let twice = db
        .record(async {
            let insert = sqlx::query("INSERT INTO authors VALUES ($1, 'again', 'sad')");
            insert.bind(1).execute(&pool).await.unwrap_err();
            name(&pool, 1).await
        })
        .await;
    log.agrees_with(&twice).await;
    assert_eq!((twice.counts().queries, twice.counts().errors), (2, 1));
    let outcome = twice.queries().next().unwrap().outcome();
    let perf_harness::Outcome::Failed(error) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(error.sqlstate(), "23505");
}

#[perf_test(template = authors)]
async fn a_text_that_cannot_be_parsed_is_an_error_and_no_query(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let wrong = db
        .record(async {
            let query = sqlx::query("SELECT * FROM no_such_table WHERE id = $1");
            query.bind(1).execute(&pool).await.unwrap_err()
        })
        .await;
    log.agrees_with(&wrong).await;
    assert_eq!((wrong.counts().queries, wrong.counts().errors), (0, 1));
}

#[perf_test(template = authors)]
async fn a_stream_that_is_dropped_was_a_query(db: PerfDb) {
    let Some(log) = ServerLog::of(&db).await else {
        return;
    };
    let pool = one_connection(&db).await;
    let first = db
        .record(async {
            let mut rows = sqlx::query("SELECT * FROM authors").fetch(&pool);
            rows.try_next().await.unwrap().unwrap();
        })
        .await;
    log.agrees_with(&first).await;
    assert_eq!(first.counts().queries, 1);
}

#[perf_test(template = authors)]
async fn several_statements_in_one_message_are_several_queries(db: PerfDb) {
    let pool = one_connection(&db).await;
    let batch = "SELECT 1; BEGIN; DELETE FROM authors WHERE name = ';'; COMMIT; SELECT 2";
    let work = db
        .record(async { pool.execute(sqlx::raw_sql(batch)).await.unwrap() })
        .await;
    let counts = work.counts();
    assert_eq!((counts.queries, counts.transaction_control), (3, 2));
    assert_eq!((counts.rows, counts.round_trips - counts.pings), (2, 1));
    let texts: Vec<&str> = work.queries().map(perf_harness::Query::sql).collect();
    assert_eq!(
        texts,
        [
            "SELECT 1",
            "DELETE FROM authors WHERE name = ';'",
            "SELECT 2"
        ]
    );
}

#[perf_test(template = authors)]
async fn bytes_and_rows_are_those_of_the_answer(db: PerfDb) {
    let pool = one_connection(&db).await;
    let count = async |limit: i64| {
        let query = sqlx::query("SELECT repeat('x', 1000) FROM authors LIMIT $1");
        let rows = db.record(query.bind(limit).fetch_all(&pool)).await;
        *rows.counts()
    };
    count(1).await;
    let (ten, fifty) = (count(10).await, count(50).await);
    assert_eq!((ten.rows, fifty.rows), (10, 50));
    // A row is 1,000 bytes and eleven of framing: type, length, number of columns, length of the column.
    assert_eq!(fifty.bytes_received - ten.bytes_received, 40 * 1011);
}
