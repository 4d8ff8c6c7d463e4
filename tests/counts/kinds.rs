//! Which kind a query is of and on which tables, and budgets on a choice of them.

use std::collections::BTreeMap;

use perf_harness::{
    Kind, PerfDb, PerfTest, SetupError, assert_max_queries, assert_queries, perf_test,
};
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt as _;

use crate::authors;

/// One of each kind that a service sends.
async fn one_of_each(pool: &PgPool) {
    // On one connection: a setting that comes first on another one would be its driver's.
    let mut connection = pool.acquire().await.unwrap();
    for sql in [
        "SELECT name FROM authors WHERE id = 1",
        "WITH a AS (SELECT * FROM authors) SELECT count(*) FROM a",
        "SELECT name FROM authors WHERE id = 1 FOR UPDATE",
        "INSERT INTO authors VALUES (1000, 'new', 'sad')",
        "UPDATE authors SET name = 'other' WHERE id = 1000",
        "WITH gone AS (DELETE FROM authors WHERE id = 1000 RETURNING *) SELECT * FROM gone",
        "CREATE TABLE drafts (id int)",
        "SET lock_timeout = '5s'",
    ] {
        sqlx::query(sql).execute(&mut *connection).await.unwrap();
    }
    let mut copy = connection
        .copy_in_raw("COPY drafts FROM STDIN")
        .await
        .unwrap();
    copy.send(&b"1\n2\n"[..]).await.unwrap();
    copy.finish().await.unwrap();
}

#[perf_test(template = authors)]
async fn each_kind_is_counted_for_itself(db: PerfDb) {
    let pool = db.pool();
    let work = db.record(one_of_each(&pool)).await;
    let expected = [
        (Kind::Select, 2),
        (Kind::LockingSelect, 1),
        (Kind::Insert, 1),
        (Kind::Update, 1),
        (Kind::Delete, 1),
        (Kind::Copy, 1),
        (Kind::Ddl, 1),
        (Kind::Utility, 1),
    ];
    assert_eq!(work.traffic().kinds(), BTreeMap::from(expected));
    let tables = [("authors".to_owned(), 6), ("drafts".to_owned(), 2)];
    assert_eq!(work.traffic().tables(), BTreeMap::from(tables));
    assert_queries!(work.of_kind(Kind::Insert), 1);
    assert_queries!(work.of_kind(Kind::Merge), 0);
    assert_max_queries!(work.on_table("authors"), 6);
    assert_queries!(work.on_table("authors").of_kind(Kind::Select), 2);
    assert_queries!(work.choose(|query| query.rows() > 0), 4);
}

/// What comes of a test that asks about a recording of one of each.
fn end(ask: impl AsyncFn(&perf_harness::Recording<()>)) -> Option<perf_harness::Failure> {
    let test = PerfTest::new("kinds").template(authors);
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        ask(&db.record(one_of_each(&pool)).await).await;
    });
    end.err()
}

#[test]
fn a_budget_on_a_choice_is_broken_by_what_is_chosen_alone() {
    let over = end(async |work| assert_max_queries!(work.on_table("authors"), 5));
    assert!(
        over.unwrap()
            .to_string()
            .contains("6 queries, 1 more than allowed")
    );
    assert!(end(async |work| assert_max_queries!(work.on_table("drafts"), 2)).is_none());
}

#[test]
fn a_maximum_on_what_nothing_was_chosen_for_is_an_error() {
    let none = end(async |work| assert_max_queries!(work.on_table("author"), 9)).unwrap();
    let told = none.to_string();
    assert!(told.contains("none of the 9 queries recorded"), "{told}");
    assert!(told.contains("authors (6), drafts (2)"), "{told}");
    let problem = none.findings()[0].problem();
    let perf_harness::Problem::Unmeasured(SetupError::NothingChosen { of: 9, .. }) = problem else {
        panic!("{problem:?}");
    };
}
