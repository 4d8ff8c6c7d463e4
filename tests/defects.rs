//! The catalogue of repeated queries: which are an N+1, which a duplicate, and which only look like one.
//!
//! Each case is a small piece of a service on a real Postgres. Both assertions must say what the case says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use futures::future::{BoxFuture, join_all};
use futures::{FutureExt as _, StreamExt as _, stream};
use perf_harness::{PerfDb, PerfTest, Problem, TemplateDb, Violation};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use sqlx::{AssertSqlSafe, PgPool};

async fn shop(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL, total int NOT NULL);
         CREATE TABLE lines (id int PRIMARY KEY, order_id int NOT NULL);
         INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 5) n;
         INSERT INTO orders SELECT n, n % 5 + 1, n FROM generate_series(1, 20) n;
         INSERT INTO lines SELECT n, n % 20 + 1 FROM generate_series(1, 40) n;",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

type Case = for<'a> fn(&'a PgPool) -> BoxFuture<'a, ()>;

/// What a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Clean,
    NPlusOne,
    Duplicate,
    Both,
}

use Verdict::{Both, Clean, Duplicate, NPlusOne};

macro_rules! cases {
    ($($name:ident: $verdict:ident, |$pool:ident| $body:block)*) => {
        const CASES: &[(&str, Verdict, Case)] = &[$(
            (stringify!($name), $verdict, |$pool: &PgPool| async move $body.boxed()),
        )*];
    };
}

async fn user(pool: &PgPool, id: i32) -> String {
    let query = sqlx::query_scalar("SELECT name FROM users WHERE id = $1");
    query.bind(id).fetch_one(pool).await.unwrap()
}

async fn users(pool: &PgPool) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM users ORDER BY id");
    query.fetch_all(pool).await.unwrap()
}

async fn orders(pool: &PgPool, user: i32) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM orders WHERE user_id = $1 ORDER BY id");
    query.bind(user).fetch_all(pool).await.unwrap()
}

async fn greeting(pool: &PgPool, id: i32) -> String {
    format!("hello {}", user(pool, id).await)
}

async fn card(pool: &PgPool, id: i32) -> (String, String) {
    let left = greeting(pool, id).await;
    let right = greeting(pool, id + 1).await;
    (left, right)
}

async fn text(pool: &PgPool, sql: String) {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql));
    statement.execute(pool).await.unwrap();
}

