//! Assertions on latency that must fail. `latency` runs them as a child process and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use perf_harness::{PerfDb, assert_improves, assert_latency, perf_test};
use tokio::time::sleep;

const SLOW: Duration = Duration::from_millis(60);

async fn slow() {
    sleep(SLOW).await;
}

/// One of so many runs is slow.
struct Now(AtomicUsize, usize);

impl Now {
    fn one_of(many: usize) -> Self {
        Self(AtomicUsize::new(0), many)
    }

    async fn run(&self) {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        if count % self.1 == 0 {
            slow().await;
        }
    }
}

#[perf_test]
async fn all_of_it_is_too_slow(db: PerfDb) {
    assert_latency!(db, p95 < 10ms, warm_up = 1, || slow());
}

#[perf_test]
async fn one_rule_holds_and_one_is_broken(db: PerfDb) {
    let now = Now::one_of(5);
    assert_latency!(db, p50 < 10ms, p99 < 10ms, warm_up = 1, || now.run());
}

#[perf_test]
async fn one_run_is_longer_than_any_may_be(db: PerfDb) {
    let now = Now::one_of(3);
    assert_latency!(db, max < 10ms, warm_up = 1, || now.run());
}

#[perf_test]
async fn the_mean_is_too_long(db: PerfDb) {
    assert_latency!(db, mean < 10ms, warm_up = 1, || slow());
}

#[perf_test]
async fn as_many_are_over_as_may_be(db: PerfDb) {
    let now = Now::one_of(20);
    assert_latency!(
        db,
        p95 < 30ms,
        warm_up = 0,
        samples = 160,
        undecided = fail,
        || now.run()
    );
}

#[perf_test(rtt = 10ms)]
async fn the_wire_takes_most_of_it(db: PerfDb) {
    let pool = db.pool();
    assert_latency!(db, p95 < 30ms, warm_up = 2, async || {
        for _ in 0..10 {
            sqlx::query("SELECT 1").execute(&pool).await.unwrap();
        }
    });
}

#[perf_test]
async fn the_database_takes_most_of_it(db: PerfDb) {
    let pool = db.pool();
    assert_latency!(db, p95 < 10ms, warm_up = 2, async || {
        let query = sqlx::query("SELECT pg_sleep(0.06)").execute(&pool);
        query.await.map(drop)
    });
}

#[perf_test]
async fn the_work_gives_an_error(db: PerfDb) {
    let runs = AtomicUsize::new(0);
    assert_latency!(db, p95 < 200ms, warm_up = 1, async || {
        match runs.fetch_add(1, Ordering::Relaxed) {
            3 => Err("no such user"),
            _ => Ok(()),
        }
    });
}

async fn words() {
    panic!("the work's own words");
}

#[perf_test]
async fn the_work_panics(db: PerfDb) {
    assert_latency!(db, p95 < 200ms, || words());
}

#[perf_test]
async fn the_database_never_answers(db: PerfDb) {
    let pool = db.pool();
    assert_latency!(db, p95 < 200ms, time_out = 5s, async || {
        sqlx::query("SELECT pg_sleep(600), 'a secret'")
            .execute(&pool)
            .await
    });
}

#[perf_test]
async fn the_work_never_ends(db: PerfDb) {
    assert_latency!(db, p95 < 200ms, time_out = 50ms, || pending::<()>());
}

#[perf_test]
async fn so_few_samples_decide_nothing(db: PerfDb) {
    assert_latency!(db, p99 < 200ms, samples = 100, || slow());
}

#[perf_test]
async fn a_budget_is_zero(db: PerfDb) {
    let budget = Duration::ZERO;
    assert_latency!(db, p95 < budget, || slow());
}

#[perf_test]
async fn a_budget_is_finer_than_the_clock(db: PerfDb) {
    let budget = Duration::from_nanos(1);
    assert_latency!(db, p95 < budget, || slow());
}

#[perf_test]
async fn nothing_runs_at_once(db: PerfDb) {
    assert_latency!(db, p95 < 200ms, concurrency = 0, || slow());
}

/// So many queries, one after the other.
async fn queries(pool: &sqlx::PgPool, count: usize) {
    for _ in 0..count {
        sqlx::query("SELECT 1").execute(pool).await.unwrap();
    }
}

#[perf_test]
async fn a_gain_is_not_there(db: PerfDb) {
    let after = || sleep(SLOW - Duration::from_millis(20));
    assert_improves!(db, || slow(), after, 50%, warm_up = 1);
}

#[perf_test]
async fn fewer_queries_are_not_few_enough(db: PerfDb) {
    let pool = db.pool();
    assert_improves!(db, || queries(&pool, 10), || queries(&pool, 5), queries 90%, warm_up = 1);
}

#[perf_test]
async fn a_gain_is_as_large_as_it_must_be_more_or_less(db: PerfDb) {
    let runs = AtomicUsize::new(0);
    // A quarter of the time more, and less, in turns.
    let after = || {
        let run = runs.fetch_add(1, Ordering::Relaxed);
        sleep(if run % 2 == 0 { SLOW / 4 } else { SLOW })
    };
    assert_improves!(db, || slow(), after, 50%, warm_up = 0, pairs = 10);
}

#[perf_test]
async fn nothing_was_recorded_that_could_be_fewer(db: PerfDb) {
    assert_improves!(db, || slow(), async || (), rows 50%, warm_up = 0);
}

#[perf_test]
async fn the_work_as_it_is_now_gives_an_error(db: PerfDb) {
    assert_improves!(db, || slow(), async || Err::<(), _>("not found"), 50%);
}

#[perf_test]
async fn so_few_pairs_show_nothing(db: PerfDb) {
    assert_improves!(db, || slow(), async || (), 50%, pairs = 5);
}
