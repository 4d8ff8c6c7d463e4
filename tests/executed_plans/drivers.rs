//! Through sqlx and tokio-postgres, by each protocol, and in transactions.

use perf_harness::{PerfDb, perf_test};
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::{connect, shop, top, top_of, tops};

async fn title(pool: &PgPool, id: i32) -> String {
    let query = sqlx::query_scalar("SELECT title FROM articles WHERE id = $1");
    query.bind(id).fetch_one(pool).await.unwrap()
}

#[perf_test(template = shop, plans)]
async fn a_query_of_sqlx_has_the_plan_that_ran_with_rows_and_buffers(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(title(&pool, 7)).await;
    let query = list.queries().next().unwrap();
    let told: Value = serde_json::from_str(query.executed_plan().unwrap()).unwrap();
    let plan = &told["Plan"];
    assert_eq!(told["Query Text"], query.sql());
    assert_eq!(plan["Index Name"], "articles_pkey");
    assert_eq!(plan["Actual Rows"].as_f64(), Some(1.0));
    assert!(plan["Shared Hit Blocks"].is_u64(), "{plan}");
    assert_eq!(plan["Output"][0], "title", "{plan}");
    assert_eq!(told.get("Query Parameters"), None);
    assert!(query.is_prepared());
}

/// The server has no other moment to tell a plan than before it is ready again, and a driver may have its row before that.
#[perf_test(template = shop, plans)]
async fn no_recording_ends_before_its_plan_has_come(db: PerfDb) {
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect(db.url()).await.unwrap();
    for round in 1..=300 {
        let list = db.record(title(&pool, round)).await;
        assert_eq!(tops(&list), ["Index Scan"], "round {round}");
    }
}

#[perf_test(template = shop, plans)]
async fn a_prepared_statement_goes_generic_and_its_plan_says_so(db: PerfDb) {
    let mut connection = PgConnection::connect(db.url()).await.unwrap();
    let list = db.record(async {
        for id in 1..=8 {
            let query = sqlx::query("SELECT title FROM articles WHERE id = $1");
            query.bind(id).execute(&mut connection).await.unwrap();
        }
    });
    let list = list.await;
    let is_generic = |plan: &str| plan.contains("(articles.id = $1)");
    let generic: Vec<bool> = list
        .queries()
        .map(|query| is_generic(query.executed_plan().unwrap()))
        .collect();
    assert_eq!(
        generic,
        [false, false, false, false, false, true, true, true]
    );
}

#[perf_test(template = shop, plans)]
async fn of_tokio_postgres_simple_and_extended_queries_have_theirs(db: PerfDb) {
    let client = connect(&db).await;
    let list = db
        .record(async {
            client
                .simple_query("SELECT title FROM articles WHERE id = 1")
                .await
                .unwrap();
            client
                .query("SELECT title FROM articles", &[])
                .await
                .unwrap();
            client
                .batch_execute("UPDATE articles SET title = 'b' WHERE id = 2; SELECT 1; DELETE FROM articles WHERE id = 3")
                .await
                .unwrap();
        })
        .await;
    let expected = [
        "Index Scan",
        "Seq Scan",
        "ModifyTable",
        "Result",
        "ModifyTable",
    ];
    assert_eq!(tops(&list), expected);
    let prepared: Vec<bool> = list
        .queries()
        .map(perf_harness::Query::is_prepared)
        .collect();
    assert_eq!(prepared, [false, true, false, false, false]);
}

/// tokio-postgres leaves a portal open until the next query is bound.
#[perf_test(template = shop, plans)]
async fn in_a_transaction_each_has_its_own_although_it_is_told_with_the_next(db: PerfDb) {
    let mut client = connect(&db).await;
    let one = client
        .prepare("SELECT title FROM articles WHERE id = $1")
        .await;
    let (one, all) = (one.unwrap(), "SELECT title FROM articles");
    let list = db
        .record(async {
            let transaction = client.transaction().await.unwrap();
            for id in [1, 2] {
                transaction.query(&one, &[&id]).await.unwrap();
            }
            transaction.query(all, &[]).await.unwrap();
            transaction.query(&one, &[&3]).await.unwrap();
            transaction.commit().await.unwrap();
        })
        .await;
    assert_eq!(
        tops(&list),
        ["Index Scan", "Index Scan", "Seq Scan", "Index Scan"]
    );
    for (id, query) in [
        (0, "(articles.id = 1)"),
        (1, "(articles.id = 2)"),
        (3, "(articles.id = 3)"),
    ] {
        let plan = list.queries().nth(id).unwrap().executed_plan().unwrap();
        assert!(plan.contains(query), "{plan}");
    }
}