cases! {
    a_query_in_a_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            user(pool, id).await;
        }
    }
    a_query_in_a_nested_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            for order in orders(pool, id).await {
                let lines = sqlx::query("SELECT id FROM lines WHERE order_id = $1");
                lines.bind(order).fetch_all(pool).await.unwrap();
            }
        }
    }
    a_query_for_each_by_join_all: NPlusOne, |pool| {
        join_all((1..=5).map(|id| user(pool, id))).await;
    }
    a_query_for_each_buffered: NPlusOne, |pool| {
        let all = stream::iter(1..=5).map(|id| user(pool, id));
        all.buffer_unordered(3).collect::<Vec<_>>().await;
    }
    a_task_for_each: NPlusOne, |pool| {
        let tasks = (1..=5).map(|id| {
            let pool = pool.clone();
            tokio::spawn(async move { user(&pool, id).await })
        });
        join_all(tasks).await;
    }
    a_query_through_helpers: NPlusOne, |pool| {
        for id in 1..=3 {
            greeting(pool, id).await;
        }
    }
    a_query_in_a_serializer: NPlusOne, |pool| {
        let mut shown = Vec::new();
        for id in users(pool).await {
            shown.push((id, greeting(pool, id).await, orders(pool, id).await.len()));
        }
    }
    a_count_in_a_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            let count = sqlx::query_scalar("SELECT count(*) FROM orders WHERE user_id = $1");
            let _: i64 = count.bind(id).fetch_one(pool).await.unwrap();
        }
    }
    an_exists_in_a_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM orders WHERE user_id = $1)");
            let _: bool = exists.bind(id).fetch_one(pool).await.unwrap();
        }
    }
    an_update_in_a_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            let update = sqlx::query("UPDATE orders SET total = total + 1 WHERE user_id = $1");
            update.bind(id).execute(pool).await.unwrap();
        }
    }
    a_delete_in_a_loop: NPlusOne, |pool| {
        for id in users(pool).await {
            let delete = sqlx::query("DELETE FROM orders WHERE user_id = $1");
            delete.bind(id).execute(pool).await.unwrap();
        }
    }
    an_insert_in_a_loop: NPlusOne, |pool| {
        for id in 100..103 {
            let insert = sqlx::query("INSERT INTO users (id, name) VALUES ($1, $2)");
            insert.bind(id).bind("new").execute(pool).await.unwrap();
        }
    }
    a_loop_within_a_transaction: NPlusOne, |pool| {
        let mut transaction = pool.begin().await.unwrap();
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id = $1");
            query.bind(id).fetch_one(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    values_in_the_text: NPlusOne, |pool| {
        for id in 1..=3 {
            text(pool, format!("SELECT name FROM users WHERE id = {id}")).await;
        }
    }
    a_list_of_one_each_time: NPlusOne, |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id IN ($1)");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_constant_list_beside_the_value: NPlusOne, |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT id FROM orders WHERE total IN (1, 2) AND user_id = $1");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    one_row_at_a_time: NPlusOne, |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id = $1 LIMIT 1");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_loop_of_sea_orm: NPlusOne, |pool| {
        let db = sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        for id in 1..=3 {
            let sql = "SELECT name FROM users WHERE id = $1";
            let one = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [id.into()]);
            db.query_one_raw(one).await.unwrap();
        }
    }
    other_values_and_one_of_them_again: Both, |pool| {
        for id in [1, 2, 1] {
            user(pool, id).await;
        }
    }
    the_same_in_a_loop: Duplicate, |pool| {
        for _ in 0..3 {
            user(pool, 1).await;
        }
    }
    the_same_without_values: Duplicate, |pool| {
        for _ in 0..2 {
            users(pool).await;
        }
    }
    the_same_by_join_all: Duplicate, |pool| {
        join_all((0..3).map(|_| user(pool, 1))).await;
    }
    the_same_in_the_text: Duplicate, |pool| {
        for _ in 0..2 {
            text(pool, "SELECT name FROM users WHERE id = 1".to_owned()).await;
        }
    }
    one_query: Clean, |pool| {
        users(pool).await;
    }
    one_helper_from_two_places: Clean, |pool| {
        user(pool, 1).await;
        user(pool, 2).await;
    }
    one_helper_from_two_places_of_a_helper: Clean, |pool| {
        card(pool, 1).await;
    }
    one_text_with_a_comment_from_two_places: Clean, |pool| {
        text(pool, "/* app */ SELECT name FROM users WHERE id = 1;".to_owned()).await;
        text(pool, "/* app */ SELECT name FROM users WHERE id = 2;".to_owned()).await;
    }
    the_same_from_two_places: Clean, |pool| {
        user(pool, 1).await;
        user(pool, 1).await;
    }
    two_different_queries: Clean, |pool| {
        users(pool).await;
        orders(pool, 1).await;
    }
    a_batch_in_chunks: Clean, |pool| {
        for chunk in [vec![1, 2], vec![3, 4], vec![5]] {
            let query = sqlx::query("SELECT name FROM users WHERE id = ANY($1)");
            query.bind(chunk).fetch_all(pool).await.unwrap();
        }
    }
    lists_in_chunks: Clean, |pool| {
        for chunk in [[1, 2], [3, 4]] {
            let query = sqlx::query("SELECT name FROM users WHERE id IN ($1, $2)");
            query.bind(chunk[0]).bind(chunk[1]).fetch_all(pool).await.unwrap();
        }
    }
    inserts_of_many_rows: Clean, |pool| {
        for start in [200, 210] {
            let insert = sqlx::query("INSERT INTO users (id, name) VALUES ($1, 'a'), ($2, 'b')");
            insert.bind(start).bind(start + 1).execute(pool).await.unwrap();
        }
    }
    pages_by_offset: Clean, |pool| {
        for page in 0..3_i64 {
            let query = sqlx::query("SELECT id FROM orders ORDER BY id LIMIT 5 OFFSET $1");
            query.bind(page * 5).fetch_all(pool).await.unwrap();
        }
    }
    pages_by_key: Clean, |pool| {
        let mut last = 0;
        while last < 20 {
            let query = sqlx::query_scalar("SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT 5");
            let page: Vec<i32> = query.bind(last).fetch_all(pool).await.unwrap();
            last = *page.last().unwrap();
        }
    }
    pages_by_two_keys: Clean, |pool| {
        for (total, id) in [(21, 21), (15, 15)] {
            let sql = "SELECT id FROM orders WHERE (total, id) < ($1, $2) ORDER BY total DESC, id DESC LIMIT 5";
            sqlx::query(sql).bind(total).bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_retry_after_an_error: Clean, |pool| {
        for _ in 0..2 {
            let query = sqlx::query("SELECT 1 / (id - 1) FROM users WHERE id = $1");
            drop(query.bind(1).fetch_all(pool).await);
        }
    }
    a_lock_and_then_a_read: Clean, |pool| {
        let mut transaction = pool.begin().await.unwrap();
        for sql in ["SELECT id FROM users WHERE id = $1 FOR UPDATE", "SELECT id FROM users WHERE id = $1"] {
            sqlx::query(sql).bind(1).fetch_one(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    a_cascade: Clean, |pool| {
        for sql in ["DELETE FROM lines WHERE order_id = $1", "DELETE FROM orders WHERE id = $1"] {
            sqlx::query(sql).bind(1).execute(pool).await.unwrap();
        }
    }
    a_write_again_for_its_effect: Clean, |pool| {
        for _ in 0..2 {
            let update = sqlx::query("UPDATE orders SET total = total + 1 WHERE id = $1");
            update.bind(1).execute(pool).await.unwrap();
        }
    }
    a_notification_twice: Clean, |pool| {
        for _ in 0..2 {
            text(pool, "NOTIFY changed".to_owned()).await;
        }
    }
    transactions_in_a_loop_around_different_work: Clean, |pool| {
        for sql in ["SELECT id FROM users", "SELECT id FROM orders"] {
            let mut transaction = pool.begin().await.unwrap();
            sqlx::query(sql).fetch_all(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
    a_join_in_place_of_the_loop: Clean, |pool| {
        let joined = "SELECT users.name, orders.id FROM users JOIN orders ON orders.user_id = users.id";
        sqlx::query(joined).fetch_all(pool).await.unwrap();
    }
}

/// What both assertions say of a case.
fn found(case: Case, threads: usize) -> BTreeSet<String> {
    let mut test = PerfTest::new("case").template(shop);
    if threads > 1 {
        test = test.multi_thread().worker_threads(threads);
    }
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        let recording = db.record(case(&pool)).await;
        recording.check_no_n_plus_one();
        recording.check_no_duplicate_queries();
    });
    let Err(failure) = end else {
        return BTreeSet::new();
    };
    let kind = |problem: &Problem| match problem {
        Problem::Violation(Violation::NPlusOne { .. }) => "NPlusOne".to_owned(),
        Problem::Violation(Violation::Duplicates { .. }) => "Duplicate".to_owned(),
        other => format!("{other:?}"),
    };
    assert!(failure.setup_error().is_none(), "{failure}");
    failure
        .findings()
        .iter()
        .map(|found| kind(found.problem()))
        .collect()
}

fn check_all(threads: usize) {
    let mut wrong = Vec::new();
    for (name, verdict, case) in CASES {
        let expected: BTreeSet<String> = match verdict {
            Clean => BTreeSet::new(),
            Both => [NPlusOne, Duplicate]
                .map(|defect| format!("{defect:?}"))
                .into(),
            defect => BTreeSet::from([format!("{defect:?}")]),
        };
        let found = found(*case, threads);
        if found != expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_judged_as_the_catalogue_says() {
    assert!(CASES.len() >= 40, "{}", CASES.len());
    check_all(1);
}

#[test]
fn the_catalogue_in_the_docs_is_this_one() {
    let word = |verdict: &Verdict| match verdict {
        Clean => "none",
        NPlusOne => "N+1",
        Duplicate => "duplicate",
        Both => "N+1 and duplicate",
    };
    let rows = CASES
        .iter()
        .map(|(name, verdict, _)| format!("| {} | {} |", name.replace('_', " "), word(verdict)));
    let rows: Vec<String> = rows.collect();
    let page = include_str!("../docs/defects.md");
    let (_, after) = page.split_once("<!-- catalogue: begin -->\n").unwrap();
    let (shown, _) = after.split_once("\n<!-- catalogue: end -->").unwrap();
    assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), rows);
}

#[test]
fn the_number_of_threads_changes_no_verdict() {
    check_all(2);
}
