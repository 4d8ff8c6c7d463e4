//! Perf tests that must fail. `nested` runs them as a child process and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};

use perf_harness::{
    PerfDb, SetupError, TemplateDb, assert_constant_queries, assert_max_queries,
    assert_no_duplicate_queries, assert_no_n_plus_one, assert_queries, perf_test,
};
use sqlx::PgPool;

async fn authors(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE sites (id int PRIMARY KEY, domain text NOT NULL);
         INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 20) n;
         INSERT INTO sites VALUES (1, 'example.com');",
    )
    .execute(&db.pool())
    .await?;
    Ok(())
}

async fn ids(pool: &PgPool) -> Vec<i32> {
    let query = sqlx::query_scalar("SELECT id FROM authors ORDER BY id");
    query.fetch_all(pool).await.unwrap()
}

async fn name(pool: &PgPool, id: i32) -> String {
    let query = sqlx::query_scalar("SELECT name, id FROM authors WHERE authors.id = $1 LIMIT $2");
    query.bind(id).bind(1_i64).fetch_one(pool).await.unwrap()
}

async fn domain(pool: &PgPool) -> String {
    let query = sqlx::query_scalar("SELECT domain FROM sites WHERE id = $1");
    query.bind(1).fetch_one(pool).await.unwrap()
}

async fn one_by_one(pool: &PgPool) {
    for id in ids(pool).await {
        name(pool, id).await;
    }
}

#[perf_test(template = authors)]
async fn a_query_for_each_row(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_max_queries!(list, 3);
}

#[perf_test(template = authors)]
async fn the_same_question_again(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            let mut transaction = pool.begin().await.unwrap();
            for _ in 0..4 {
                let query = sqlx::query("SELECT domain FROM sites WHERE id = $1");
                query.bind(1).execute(&mut *transaction).await.unwrap();
            }
            transaction.commit().await.unwrap();
        })
        .await;
    assert_queries!(page, 1..=2);
}

#[perf_test(template = authors)]
async fn many_different_queries(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            domain(&pool).await;
            name(&pool, 1).await;
            ids(&pool).await;
        })
        .await;
    assert_queries!(page, 1);
}

#[perf_test(template = authors)]
async fn fewer_than_expected(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(domain(&pool)).await;
    assert_queries!(page, 2..=3);
}

#[perf_test(template = authors)]
async fn two_problems_are_told_together(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_max_queries!(list, 20);
    assert_queries!(db, 0, domain(&pool));
}

#[perf_test(template = authors)]
async fn a_loop_asks_for_each_value(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_no_n_plus_one!(list);
}

#[perf_test(template = authors)]
async fn a_helper_asks_the_same_again(db: PerfDb) {
    let pool = db.pool();
    assert_no_duplicate_queries!(db, async {
        for _ in 0..3 {
            domain(&pool).await;
        }
    });
}

async fn more_authors(db: PerfDb, size: usize) {
    let insert =
        sqlx::query("INSERT INTO authors SELECT n + 20, 'more' FROM generate_series(1, $1) n");
    let size = i32::try_from(size).unwrap();
    insert.bind(size).execute(&db.pool()).await.unwrap();
}

#[perf_test(template = authors)]
async fn the_list_grows_with_its_data(db: PerfDb) -> Result<(), SetupError> {
    let work = async |db: PerfDb| one_by_one(&db.pool()).await;
    let list = db.record_at([10, 100], more_authors, work).await?;
    assert_constant_queries!(list);
    Ok(())
}

#[perf_test(template = authors)]
async fn a_cache_was_filled_before(db: PerfDb) -> Result<(), SetupError> {
    let known = AtomicBool::new(false);
    let work = async |db: PerfDb| {
        ids(&db.pool()).await;
        if !known.swap(true, Ordering::Relaxed) {
            domain(&db.pool()).await;
        }
    };
    let page = db.record_at([10, 100], more_authors, work).await?;
    assert_constant_queries!(page);
    Ok(())
}

