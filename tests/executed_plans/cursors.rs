//! Cursors and SQL's own prepared statements, whose plans have another text or another time.

use perf_harness::{PerfDb, perf_test};

use crate::{connect, shop, top};

/// Each statement as a simple query of its own.
async fn one_by_one(db: &PerfDb, statements: &[&str]) -> Vec<(String, String)> {
    let client = connect(db).await;
    let list = db
        .record(async {
            for statement in statements {
                client.simple_query(statement).await.unwrap();
            }
        })
        .await;
    let told = list
        .queries()
        .map(|query| (query.sql().to_owned(), top(query)));
    told.collect()
}

fn check(told: &[(String, String)], expected: &[(&str, &str)]) {
    let told: Vec<_> = told
        .iter()
        .map(|(sql, top)| (sql.as_str(), top.as_str()))
        .collect();
    assert_eq!(told, expected);
}

const CURSOR: &str = "DECLARE c CURSOR FOR SELECT title FROM articles";

#[perf_test(template = shop, plans)]
async fn a_cursor_has_its_plan_at_its_declaration(db: PerfDb) {
    let statements = ["BEGIN", CURSOR, "FETCH 10 FROM c", "CLOSE c", "COMMIT"];
    let told = one_by_one(&db, &statements).await;
    check(
        &told,
        &[
            (CURSOR, "Seq Scan"),
            ("FETCH 10 FROM c", ""),
            ("CLOSE c", ""),
        ],
    );
}

#[perf_test(template = shop, plans)]
async fn a_cursor_that_nobody_closes_is_told_at_the_commit(db: PerfDb) {
    let told = one_by_one(&db, &["BEGIN", CURSOR, "FETCH 10 FROM c", "COMMIT"]).await;
    check(&told, &[(CURSOR, "Seq Scan"), ("FETCH 10 FROM c", "")]);
}

#[perf_test(template = shop, plans)]
async fn a_cursor_in_one_text_with_its_end_has_its_plan_too(db: PerfDb) {
    let text = format!("BEGIN; {CURSOR}; FETCH 10 FROM c; CLOSE c; COMMIT");
    let told = one_by_one(&db, &[&text]).await;
    check(
        &told,
        &[
            (CURSOR, "Seq Scan"),
            ("FETCH 10 FROM c", ""),
            ("CLOSE c", ""),
        ],
    );
}

#[perf_test(template = shop, plans)]
async fn execute_has_the_plan_of_what_was_prepared(db: PerfDb) {
    let prepare = "PREPARE one (int) AS SELECT title FROM articles WHERE id = $1";
    let told = one_by_one(&db, &[prepare, "EXECUTE one(7)", "EXECUTE one(8)"]).await;
    check(
        &told,
        &[
            (prepare, ""),
            ("EXECUTE one(7)", "Index Scan"),
            ("EXECUTE one(8)", "Index Scan"),
        ],
    );
}

#[perf_test(template = shop, plans)]
async fn a_table_made_of_a_query_has_its_plan(db: PerfDb) {
    let create = "CREATE TABLE copies AS SELECT title FROM articles";
    let told = one_by_one(&db, &[create]).await;
    check(&told, &[(create, "Seq Scan")]);
}

#[perf_test(template = shop, plans)]
async fn rows_that_are_fetched_in_parts_have_one_plan(db: PerfDb) {
    let mut client = connect(&db).await;
    let list = db
        .record(async {
            let transaction = client.transaction().await.unwrap();
            let portal = transaction
                .bind("SELECT title FROM articles", &[])
                .await
                .unwrap();
            for _ in 0..3 {
                let rows = transaction.query_portal(&portal, 10).await.unwrap();
                assert_eq!(rows.len(), 10);
            }
            drop(portal);
            transaction.commit().await.unwrap();
        })
        .await;
    let query = list.queries().next().unwrap();
    let plan: serde_json::Value = serde_json::from_str(query.executed_plan().unwrap()).unwrap();
    assert_eq!(plan["Plan"]["Actual Rows"].as_f64(), Some(30.0));
    assert_eq!(list.counts().queries, 1);
}
