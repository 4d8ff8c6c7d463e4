//! Snapshots of what a program sent: what they hold, that they are stable, and that they are insta's in all else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "failing_output.rs"]
#[expect(dead_code, reason = "other programs need more of it")]
mod failing_output;

use std::path::Path;
use std::process::Output;
use std::sync::{Mutex, MutexGuard, PoisonError};

use failing_output::{CHANGING, cargo, root, sections};
use futures::future::join_all;
use insta::{assert_snapshot, with_settings};
use perf_harness::{PerfDb, TemplateDb, assert_query_snapshot, perf_test};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::join;

async fn library(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TYPE genre AS ENUM ('novel', 'essay');
         CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL, title text NOT NULL, genre genre NOT NULL);
         INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 20) n;
         INSERT INTO books VALUES (100, 1, 'T', 'novel');
         CREATE FUNCTION meet(mine int, other int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
             PERFORM pg_advisory_lock(mine);
             WHILE pg_try_advisory_lock(other) LOOP PERFORM pg_advisory_unlock(other); END LOOP;
         END $$;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

async fn authors(pool: &PgPool) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id, name FROM authors WHERE name > $1 ORDER BY name");
    query.bind("a").fetch_all(pool).await.unwrap()
}

async fn books(pool: &PgPool, author: i32) {
    let query = sqlx::query("SELECT title FROM books WHERE author_id = $1 -- the author's");
    query.bind(author).execute(pool).await.unwrap();
}

async fn page(pool: &PgPool) {
    for author in authors(pool).await.into_iter().take(2) {
        books(pool, author).await;
    }
}

/// A transaction in a transaction, and statements with values of their own.
async fn publish(pool: &PgPool) {
    let mut outer = pool.begin().await.unwrap();
    for id in 1..=2 {
        let mut inner = sqlx::Acquire::begin(&mut outer).await.unwrap();
        let query = sqlx::query(
            "INSERT INTO books (id, author_id, title, genre) VALUES ($1, 7, 'T', 'novel')",
        );
        query.bind(id).execute(&mut *inner).await.unwrap();
        if id == 1 {
            inner.commit().await.unwrap();
        } else {
            inner.rollback().await.unwrap();
        }
    }
    let upsert =
        "INSERT INTO authors VALUES (7, 'x'), (8, 'y') ON CONFLICT (id) DO UPDATE SET name = 'x'";
    sqlx::query(upsert).execute(&mut *outer).await.unwrap();
    outer.commit().await.unwrap();
}

