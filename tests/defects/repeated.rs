//! One question asked again and again, and what only looks like it.

use futures::future::join_all;
use futures::{FutureExt as _, StreamExt as _, stream};
use perf_harness::Defect::{Duplicate, NPlusOne, UntransactedWrites};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};

use crate::shop::{card, greeting, orders, text, user, users};

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
    a_notification_twice: [], |pool| {
        for _ in 0..2 {
            text(pool, "NOTIFY changed".to_owned()).await;
        }
    }
    a_join_in_place_of_the_loop: [], |pool| {
        let joined = "SELECT users.name, orders.id FROM users JOIN orders ON orders.user_id = users.id";
        sqlx::query(joined).fetch_all(pool).await.unwrap();
    }
    a_loop_of_tasks_that_nobody_waits_for: [NPlusOne], |pool| {
        for id in 1..=3 {
            let pool = pool.clone();
            tokio::spawn(async move { user(&pool, id).await });
        }
    }
}