#[perf_test(template = authors)]
async fn the_seed_makes_nothing(db: PerfDb) -> Result<(), SetupError> {
    let seed = async |_: PerfDb, _: usize| {};
    let work = async |db: PerfDb| one_by_one(&db.pool()).await;
    let list = db.record_at([10, 100], seed, work).await?;
    assert_constant_queries!(list);
    Ok(())
}

#[perf_test]
async fn nothing_reached_the_recorder(db: PerfDb) {
    let elsewhere = PgPool::connect_lazy(db.direct_url()).unwrap();
    let work = db.record(sqlx::query("SELECT 1").execute(&elsewhere)).await;
    assert_max_queries!(work, 3);
}

#[perf_test]
async fn the_work_was_not_awaited(db: PerfDb) {
    let pool = db.pool();
    let work = db
        .record(async {
            pool.acquire().await.unwrap();
            sqlx::query::<sqlx::Postgres>("SELECT 1")
        })
        .await;
    assert_max_queries!(work, 3);
}

#[perf_test(template = authors)]
async fn an_assertion_of_its_own_comes_first(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_max_queries!(list, 3);
    assert_eq!(list.queries().count(), 99, "the test's own");
}

#[perf_test(template = authors)]
async fn an_error_of_its_own_comes_first(db: PerfDb) -> Result<(), &'static str> {
    let pool = db.pool();
    assert_max_queries!(db, 3, one_by_one(&pool));
    Err("of its own")
}

async fn refuses(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t (id no_such_type)")
        .execute(&db.pool())
        .await?;
    Ok(())
}

#[perf_test(template = refuses)]
async fn the_template_returns_an_error(db: PerfDb) {
    assert_max_queries!(db, 1, domain(&db.pool()));
}

async fn panics(_db: TemplateDb) {
    let users: Vec<u32> = Vec::new();
    assert!(!users.is_empty(), "no fixture was found");
}

#[perf_test(template = panics)]
async fn the_template_panics(db: PerfDb) {
    assert_max_queries!(db, 1, domain(&db.pool()));
}

#[perf_test(template = authors)]
async fn lists_have_another_width_each_time(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            for list in ["$1", "$1, $2, $3", "$1, $2"] {
                let sql = format!("SELECT name FROM authors WHERE id IN ({list})");
                let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
                for id in 1..=i32::try_from(list.split(',').count()).unwrap() {
                    query = query.bind(id);
                }
                query.execute(&pool).await.unwrap();
            }
        })
        .await;
    perf_harness::assert_no_changing_lists!(page);
}

async fn named(pool: &PgPool, name: &str) {
    let sql = format!("SELECT id FROM authors WHERE name = '{name}'");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql));
    query.execute(pool).await.unwrap();
}

#[perf_test(template = authors)]
async fn values_are_written_into_the_text(db: PerfDb) {
    let pool = db.pool();
    let search = db
        .record(async {
            for name in ["author 1", "author 2", "author 3"] {
                named(&pool, name).await;
            }
        })
        .await;
    perf_harness::assert_no_literals!(search);
}

#[perf_test(template = authors)]
async fn each_write_is_a_transaction(db: PerfDb) {
    let pool = db.pool();
    let save = db
        .record(async {
            let site = sqlx::query("INSERT INTO sites VALUES (2, 'example.org')");
            site.execute(&pool).await.unwrap();
            let author = sqlx::query("UPDATE authors SET name = $1 WHERE id = $2");
            let author = author.bind("renamed").bind(1);
            author.execute(&pool).await.unwrap();
        })
        .await;
    perf_harness::assert_no_untransacted_writes!(save);
}

#[perf_test(template = authors)]
async fn a_transaction_is_left_open(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let begin = sqlx::raw_sql("BEGIN");
            begin.execute(&mut *connection).await.unwrap();
            let query = sqlx::query("SELECT name FROM authors WHERE id = $1 FOR UPDATE");
            query.bind(1).execute(&mut *connection).await.unwrap();
        })
        .await;
    perf_harness::assert_no_open_transactions!(page);
}

/// Holds the lock that the others ask for.
async fn holder(db: &PerfDb) -> sqlx::PgConnection {
    let connecting = <sqlx::PgConnection as sqlx::Connection>::connect(db.direct_url());
    let mut holder = connecting.await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_lock(7)");
    lock.execute(&mut holder).await.unwrap();
    holder
}

