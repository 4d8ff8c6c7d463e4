//! Work that is over its budget, and budgets that cannot be asked. `budgets` runs them as a child process, with the file
//! `budgets/perf-budgets.toml`, and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blog;

use blog::blog;
use perf_harness::{HasStatus, PerfDb, ResponseSize, assert_within_budget, perf_test};
use sqlx::PgPool;

struct Answer {
    status: u16,
    body: &'static str,
}

impl HasStatus for Answer {
    fn status(&self) -> Option<u16> {
        Some(self.status)
    }
}

impl ResponseSize for Answer {
    fn response_bytes(&self) -> u64 {
        self.body.len() as u64
    }
}

/// The articles, and the author of each by a query of its own.
async fn articles(pool: &PgPool, limit: i64) {
    let list = sqlx::query_as("SELECT id, author_id FROM articles ORDER BY id LIMIT $1");
    let list: Vec<(i64, i64)> = list.bind(limit).fetch_all(pool).await.unwrap();
    for (_, author) in list {
        let query = sqlx::query("SELECT name FROM authors WHERE id = $1");
        query.bind(author).execute(pool).await.unwrap();
    }
}

async fn by_slug(pool: &PgPool, slug: &str) {
    let query = sqlx::query("SELECT id, title FROM articles WHERE lower(slug) = $1");
    query.bind(slug).execute(pool).await.unwrap();
}

async fn answer(pool: &PgPool, status: u16) -> Answer {
    sqlx::query("SELECT 1").execute(pool).await.unwrap();
    Answer {
        status,
        body: "more than ten bytes",
    }
}

#[perf_test(template = blog)]
async fn an_endpoint_is_over(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "GET /articles", || articles(&pool, 20));
}

#[perf_test(template = blog, budget = "GET /articles")]
async fn a_recording_is_over_the_budget_of_its_test(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(articles(&pool, 4)).await;
    assert_within_budget!(list);
}

#[perf_test(template = blog)]
async fn many_limits_are_over(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(async {
            articles(&pool, 20).await;
            answer(&pool, 200).await
        })
        .await;
    assert_within_budget!(list, "many_limits");
}

#[perf_test(template = blog)]
async fn a_table_is_read_whole_at_the_size_of_the_budget(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "GET /articles/{slug}", || by_slug(&pool, "slug-7"));
}

#[perf_test(template = blog)]
async fn too_many_rows_are_looked_at(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "work", by_slug(&pool, "slug-7"));
}

#[perf_test(template = blog)]
async fn too_many_blocks_are_touched(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "blocks", by_slug(&pool, "slug-7"));
}

#[perf_test]
async fn a_response_is_too_large(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "response", || answer(&pool, 200));
}

#[perf_test]
async fn a_limit_cannot_be_measured(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "allocations", || answer(&pool, 200));
}

#[perf_test]
async fn a_size_is_not_known(db: PerfDb) {
    let pool = db.pool();
    let query = sqlx::query("SELECT 1").execute(&pool);
    assert_within_budget!(db, "response", query).unwrap();
}

#[perf_test]
async fn no_query_is_asked(db: PerfDb) {
    assert_within_budget!(db, "GET /articles", || async { 42 });
}

#[perf_test]
async fn the_route_does_not_exist(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, "GET /articles", || answer(&pool, 404));
}

#[perf_test]
async fn the_request_is_refused(db: PerfDb) {
    let pool = db.pool();
    let refused = async { Ok::<_, ()>(answer(&pool, 401).await) };
    assert!(assert_within_budget!(db, "GET /articles", refused).is_ok());
}

#[perf_test]
async fn the_name_is_misspelt(db: PerfDb) {
    let pool = db.pool();
    let name = String::from("GET /article");
    assert_within_budget!(db, name, || answer(&pool, 200));
}

#[perf_test]
async fn nothing_is_named(db: PerfDb) {
    let pool = db.pool();
    assert_within_budget!(db, || answer(&pool, 200));
}

#[perf_test(budget = "GET /articels")]
async fn the_test_names_what_is_not_there(_db: PerfDb) {}

#[perf_test(budget = "GET /articles")]
async fn nothing_is_held_against_the_budget_of_the_test(db: PerfDb) {
    let pool = db.pool();
    let _ = db.record(answer(&pool, 200)).await;
}

#[perf_test(template = blog, budget = "GET /articles")]
async fn only_another_budget_is_asked(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(articles(&pool, 2)).await;
    assert_within_budget!(list, "work");
}

mod holding {
    //! What is within its budget.

    use super::*;

    #[perf_test(template = blog, budget = "GET /articles")]
    async fn a_test_within_its_budget_passes(db: PerfDb) {
        let pool = db.pool();
        let answered = assert_within_budget!(db, || answer(&pool, 200));
        assert_eq!(answered.status, 200);
        db.check_within(Some("work"), articles(&pool, 2)).await;
    }

    #[perf_test(template = blog, budget = "timed")]
    async fn work_that_can_be_repeated_is_timed(db: PerfDb) {
        let pool = db.pool();
        let runs = std::cell::Cell::new(0);
        let answer = assert_within_budget!(db, || {
            runs.set(runs.get() + 1);
            answer(&pool, 200)
        });
        // Once for what it costs, and as often as its latency takes.
        assert_eq!(answer.status, 200);
        assert!(runs.get() > 100, "{}", runs.get());
    }

    #[perf_test(template = blog, budget = "GET /articles/{slug}")]
    async fn the_sizes_of_a_budget_are_those_of_its_test(db: PerfDb) {
        let pool = db.pool();
        let newest = async {
            let query = sqlx::query("SELECT id FROM articles ORDER BY created_at DESC LIMIT 1");
            query.execute(&pool).await.unwrap();
        };
        let article = db.record(newest).await;
        let plans = article.plans().unwrap();
        let rows: Vec<_> = plans.rows().tables().collect();
        assert_eq!(rows, [("articles", 1_000_000)]);
        assert_within_budget!(article);
    }

    #[perf_test(budget = "GET /articles")]
    #[should_panic(expected = "on purpose")]
    async fn a_test_that_ends_early_is_not_asked_for_its_budget(_db: PerfDb) {
        panic!("on purpose");
    }
}

/// It succeeds only once.
#[perf_test(template = blog, budget = "timed")]
async fn what_is_timed_is_refused(db: PerfDb) {
    let pool = db.pool();
    let runs = std::cell::Cell::new(0);
    assert_within_budget!(db, || {
        runs.set(runs.get() + 1);
        answer(&pool, if runs.get() == 1 { 201 } else { 409 })
    });
}
