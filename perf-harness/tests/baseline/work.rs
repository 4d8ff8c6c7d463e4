//! The perf test `users::list`, in as many forms as a code base goes through.
#![expect(clippy::print_stderr, reason = "a child process tells its parent")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use perf_harness::{
    PerfDb, PerfTest, ScratchDb, TemplateDb, assert_constant_queries, assert_max_queries,
    assert_no_n_plus_one, assert_queries,
};
use sqlx::PgPool;

async fn authors(db: TemplateDb) -> Result<(), sqlx::Error> {
    let tables = "CREATE TABLE authors AS SELECT n AS id, 'author ' || n AS name FROM generate_series(1, 50) n;
                  CREATE TABLE sites AS SELECT n AS id, 'site ' || n AS name FROM generate_series(1, 50) n";
    sqlx::raw_sql(tables).execute(&db.pool()).await?;
    Ok(())
}

async fn ids(pool: &PgPool, most: i32) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM authors WHERE id <= $1 ORDER BY id");
    query.bind(most).fetch_all(pool).await.unwrap()
}

async fn name(pool: &PgPool, id: i32) {
    let query = sqlx::query("SELECT name, id FROM authors WHERE authors.id = $1");
    query.bind(id).execute(pool).await.unwrap();
}

async fn site(pool: &PgPool, id: i32) {
    let query = sqlx::query("SELECT name, id FROM sites WHERE sites.id = $1");
    query.bind(id).execute(pool).await.unwrap();
}

async fn list(pool: &PgPool, most: i32) {
    for id in ids(pool, most).await {
        name(pool, id).await;
    }
}

async fn two_loops(pool: &PgPool, most: i32) {
    for id in 1..=most {
        name(pool, id).await;
    }
    for id in 1..=most {
        name(pool, id).await;
    }
}

async fn another_list(pool: &PgPool, most: i32) {
    for id in ids(pool, most).await {
        name(pool, id).await;
    }
}

async fn list_of_sites(pool: &PgPool, most: i32) {
    for id in 1..=most {
        site(pool, id).await;
    }
}

async fn batch(pool: &PgPool, most: i32) {
    let query = sqlx::query("SELECT name FROM authors WHERE id <= $1");
    query.bind(most).execute(pool).await.unwrap();
}

async fn growing(db: &PerfDb, most: i32) {
    let seed = async |db: PerfDb, size: usize| {
        let insert =
            sqlx::query("INSERT INTO sites SELECT n, 'more' FROM generate_series(1, $1) n");
        let size = i32::try_from(size).unwrap();
        insert.bind(size).execute(&db.pool()).await.unwrap();
    };
    let work = async |db: PerfDb| {
        let pool = db.pool();
        let count = sqlx::query_scalar("SELECT count(*) FROM sites WHERE name = 'more'");
        let count: i64 = count.fetch_one(&pool).await.unwrap();
        list(&pool, most * i32::try_from(count).unwrap()).await;
    };
    let list = db.record_at([1, 2], seed, work).await.unwrap();
    assert_constant_queries!(list);
}

async fn page(form: &str, pool: &PgPool, most: i32) {
    match form {
        "batch" | "fewer" => batch(pool, most).await,
        "elsewhere" => another_list(pool, most).await,
        "list and sites" => {
            list(pool, most).await;
            list_of_sites(pool, most).await;
        }
        "two loops" => two_loops(pool, most).await,
        _ => list(pool, most).await,
    }
}

/// The test by the name of its form, and a number: ends the process with 1 if it fails.
pub(crate) fn act(role: &str) {
    let (form, most) = role.rsplit_once(' ').unwrap();
    let most: i32 = most.parse().unwrap();
    let test = PerfTest::new("users::list").template(authors);
    let run = || {
        test.run(async |db: PerfDb| {
            if form == "growth" {
                return growing(&db, most).await;
            }
            let list = db.record(page(form, &db.pool(), most)).await;
            assert!(form != "panics", "of its own");
            match form {
                "queries" => assert_max_queries!(list, 3),
                "fewer" => assert_queries!(list, 50..=60),
                _ => assert_no_n_plus_one!(list),
            }
        })
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return,
        Ok(Err(failure)) => eprint!("{failure}"),
        Err(_) => {}
    }
    std::process::exit(1);
}

/// What the server says.
pub(crate) fn ask(sql: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = ScratchDb::create().await.unwrap();
        let pool = PgPool::connect(scratch.url()).await.unwrap();
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let said = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        pool.close().await;
        scratch.remove().await.unwrap();
        said
    })
}
