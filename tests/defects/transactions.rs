//! Writes and transactions, as they should be and as they should not.

use futures::FutureExt as _;
use perf_harness::Defect::{OpenTransaction, UntransactedWrites};
use sqlx::Acquire as _;

use crate::shop::{orders, text, users};

cases! {
    inserts_of_many_rows: [UntransactedWrites], |pool| {
        for start in [200, 210] {
            let insert = sqlx::query("INSERT INTO users (id, name) VALUES ($1, 'a'), ($2, 'b')");
            insert.bind(start).bind(start + 1).execute(pool).await.unwrap();
        }
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
    transactions_in_a_loop_around_different_work: [], |pool| {
        for sql in ["SELECT id FROM users", "SELECT id FROM orders"] {
            let mut transaction = pool.begin().await.unwrap();
            sqlx::query(sql).fetch_all(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
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
    the_same_write_within_a_read_again: [UntransactedWrites], |pool| {
        for _ in 0..2 {
            let sql = "WITH one AS (DELETE FROM lines WHERE id = (SELECT min(id) FROM lines) RETURNING id) SELECT * FROM one";
            text(pool, sql.to_owned()).await;
        }
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
}
