//! Work that is fast enough, and how it is run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use perf_harness::{
    Latency, PerfDb, PerfTest, Problem, Statistic, Violation, assert_improves, assert_latency,
    perf_test,
};
use tokio::time::sleep;

#[perf_test]
async fn work_far_below_its_budget_holds_after_as_many_runs_as_it_takes(db: PerfDb) {
    let runs = AtomicUsize::new(0);
    assert_latency!(db, p95 < 10s, warm_up = 4, async || {
        runs.fetch_add(1, Ordering::Relaxed);
    });
    // The least that can say so with 1 % of doubt.
    assert_eq!(runs.into_inner(), 4 + 107);
}

#[perf_test]
async fn several_rules_are_decided_by_the_same_runs(db: PerfDb) {
    let runs = AtomicUsize::new(0);
    assert_latency!(
        db,
        p50 < 10s,
        p90 < 20s,
        max < 30s,
        mean < 10s,
        samples = 2_000,
        async || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    );
    let runs = runs.into_inner();
    assert!((459..1_000).contains(&runs), "{runs}");
}

#[perf_test]
async fn each_run_has_an_input_of_its_own_that_is_not_timed(db: PerfDb) {
    let made = AtomicUsize::new(0);
    let inputs = async || {
        sleep(Duration::from_millis(30)).await;
        made.fetch_add(1, Ordering::Relaxed)
    };
    let last = AtomicUsize::new(0);
    assert_latency!(
        db,
        p50 < 20ms,
        warm_up = 0,
        inputs = inputs,
        async |input: usize| {
            assert_eq!(last.swap(input + 1, Ordering::Relaxed), input);
        }
    );
    assert_eq!(made.into_inner(), last.into_inner());
}

#[perf_test]
async fn so_many_runs_are_under_way_at_once(db: PerfDb) {
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    assert_latency!(db, p50 < 10s, concurrency = 4, warm_up = 0, async || {
        let running = now.fetch_add(1, Ordering::Relaxed) + 1;
        most.fetch_max(running, Ordering::Relaxed);
        sleep(Duration::from_millis(1)).await;
        now.fetch_sub(1, Ordering::Relaxed);
    });
    assert_eq!(most.into_inner(), 4);
}

#[perf_test(flavor = "multi_thread", worker_threads = 2)]
async fn work_on_other_threads_is_timed_too(db: PerfDb) {
    assert_latency!(db, p95 < 10s, async || tokio::spawn(async {}).await);
}

#[perf_test]
async fn the_database_can_be_asked(db: PerfDb) {
    let pool = db.unrecorded().pool();
    assert_latency!(db, p95 < 10s, || sqlx::query("SELECT 1").execute(&pool));
}

/// The violation of a test without a macro.
fn violation(latency: Latency, work: impl AsyncFn()) -> Option<Violation> {
    let outcome = PerfTest::new("of_latency").run(async |db| db.check_latency(latency, work).await);
    let findings = outcome.err()?;
    match findings.findings() {
        [finding] => match finding.problem() {
            Problem::Violation(violation) => Some(*violation),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_function_does_what_the_macro_does() {
    let of = |most| {
        Latency::new()
            .below(Statistic::P95, Duration::from_millis(most))
            .warm_up(0)
    };
    let work = async || sleep(Duration::from_millis(30)).await;
    let broken = Violation::Latency {
        broken: 1,
        undecided: 0,
    };
    assert_eq!(violation(of(10), work), Some(broken));
    assert_eq!(violation(of(60_000), async || {}), None);
}

#[perf_test]
async fn a_gain_is_shown_by_pairs(db: PerfDb) {
    let before = || sleep(Duration::from_millis(20));
    let after = || sleep(Duration::from_millis(2));
    assert_improves!(db, before, after, 50%, warm_up = 1);
}

#[perf_test]
async fn fewer_queries_are_counted_exactly(db: PerfDb) {
    let pool = db.pool();
    let queries = async |count: usize| {
        for _ in 0..count {
            sqlx::query("SELECT 1").execute(&pool).await.unwrap();
        }
    };
    assert_improves!(db, || queries(10), || queries(1), queries 90%, round_trips 50%, warm_up = 1);
}

/// One in twenty runs is over: that is as many as may be.
#[perf_test]
async fn what_cannot_be_decided_is_told(db: PerfDb) {
    let runs = AtomicUsize::new(0);
    let work = async || {
        if runs.fetch_add(1, Ordering::Relaxed).is_multiple_of(20) {
            sleep(Duration::from_millis(60)).await;
        }
    };
    assert_latency!(
        db,
        p95 < 30ms,
        warm_up = 0,
        samples = 160,
        undecided = warn,
        work
    );
}
