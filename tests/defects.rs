//! The catalogue of defects: which pieces of work have which, and which only look as if they had.
//!
//! Each case is a small piece of a service on a real Postgres. `assert_efficient!` must say what the case says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use futures::future::{BoxFuture, join_all};
use futures::{FutureExt as _, StreamExt as _, stream};
use perf_harness::Defect::{
    self, ChangingList, Duplicate, Literal, NPlusOne, OpenTransaction, UntransactedWrites,
};
use perf_harness::{PerfDb, PerfTest, Problem, TemplateDb, Violation};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use sqlx::{Acquire as _, AssertSqlSafe, PgPool};

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

macro_rules! cases {
    ($($name:ident: [$($defect:ident),*], |$pool:ident| $body:block)*) => {
        const CASES: &[(&str, &[Defect], Case)] = &[$(
            (stringify!($name), &[$($defect),*], |$pool: &PgPool| async move $body.boxed()),
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
    a_query_in_a_loop: [NPlusOne], |pool| {
        for id in users(pool).await {
            user(pool, id).await;
        }
    }
    a_query_in_a_nested_loop: [NPlusOne], |pool| {
        for id in users(pool).await {
            for order in orders(pool, id).await {
                let lines = sqlx::query("SELECT id FROM lines WHERE order_id = $1");
                lines.bind(order).fetch_all(pool).await.unwrap();
            }
        }
    }
    a_query_for_each_by_join_all: [NPlusOne], |pool| {
        join_all((1..=5).map(|id| user(pool, id))).await;
    }
    a_query_for_each_buffered: [NPlusOne], |pool| {
        let all = stream::iter(1..=5).map(|id| user(pool, id));
        all.buffer_unordered(3).collect::<Vec<_>>().await;
    }
    a_task_for_each: [NPlusOne], |pool| {
        let tasks = (1..=5).map(|id| {
            let pool = pool.clone();
            tokio::spawn(async move { user(&pool, id).await })
        });
        join_all(tasks).await;
    }
    a_query_through_helpers: [NPlusOne], |pool| {
        for id in 1..=3 {
            greeting(pool, id).await;
        }
    }
    a_query_in_a_serializer: [NPlusOne], |pool| {
        let mut shown = Vec::new();
        for id in users(pool).await {
            shown.push((id, greeting(pool, id).await, orders(pool, id).await.len()));
        }
    }
    a_count_in_a_loop: [NPlusOne], |pool| {
        for id in users(pool).await {
            let count = sqlx::query_scalar("SELECT count(*) FROM orders WHERE user_id = $1");
            let _: i64 = count.bind(id).fetch_one(pool).await.unwrap();
        }
    }
    an_exists_in_a_loop: [NPlusOne], |pool| {
        for id in users(pool).await {
            let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM orders WHERE user_id = $1)");
            let _: bool = exists.bind(id).fetch_one(pool).await.unwrap();
        }
    }
    an_update_in_a_loop: [NPlusOne, UntransactedWrites], |pool| {
        for id in users(pool).await {
            let update = sqlx::query("UPDATE orders SET total = total + 1 WHERE user_id = $1");
            update.bind(id).execute(pool).await.unwrap();
        }
    }
    a_delete_in_a_loop: [NPlusOne, UntransactedWrites], |pool| {
        for id in users(pool).await {
            let delete = sqlx::query("DELETE FROM orders WHERE user_id = $1");
            delete.bind(id).execute(pool).await.unwrap();
        }
    }
    an_insert_in_a_loop: [NPlusOne, UntransactedWrites], |pool| {
        for id in 100..103 {
            let insert = sqlx::query("INSERT INTO users (id, name) VALUES ($1, $2)");
            insert.bind(id).bind("new").execute(pool).await.unwrap();
        }
    }
    a_loop_within_a_transaction: [NPlusOne], |pool| {
        let mut transaction = pool.begin().await.unwrap();
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id = $1");
            query.bind(id).fetch_one(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    values_in_the_text: [NPlusOne, Literal], |pool| {
        for id in 1..=3 {
            text(pool, format!("SELECT name FROM users WHERE id = {id}")).await;
        }
    }
    a_list_of_one_each_time: [NPlusOne], |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id IN ($1)");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_constant_list_beside_the_value: [NPlusOne], |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT id FROM orders WHERE total IN (1, 2) AND user_id = $1");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    one_row_at_a_time: [NPlusOne], |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT name FROM users WHERE id = $1 LIMIT 1");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_loop_of_sea_orm: [NPlusOne], |pool| {
        let db = sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        for id in 1..=3 {
            let sql = "SELECT name FROM users WHERE id = $1";
            let one = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [id.into()]);
            db.query_one_raw(one).await.unwrap();
        }
    }
    other_values_and_one_of_them_again: [NPlusOne, Duplicate], |pool| {
        for id in [1, 2, 1] {
            user(pool, id).await;
        }
    }
    the_same_in_a_loop: [Duplicate], |pool| {
        for _ in 0..3 {
            user(pool, 1).await;
        }
    }
    the_same_without_values: [Duplicate], |pool| {
        for _ in 0..2 {
            users(pool).await;
        }
    }
    the_same_by_join_all: [Duplicate], |pool| {
        join_all((0..3).map(|_| user(pool, 1))).await;
    }
    the_same_in_the_text: [Duplicate], |pool| {
        for _ in 0..2 {
            text(pool, "SELECT name FROM users WHERE id = 1".to_owned()).await;
        }
    }
    one_query: [], |pool| {
        users(pool).await;
    }
    one_helper_from_two_places: [], |pool| {
        user(pool, 1).await;
        user(pool, 2).await;
    }
    one_helper_from_two_places_of_a_helper: [], |pool| {
        card(pool, 1).await;
    }
    one_text_with_a_comment_from_two_places: [], |pool| {
        text(pool, "/* app */ SELECT name FROM users WHERE id = 1;".to_owned()).await;
        text(pool, "/* app */ SELECT name FROM users WHERE id = 2;".to_owned()).await;
    }
    the_same_from_two_places: [], |pool| {
        user(pool, 1).await;
        user(pool, 1).await;
    }
    two_different_queries: [], |pool| {
        users(pool).await;
        orders(pool, 1).await;
    }
    a_batch_in_chunks: [], |pool| {
        for chunk in [vec![1, 2], vec![3, 4], vec![5]] {
            let query = sqlx::query("SELECT name FROM users WHERE id = ANY($1)");
            query.bind(chunk).fetch_all(pool).await.unwrap();
        }
    }
    lists_in_chunks: [], |pool| {
        for chunk in [[1, 2], [3, 4]] {
            let query = sqlx::query("SELECT name FROM users WHERE id IN ($1, $2)");
            query.bind(chunk[0]).bind(chunk[1]).fetch_all(pool).await.unwrap();
        }
    }
    inserts_of_many_rows: [UntransactedWrites], |pool| {
        for start in [200, 210] {
            let insert = sqlx::query("INSERT INTO users (id, name) VALUES ($1, 'a'), ($2, 'b')");
            insert.bind(start).bind(start + 1).execute(pool).await.unwrap();
        }
    }
    pages_by_offset: [], |pool| {
        for page in 0..3_i64 {
            let query = sqlx::query("SELECT id FROM orders ORDER BY id LIMIT 5 OFFSET $1");
            query.bind(page * 5).fetch_all(pool).await.unwrap();
        }
    }
    pages_by_key: [], |pool| {
        let mut last = 0;
        while last < 20 {
            let query = sqlx::query_scalar("SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT 5");
            let page: Vec<i32> = query.bind(last).fetch_all(pool).await.unwrap();
            last = *page.last().unwrap();
        }
    }
    pages_by_two_keys: [], |pool| {
        for (total, id) in [(21, 21), (15, 15)] {
            let sql = "SELECT id FROM orders WHERE (total, id) < ($1, $2) ORDER BY total DESC, id DESC LIMIT 5";
            sqlx::query(sql).bind(total).bind(id).fetch_all(pool).await.unwrap();
        }
    }
    a_retry_after_an_error: [], |pool| {
        for _ in 0..2 {
            let query = sqlx::query("SELECT 1 / (id - 1) FROM users WHERE id = $1");
            drop(query.bind(1).fetch_all(pool).await);
        }
    }
    a_lock_and_then_a_read: [], |pool| {
        let mut transaction = pool.begin().await.unwrap();
        for sql in ["SELECT id FROM users WHERE id = $1 FOR UPDATE", "SELECT id FROM users WHERE id = $1"] {
            sqlx::query(sql).bind(1).fetch_one(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    a_cascade: [UntransactedWrites], |pool| {
        for sql in ["DELETE FROM lines WHERE order_id = $1", "DELETE FROM orders WHERE id = $1"] {
            sqlx::query(sql).bind(1).execute(pool).await.unwrap();
        }
    }
    a_write_again_for_its_effect: [UntransactedWrites], |pool| {
        for _ in 0..2 {
            let update = sqlx::query("UPDATE orders SET total = total + 1 WHERE id = $1");
            update.bind(1).execute(pool).await.unwrap();
        }
    }
    a_notification_twice: [], |pool| {
        for _ in 0..2 {
            text(pool, "NOTIFY changed".to_owned()).await;
        }
    }
    transactions_in_a_loop_around_different_work: [], |pool| {
        for sql in ["SELECT id FROM users", "SELECT id FROM orders"] {
            let mut transaction = pool.begin().await.unwrap();
            sqlx::query(sql).fetch_all(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
    a_join_in_place_of_the_loop: [], |pool| {
        let joined = "SELECT users.name, orders.id FROM users JOIN orders ON orders.user_id = users.id";
        sqlx::query(joined).fetch_all(pool).await.unwrap();
    }
    lists_of_another_width_each_time: [ChangingList], |pool| {
        for ids in [vec![1], vec![1, 2, 3], vec![4, 5]] {
            let list: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
            let sql = format!("SELECT name FROM users WHERE id IN ({})", list.join(", "));
            let query = sqlx::query(AssertSqlSafe(sql));
            let query = ids.into_iter().fold(query, |query, id: i32| query.bind(id));
            query.fetch_all(pool).await.unwrap();
        }
    }
    lists_in_chunks_with_a_smaller_last_one: [], |pool| {
        for ids in [vec![1, 2], vec![3, 4], vec![5]] {
            let list: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
            let sql = format!("SELECT name FROM users WHERE id IN ({})", list.join(", "));
            let query = sqlx::query(AssertSqlSafe(sql));
            let query = ids.into_iter().fold(query, |query, id: i32| query.bind(id));
            query.fetch_all(pool).await.unwrap();
        }
    }
    names_in_the_text: [NPlusOne, Literal], |pool| {
        for name in ["user 1", "it''s", "user 2"] {
            text(pool, format!("SELECT id FROM users WHERE name = '{name}'")).await;
        }
    }
    a_constant_in_the_text: [NPlusOne], |pool| {
        for id in 1..=3 {
            let query = sqlx::query("SELECT 'a', 1 FROM users WHERE id = $1 AND name <> 'x'");
            query.bind(id).fetch_all(pool).await.unwrap();
        }
    }
    writes_to_two_tables: [UntransactedWrites], |pool| {
        let order = sqlx::query("INSERT INTO orders VALUES (100, 1, 5)");
        order.execute(pool).await.unwrap();
        let line = sqlx::query("INSERT INTO lines VALUES (100, 100)");
        line.execute(pool).await.unwrap();
    }
    a_write_within_a_read: [UntransactedWrites], |pool| {
        text(pool, "WITH gone AS (DELETE FROM lines WHERE id = 1 RETURNING id) SELECT * FROM gone".to_owned()).await;
        text(pool, "UPDATE orders SET total = 0 WHERE id = 1".to_owned()).await;
    }
    writes_in_one_transaction: [], |pool| {
        let mut transaction = pool.begin().await.unwrap();
        for sql in ["INSERT INTO orders VALUES (100, 1, 5)", "INSERT INTO lines VALUES (100, 100)"] {
            sqlx::query(sql).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    writes_in_one_statement: [], |pool| {
        text(pool, "WITH made AS (INSERT INTO orders VALUES (100, 1, 5) RETURNING id) \
                    INSERT INTO lines SELECT 100, id FROM made".to_owned()).await;
    }
    writes_in_one_simple_query: [], |pool| {
        text(pool, "INSERT INTO orders VALUES (100, 1, 5); INSERT INTO lines VALUES (100, 100)".to_owned()).await;
    }
    one_write_among_reads: [], |pool| {
        users(pool).await;
        text(pool, "UPDATE orders SET total = 0 WHERE id = 1".to_owned()).await;
        orders(pool, 1).await;
    }
    a_transaction_that_nobody_ends: [OpenTransaction], |pool| {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
        sqlx::query("SELECT id FROM users").execute(&mut *connection).await.unwrap();
    }
    a_transaction_that_is_dropped: [], |pool| {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("SELECT id FROM users").execute(&mut *transaction).await.unwrap();
    }
    a_transaction_within_a_transaction: [], |pool| {
        let mut outer = pool.begin().await.unwrap();
        let mut inner = outer.begin().await.unwrap();
        sqlx::query("SELECT id FROM users").execute(&mut *inner).await.unwrap();
        inner.rollback().await.unwrap();
        outer.commit().await.unwrap();
    }
    a_loop_of_tasks_that_nobody_waits_for: [NPlusOne], |pool| {
        for id in 1..=3 {
            let pool = pool.clone();
            tokio::spawn(async move { user(&pool, id).await });
        }
    }
}

/// What `assert_efficient!` says of a case.
fn found(case: Case, threads: usize) -> BTreeSet<String> {
    let mut test = PerfTest::new("case").template(shop);
    if threads > 1 {
        test = test.multi_thread().worker_threads(threads);
    }
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        db.record(case(&pool)).await.check_efficient();
    });
    let Err(failure) = end else {
        return BTreeSet::new();
    };
    let kind = |problem: &Problem| match problem {
        Problem::Violation(Violation::Defects { defect, .. }) => format!("{defect:?}"),
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
    for (name, defects, case) in CASES {
        let expected = defects.iter().map(|defect| format!("{defect:?}"));
        let expected: BTreeSet<String> = expected.collect();
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
    let word = |defect: &Defect| match defect {
        NPlusOne => "N+1",
        Duplicate => "duplicate",
        ChangingList => "changing list",
        Literal => "literal",
        UntransactedWrites => "untransacted writes",
        OpenTransaction => "open transaction",
        other => panic!("{other:?} has no name in the docs"),
    };
    let words = |defects: &[Defect]| match defects {
        [] => "none".to_owned(),
        some => some.iter().map(word).collect::<Vec<_>>().join(", "),
    };
    let rows = CASES
        .iter()
        .map(|(name, defects, _)| format!("| {} | {} |", name.replace('_', " "), words(defects)));
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
