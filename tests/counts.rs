//! smoke
use perf_harness::{PerfDb, TemplateDb, assert_max_queries, perf_test};

async fn seed(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t (id int primary key, name text); INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 100) g")
        .execute(&db.pool()).await?;
    Ok(())
}

#[perf_test(template = seed)]
async fn naive(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(async {
            let ids: Vec<(i32,)> = sqlx::query_as("SELECT id FROM t")
                .fetch_all(&pool)
                .await
                .unwrap();
            for (id,) in &ids {
                let _: (String,) = sqlx::query_as("SELECT name FROM t WHERE id = $1")
                    .bind(id)
                    .fetch_one(&pool)
                    .await
                    .unwrap();
            }
            ids.len()
        })
        .await;
    println!("{:?}", list.counts());
    assert_eq!(list.output(), &100);
    assert_max_queries!(list, 3);
}