/// Lets go of it when four wait.
async fn until_four_wait(mut holder: sqlx::PgConnection) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut seen = 0_i64;
    while seen < 4 {
        let query = sqlx::query_scalar(waiting);
        seen = query.fetch_one(&mut holder).await.unwrap();
    }
    sqlx::Connection::close(holder).await.unwrap();
}

#[perf_test(template = authors)]
async fn many_connections_ask_for_each_value(db: PerfDb) {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .min_connections(4)
        .max_connections(4)
        .connect(db.url())
        .await
        .unwrap();
    let one = |id| {
        let sql = "SELECT name, pg_advisory_xact_lock_shared(7) FROM authors WHERE id = $1";
        sqlx::query(sql).bind(id).execute(&pool)
    };
    let holder = holder(&db).await;
    let list = db
        .record(async {
            ids(&pool).await;
            let all = futures::future::join_all((1..=12).map(one));
            futures::future::join(all, until_four_wait(holder)).await;
        })
        .await;
    perf_harness::assert_efficient!(list);
}

#[perf_test(template = authors)]
async fn queries_arrive_after_the_work(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(async {
            ids(&pool).await;
            let pool = pool.clone();
            tokio::spawn(async move {
                domain(&pool).await;
                name(&pool, 1).await;
            });
        })
        .await;
    assert_max_queries!(list, 1);
}

#[perf_test(template = authors)]
async fn no_query_names_the_table(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_max_queries!(list.on_table("author"), 1);
}

#[perf_test(template = authors)]
async fn nothing_needs_the_excuse(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    let list = list.excuse("FROM avatars", "they are cached, see #12");
    assert_no_n_plus_one!(list);
}

#[perf_test(template = authors)]
async fn one_table_went_over_its_budget(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            domain(&pool).await;
            one_by_one(&pool).await;
        })
        .await;
    assert_max_queries!(page.on_table("authors"), 1);
}

#[perf_test(template = authors)]
async fn the_list_grows_faster_than_allowed(db: PerfDb) -> Result<(), SetupError> {
    let work = async |db: PerfDb| {
        let pool = db.pool();
        for chunk in ids(&pool).await.chunks(10) {
            let query = sqlx::query("SELECT name FROM authors WHERE id = ANY($1)");
            query.bind(chunk).execute(&pool).await.unwrap();
            let query = sqlx::query("SELECT count(*) FROM authors WHERE id > ANY($1)");
            query.bind(chunk).execute(&pool).await.unwrap();
        }
    };
    let list = db.record_at([100, 1_000], more_authors, work).await?;
    assert_constant_queries!(list, +1 per 100);
    Ok(())
}

#[perf_test]
async fn something_passed_that_nobody_understands(db: PerfDb) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let pool = db.pool();
    let work = db
        .record(async {
            sqlx::query("SELECT 1").execute(&pool).await.unwrap();
            let url = url::Url::parse(db.url()).unwrap();
            let address = (url.host_str().unwrap(), url.port().unwrap());
            let socket = tokio::net::TcpStream::connect(address).await;
            let mut socket = socket.unwrap();
            socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            // The server hangs up, as it would on its own port.
            drop(socket.read(&mut [0]).await);
        })
        .await;
    assert_max_queries!(work, 3);
}

#[perf_test(template = authors)]
async fn the_excuse_has_no_reason(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(one_by_one(&pool)).await;
    assert_no_n_plus_one!(list.excuse("FROM authors", " "));
}

async fn card(pool: &PgPool, id: i32) -> String {
    format!("<b>{}</b>", name(pool, id).await)
}

async fn row(pool: &PgPool, id: i32) -> String {
    format!("<li>{}</li>", card(pool, id).await)
}

async fn list_of(pool: &PgPool, ids: std::ops::Range<i32>) {
    for id in ids {
        row(pool, id).await;
    }
}

#[perf_test(template = authors)]
async fn the_same_helpers_from_two_places(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            list_of(&pool, 1..5).await;
            list_of(&pool, 5..8).await;
        })
        .await;
    assert_no_n_plus_one!(page);
}
