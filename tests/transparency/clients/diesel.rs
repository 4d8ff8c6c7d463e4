//! diesel, by diesel-async. It sets the time zone and the encoding of each connection.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use perf_harness::{PerfDb, perf_test};

use super::check;
use super::items as template;

diesel::table! {
    items (n) {
        n -> Integer,
        name -> Nullable<Text>,
    }
}

#[perf_test(template = template)]
async fn queries(db: PerfDb) {
    // The one that divides by zero fails as it is bound, so it is never executed.
    check(
        &db,
        "1 connections, 4 queries, 2 driver, 8 rows, 1 errors",
        async |url| {
            let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
            let all = items::table.order(items::n);
            let all: Vec<(i32, Option<String>)> = all.load(&mut connection).await.unwrap();
            let added = diesel::insert_into(items::table)
                .values([
                    (items::n.eq(6), items::name.eq("six")),
                    (items::n.eq(7), items::name.eq("seven")),
                ])
                .returning(items::n);
            let added: Vec<i32> = added.get_results(&mut connection).await.unwrap();
            let changed =
                diesel::update(items::table.filter(items::n.lt(3))).set(items::name.eq("few"));
            let changed = changed.execute(&mut connection).await.unwrap();
            let sum = diesel::dsl::sql::<Integer>("SELECT 6 / ").bind::<Integer, _>(0);
            let error = sum.get_result::<i32>(&mut connection).await.unwrap_err();
            let name = diesel::dsl::sql::<Text>("SELECT 'a' || ").bind::<Text, _>("b");
            let name: String = name.get_result(&mut connection).await.unwrap();
            vec![format!("{all:?} {added:?} {changed} {error} {name}")]
        },
    )
    .await;
}

#[perf_test(template = template)]
async fn transactions(db: PerfDb) {
    check(
        &db,
        "1 connections, 3 queries, 4 control, 2 driver, 1 rows, 1 errors",
        async |url| {
            let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
            let insert = |n: i32| diesel::insert_into(items::table).values(items::n.eq(n));
            let told = connection
                .transaction(async |outer| {
                    insert(6).execute(outer).await?;
                    let inner: QueryResult<usize> = outer
                        .transaction(async |inner| insert(1).execute(inner).await)
                        .await;
                    QueryResult::Ok(inner.unwrap_err().to_string())
                })
                .await
                .unwrap();
            let count: i64 = items::table
                .count()
                .get_result(&mut connection)
                .await
                .unwrap();
            vec![told, count.to_string()]
        },
    )
    .await;
}

#[perf_test(template = template)]
async fn scripts(db: PerfDb) {
    check(
        &db,
        "1 connections, 3 queries, 2 control, 2 driver, 1 rows",
        async |url| {
            let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
            let script = "BEGIN; DELETE FROM items; ; INSERT INTO items VALUES (1); COMMIT";
            connection.batch_execute(script).await.unwrap();
            let added: Vec<i32> = items::table
                .select(items::n)
                .load(&mut connection)
                .await
                .unwrap();
            vec![format!("{added:?}")]
        },
    )
    .await;
}