#[perf_test(template = shop, plans)]
async fn of_a_transaction_that_stays_open_the_last_one_is_not_told(db: PerfDb) {
    let mut client = connect(&db).await;
    client.query("SELECT 1", &[]).await.unwrap();
    // A window that is open when the transaction begins has the plans switched on.
    db.record(client.query("SELECT 1", &[]))
        .await
        .output()
        .as_ref()
        .unwrap();
    let list = db
        .record(async {
            let transaction = client.transaction().await.unwrap();
            transaction
                .query("SELECT title FROM articles", &[])
                .await
                .unwrap();
            transaction
                .query("SELECT name FROM authors", &[])
                .await
                .unwrap();
            std::mem::forget(transaction);
        })
        .await;
    assert_eq!(tops(&list), ["Seq Scan", ""]);
}

#[perf_test(template = shop, plans)]
async fn writes_have_theirs_and_what_fails_or_copies_a_table_has_none(db: PerfDb) {
    let mut connection = PgConnection::connect(db.url()).await.unwrap();
    let list = db.record(async {
        let update = sqlx::query("UPDATE articles SET title = 'a' WHERE id = $1");
        update.bind(1).execute(&mut connection).await.unwrap();
        let returning = sqlx::query("DELETE FROM articles WHERE id = $1 RETURNING title");
        returning.bind(2).fetch_one(&mut connection).await.unwrap();
        let failing = sqlx::query("SELECT 1 / (id - 1) FROM articles");
        failing.execute(&mut connection).await.unwrap_err();
        let copy = connection
            .copy_out_raw("COPY authors TO STDOUT")
            .await
            .unwrap();
        let rows: Vec<_> = futures::TryStreamExt::try_collect(copy).await.unwrap();
        assert!(!rows.is_empty());
        let copy = connection
            .copy_out_raw("COPY (SELECT id FROM authors) TO STDOUT")
            .await
            .unwrap();
        let rows: Vec<_> = futures::TryStreamExt::try_collect(copy).await.unwrap();
        assert!(!rows.is_empty());
        sqlx::query("SELECT id FROM articles WHERE id = 1")
            .execute(&mut connection)
            .await
            .unwrap();
    });
    let list = list.await;
    let after_all = top(list.queries().last().unwrap());
    assert_eq!(
        tops(&list)[..5],
        ["ModifyTable", "ModifyTable", "", "", "Seq Scan"]
    );
    assert!(after_all.starts_with("Index"), "{after_all}");
}

#[perf_test(template = shop, plans)]
async fn a_connection_that_discards_everything_goes_on_telling(db: PerfDb) {
    let client = connect(&db).await;
    let list = db
        .record(async {
            client
                .query("SELECT title FROM articles", &[])
                .await
                .unwrap();
            client.batch_execute("DISCARD ALL").await.unwrap();
            client
                .simple_query("SELECT name FROM authors")
                .await
                .unwrap();
        })
        .await;
    let plans: Vec<_> = list
        .queries()
        .filter(|query| query.sql().starts_with("SELECT"))
        .map(top)
        .collect();
    assert_eq!(plans, ["Seq Scan", "Seq Scan"]);
}

#[perf_test(template = shop, plans)]
async fn another_database_of_the_test_tells_its_plans_too(db: PerfDb) {
    let other = db.another().await.unwrap();
    let pool = other.pool();
    let list = db.record(title(&pool, 7)).await;
    assert_eq!(tops(&list), ["Index Scan"]);
}

#[perf_test(template = shop, read_only, plans)]
async fn a_read_only_test_has_plans(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(title(&pool, 7)).await;
    assert_eq!(tops(&list), ["Index Scan"]);
}

#[perf_test(template = shop, read_only, plans)]
async fn so_has_another_one_that_shares_its_copy(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(title(&pool, 8)).await;
    assert_eq!(tops(&list), ["Index Scan"]);
}

#[perf_test(template = shop)]
async fn a_test_that_asks_for_none_has_none(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(title(&pool, 7)).await;
    assert_eq!(tops(&list), [""]);
    assert_eq!(db.without_plans(), None);
    let loaded: Option<String> =
        sqlx::query_scalar("SELECT current_setting('auto_explain.log_min_duration', true)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(loaded, None);
}

/// A template whose databases load something already.
async fn with_libraries(db: perf_harness::TemplateDb) -> Result<(), sqlx::Error> {
    let set = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = ''auto_explain'', ''plpgsql''',
               current_database()); END $$";
    sqlx::raw_sql(set).execute(&db.pool()).await?;
    Ok(())
}

#[perf_test(template = with_libraries, plans)]
async fn libraries_that_are_loaded_anyway_are_loaded_still(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(
            sqlx::query_scalar("SELECT current_setting('session_preload_libraries')")
                .fetch_one(&pool),
        )
        .await;
    let loaded: &String = list.output().as_ref().unwrap();
    assert_eq!(loaded, "auto_explain, plpgsql");
    assert_eq!(
        top_of(list.queries().next().unwrap().executed_plan().unwrap()),
        "Result"
    );
}
