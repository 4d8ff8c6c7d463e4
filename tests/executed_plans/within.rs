//! Statements that ran within another one: in a function, and for a foreign key.

use perf_harness::{PerfDb, perf_test};

use crate::{connect, shop, top, within};

#[perf_test(template = shop, plans)]
async fn what_a_function_runs_belongs_to_the_query_that_calls_it(db: PerfDb) {
    let client = connect(&db).await;
    let list = db
        .record(async {
            client.query("SELECT articles_of(7)", &[]).await.unwrap();
            client.simple_query("SELECT 1").await.unwrap();
        })
        .await;
    let [calls, other] = &list.queries().collect::<Vec<_>>()[..] else {
        panic!("{list:?}");
    };
    assert_eq!(top(calls), "Result");
    let inner = within(calls);
    assert_eq!(inner.len(), 1, "{inner:?}");
    assert!(inner[0].contains("count(*)"), "{inner:?}");
    assert_eq!((top(other).as_str(), within(other).len()), ("Result", 0));
}

#[perf_test(template = shop, plans)]
async fn what_a_foreign_key_asks_belongs_to_the_insert(db: PerfDb) {
    let client = connect(&db).await;
    let insert = "INSERT INTO articles VALUES ($1, $2, 'new')";
    let list = db
        .record(async {
            client.execute(insert, &[&2_001, &1]).await.unwrap();
            client
                .batch_execute(
                    "INSERT INTO articles VALUES (2002, 1, 'new'); INSERT INTO articles VALUES (2003, 2, 'new')",
                )
                .await
                .unwrap();
        })
        .await;
    let told: Vec<_> = list
        .queries()
        .map(|query| (top(query), within(query).len()))
        .collect();
    let one = ("ModifyTable".to_owned(), 1);
    assert_eq!(told, [one.clone(), one.clone(), one]);
    let first = list.queries().next().unwrap();
    assert!(
        within(first)[0].starts_with("SELECT 1 FROM ONLY"),
        "{:?}",
        within(first)
    );
    assert!(first.executed_plan().unwrap().contains("\"Triggers\""));
}

#[perf_test(template = shop, plans)]
async fn what_a_deferred_foreign_key_asks_belongs_to_the_commit(db: PerfDb) {
    let client = connect(&db).await;
    client
        .batch_execute(
            "ALTER TABLE articles ALTER CONSTRAINT articles_author_fkey DEFERRABLE INITIALLY DEFERRED",
        )
        .await
        .unwrap();
    let list = db
        .record(async {
            for statement in [
                "BEGIN",
                "INSERT INTO articles VALUES (2001, 1, 'new')",
                "COMMIT",
            ] {
                client.simple_query(statement).await.unwrap();
            }
        })
        .await;
    let insert = list.queries().next().unwrap();
    assert_eq!(
        (top(insert).as_str(), within(insert).len()),
        ("ModifyTable", 0)
    );
    let control: Vec<_> = list
        .traffic()
        .of_class(perf_harness::Class::TransactionControl)
        .map(|query| (query.sql(), within(query).len()))
        .collect();
    assert_eq!(control, [("BEGIN", 0), ("COMMIT", 1)]);
}
