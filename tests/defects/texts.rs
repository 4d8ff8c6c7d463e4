//! Texts that are another each time, and what only looks like it.

use futures::FutureExt as _;
use perf_harness::Defect::{ChangingList, Literal, NPlusOne};
use sqlx::AssertSqlSafe;

use crate::shop::text;

cases! {
    values_in_the_text: [NPlusOne, Literal], |pool| {
        for id in 1..=3 {
            text(pool, format!("SELECT name FROM users WHERE id = {id}")).await;
        }
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
}
