//! Statements of every kind: each has its plan, or a reason why it has none.

use perf_harness::{PerfDb, Recording, SetupError, TemplateDb, perf_test};
use tokio_postgres::Client;

use crate::{client, fill, major};

async fn things(db: TemplateDb) -> Result<(), sqlx::Error> {
    fill(
        &db,
        "CREATE TABLE things (id int PRIMARY KEY, name text);
         INSERT INTO things SELECT i, 'thing ' || i FROM generate_series(1, 300) i;
         CREATE TABLE copies (LIKE things)",
    )
    .await
}

async fn each(db: &PerfDb, client: &Client, statements: &[&str]) -> Recording<()> {
    let work = async {
        for sql in statements {
            client.batch_execute(sql).await.unwrap();
        }
    };
    db.record(work).await
}

#[perf_test(template = things)]
async fn what_can_be_planned_is(db: PerfDb) {
    let statements = [
        "SELECT * FROM things WHERE id = 7;",
        "/* a */ SELECT * FROM things -- b",
        "-- first\nWITH t AS (SELECT * FROM things) SELECT * FROM t;  ",
        "(SELECT id FROM things) UNION ALL (SELECT id FROM copies)",
        "VALUES (1), (2)",
        "TABLE things",
        "INSERT INTO copies SELECT * FROM things WHERE id < 3 RETURNING id",
        "WITH gone AS (DELETE FROM copies RETURNING id) SELECT * FROM gone",
        "UPDATE things SET name = name || '!' WHERE id = 9",
        "DELETE FROM things WHERE id = 300",
        "SELECT * FROM things WHERE id = 3 FOR UPDATE",
        "MERGE INTO copies c USING things t ON c.id = t.id WHEN NOT MATCHED THEN INSERT VALUES (t.id, t.name)",
        "BEGIN",
        "DECLARE few CURSOR FOR SELECT * FROM things WHERE id > 5",
        "COMMIT",
        "CREATE TABLE made AS SELECT * FROM things",
    ];
    let client = client(&db).await;
    let list = each(&db, &client, &statements).await;
    let plans = list.plans().unwrap();
    for (query, asked) in list.queries().zip(plans.queries()) {
        let told = (query.sql(), asked.refusal());
        // What is there by now cannot be made again: the server says so.
        if query.sql().starts_with("CREATE TABLE made") {
            assert!(told.1.unwrap().contains("already exists"));
            continue;
        }
        assert!(asked.custom().is_some(), "{told:?}");
    }
    assert_eq!(plans.queries().len(), statements.len() - 2);
    let count: i64 = client
        .query_one("SELECT count(*) FROM things", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 299, "nothing was executed twice");
}

#[perf_test(template = things)]
async fn what_cannot_be_planned_says_why(db: PerfDb) {
    let statements = [
        ("TRUNCATE copies", "TRUNCATE has no plan"),
        ("CALL nothing()", "CALL has no plan"),
        (
            "EXECUTE prepared(7)",
            "prepared statement \"prepared\" does not exist",
        ),
        (
            "SELECT * FROM soon_gone",
            "relation \"soon_gone\" does not exist",
        ),
    ];
    let client = client(&db).await;
    let before =
        "CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1'; CREATE TABLE soon_gone (i int);
                  PREPARE prepared(int) AS SELECT * FROM things WHERE id = $1";
    client.batch_execute(before).await.unwrap();
    let sql: Vec<&str> = statements.iter().map(|(sql, _)| *sql).collect();
    let list = each(&db, &client, &sql).await;
    client.batch_execute("DROP TABLE soon_gone").await.unwrap();
    let plans = list.plans().unwrap();
    assert_eq!(plans.queries().len(), statements.len());
    for (query, (sql, expected)) in plans.queries().iter().zip(statements) {
        let refusal = query.refusal().unwrap_or_default();
        assert!(refusal.contains(expected), "{sql}: {refusal}");
    }
}

#[perf_test(template = things)]
async fn a_lock_of_the_programs_own_is_an_error_and_no_hang(db: PerfDb) {
    let client = client(&db).await;
    let list = each(&db, &client, &["SELECT * FROM things WHERE id = 7"]).await;
    client
        .batch_execute("BEGIN; ALTER TABLE things ADD COLUMN more int")
        .await
        .unwrap();
    let error = list.plans().unwrap_err();
    assert!(matches!(error, SetupError::PlansLocked), "{error}");
    assert!(error.hint().contains("commit or roll back"));
    client.batch_execute("ROLLBACK").await.unwrap();
    let again = each(&db, &client, &["SELECT * FROM things WHERE id = 7"]).await;
    assert!(again.plans().unwrap().queries()[0].custom().is_some());
    assert!(major(&db).await >= 14);
}