#[perf_test(template = library)]
async fn what_was_sent_stands_in_the_source(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(page(&pool)).await;
    assert_query_snapshot!(page, @r"
    SELECT ... FROM authors WHERE ... ORDER BY ...
    SELECT ... FROM books WHERE ...
    SELECT ... FROM books WHERE ...
    ");
}

#[perf_test(template = library)]
async fn what_was_sent_stands_in_a_file(db: PerfDb) {
    let pool = db.pool();
    let published = db.record(publish(&pool)).await;
    assert_query_snapshot!(published);
    assert_query_snapshot!(published, "a_name_of_its_own");
}

#[perf_test(template = library)]
async fn call_sites_are_there_when_asked_for(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(page(&pool)).await;
    assert_query_snapshot!(page.with_call_sites(), @r"
    SELECT ... FROM authors WHERE ... ORDER BY ...  <- authors <- page <- call_sites_are_there_when_asked_for
    SELECT ... FROM books WHERE ...  <- books <- page <- call_sites_are_there_when_asked_for
    SELECT ... FROM books WHERE ...  <- books <- page <- call_sites_are_there_when_asked_for
    ");
}

#[perf_test(template = library)]
async fn a_list_of_djangos_is_the_same_text(db: PerfDb) {
    let pool = db.pool();
    let published = db.record(publish(&pool)).await;
    // As inline-snapshot-django writes it, of the same work with `transaction.atomic()`.
    let django = [
        "BEGIN",
        "SAVEPOINT s1",
        "INSERT INTO books (...) VALUES (...)",
        "RELEASE SAVEPOINT s1",
        "SAVEPOINT s2",
        "INSERT INTO books (...) VALUES (...)",
        "ROLLBACK TO SAVEPOINT s2",
        "INSERT INTO authors VALUES (...) ON CONFLICT(...) DO UPDATE SET ... = ...",
        "COMMIT",
    ];
    assert_eq!(published.query_list(), django);
}

/// A query that ends when the other one of its run has begun: each holds what the other looks for.
async fn meet(pool: &PgPool, table: &str, run: i32, task: i32) {
    let sql = format!("SELECT * FROM {table}, meet($1, $2)");
    let query = sqlx::query(AssertSqlSafe(sql));
    let query = query.bind(3 * run + task).bind(3 * run + 1 - task);
    query.execute(pool).await.unwrap();
}

#[perf_test(template = library)]
async fn queries_that_overlap_have_one_order(db: PerfDb) {
    for run in 0..20 {
        let pool = db.pool();
        let (first, second) = if run % 2 == 0 {
            ("books", "authors")
        } else {
            ("authors", "books")
        };
        let both = async { join!(meet(&pool, first, run, 0), meet(&pool, second, run, 1)) };
        let list = db.record(both).await.query_list();
        let expected = [
            "SELECT * FROM authors, meet(..., ...)",
            "SELECT * FROM books, meet(..., ...)",
        ];
        assert_eq!(list, expected, "run {run}");
    }
}

async fn one_task_or_the_other(pool: PgPool, run: i32, task: i32) {
    meet(&pool, "authors", run, task).await;
    if task == 1 {
        publish_and_take_back(&pool).await;
    } else {
        page(&pool).await;
    }
}

#[perf_test(template = library, flavor = "multi_thread", worker_threads = 2)]
async fn so_have_tasks_with_many_queries_each(db: PerfDb) {
    let mut lists = Vec::new();
    for run in 0..20 {
        let pool = db.pool();
        let tasks = async {
            authors(&pool).await;
            let start = |task| tokio::spawn(one_task_or_the_other(pool.clone(), run, task));
            join_all([0, 1].map(start)).await
        };
        let both = db.record(tasks).await;
        lists.push(both.query_list());
    }
    for list in &lists {
        assert_eq!(list, &lists[0]);
    }
    assert_snapshot!(lists[0].join("\n"), @r"
    SELECT ... FROM authors WHERE ... ORDER BY ...
    BEGIN
    COMMIT
    DELETE FROM books WHERE ...
    INSERT INTO books VALUES (...)
    SELECT * FROM authors, meet(..., ...)
    SELECT * FROM authors, meet(..., ...)
    SELECT ... FROM authors WHERE ... ORDER BY ...
    SELECT ... FROM books WHERE ...
    SELECT ... FROM books WHERE ...
    ");
}

#[perf_test(template = library)]
async fn the_order_can_be_left_out(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(publish_and_take_back(&pool)).await;
    assert_query_snapshot!(page.in_any_order(), @r"
    BEGIN
    COMMIT
    DELETE FROM books WHERE ...
    INSERT INTO books VALUES (...)
    ");
}

async fn publish_and_take_back(pool: &PgPool) {
    let mut transaction = pool.begin().await.unwrap();
    let insert = "INSERT INTO books VALUES (9, 1, 'T', 'essay')";
    sqlx::query(insert)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let delete = "DELETE FROM books WHERE id = 9";
    sqlx::query(delete)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

/// Runs one snapshot that must fail, with insta's files below `files`, if it writes any.
fn failing(test: &str, update: &str, files: Option<&Path>) -> Output {
    let program = [
        "test",
        "--package",
        "acceptance",
        "--test",
        "failing_snapshots",
    ];
    cargo(&root(), &program)
        .args(["--", "--exact", test])
        .envs(files.map(|files| ("INSTA_WORKSPACE_ROOT", files)))
        .env("INSTA_UPDATE", update)
        .output()
        .unwrap()
}

/// They write the same files, as the tests of `nested` do.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static RUNNING: Mutex<()> = Mutex::new(());
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a failing test printed, as libtest shows it.
fn told(test: &str) -> String {
    let _alone = one_at_a_time();
    let output = failing(test, "no", None);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(101), "{printed}");
    let [(_, told)] = &sections(&printed)[..] else {
        panic!("one test: {printed}");
    };
    told.clone()
}

fn check(test: &str) {
    let told = told(test);
    let insta = (r"/\S+/insta-[0-9.]+/src/\S+", "<insta>");
    let filters = CHANGING.into_iter().chain([insta]);
    with_settings!({ filters => filters }, { assert_snapshot!(test, told) });
}

#[test]
fn another_list_fails_with_instas_message() {
    check("another_list_in_the_source");
}

#[test]
fn what_other_assertions_found_is_told_beside_it() {
    check("a_budget_before_the_snapshot");
}

#[test]
fn a_recording_without_queries_makes_no_snapshot() {
    check("nothing_to_keep");
}

#[test]
fn the_modes_are_instas() {
    let _alone = one_at_a_time();
    for (update, passes, written) in [
        ("no", false, None),
        ("new", false, Some("snap.new")),
        ("always", true, Some("snap")),
    ] {
        let files = tempfile::tempdir().unwrap();
        let output = failing("a_snapshot_in_a_file", update, Some(files.path()));
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.success(), passes, "{update}: {told}");
        let file = |extension| {
            let name = "failing_snapshots__a_snapshot_in_a_file";
            files
                .path()
                .join(format!("tests/snapshots/{name}.{extension}"))
        };
        for extension in ["snap", "snap.new"] {
            assert_eq!(
                file(extension).is_file(),
                written == Some(extension),
                "{update}: {told}"
            );
        }
        let kept = written.map(|extension| std::fs::read_to_string(file(extension)).unwrap());
        let list = "SELECT ... FROM authors WHERE ... ORDER BY ... LIMIT ...\nSELECT ... FROM books WHERE ...\n";
        assert!(kept.is_none_or(|kept| kept.ends_with(list)), "{update}");
    }
}
