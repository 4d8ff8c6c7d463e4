//! What work allocates is counted exactly, and nothing else is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blog;

use std::hint::black_box;

use blog::blog;
use perf_harness::{
    CountingAllocator, Metric, PerfDb, Recording, assert_max_allocated_bytes,
    assert_max_allocations, perf_test,
};
use sqlx::PgPool;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

fn allocated<T>(recording: &Recording<T>) -> (u64, u64) {
    let measured = |metric| recording.measure(metric).unwrap();
    (
        measured(Metric::Allocations),
        measured(Metric::AllocatedBytes),
    )
}

fn buffer(bytes: usize) {
    black_box(Vec::<u8>::with_capacity(black_box(bytes)));
}

async fn titles(pool: &PgPool) -> Vec<String> {
    let query = sqlx::query_scalar("SELECT title FROM articles ORDER BY id LIMIT 20");
    query.fetch_all(pool).await.unwrap()
}

#[perf_test]
async fn each_allocation_of_the_work_is_counted(db: PerfDb) {
    let work = async {
        buffer(10);
        buffer(20);
    };
    let two = db.record(work).await;
    assert_eq!(allocated(&two), (2, 30));
    assert_max_allocations!(two, 2);
    assert_max_allocated_bytes!(two, 30);
    assert_max_allocations!(db, 0, async { black_box(1) });
}

#[perf_test]
async fn what_it_returns_is_the_works(db: PerfDb) {
    let work = async { String::from(black_box("a response")) };
    assert_eq!(allocated(&db.record(work).await), (1, 10));
}

/// A task costs some for itself, and what it allocates after the work has ended counts.
async fn of_a_task(db: &PerfDb, bytes: usize) -> u64 {
    let work = async {
        drop(tokio::spawn(async move { buffer(bytes) }));
    };
    allocated(&db.record(work).await).1
}

#[perf_test]
async fn tasks_that_the_work_has_spawned_are_counted(db: PerfDb) {
    let (few, many) = (of_a_task(&db, 10).await, of_a_task(&db, 1_010).await);
    assert_eq!(many - few, 1_000);
}

/// A runtime of several threads allocates some for itself, now more and now less.
fn assert_about_a_million(bytes: u64) {
    assert!((1_000_000..1_100_000).contains(&bytes), "{bytes}");
}

#[perf_test(flavor = "multi_thread", worker_threads = 2)]
async fn so_are_those_on_other_threads_of_the_test(db: PerfDb) {
    assert_about_a_million(of_a_task(&db, 1_000_000).await);
    let blocking = tokio::task::spawn_blocking(|| buffer(1_000_000));
    assert_about_a_million(allocated(&db.record(blocking).await).1);
}

#[perf_test]
async fn other_threads_are_not(db: PerfDb) {
    let work = async {
        let (begin, started) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            started.recv().unwrap();
            buffer(1_000_000);
        });
        begin.send(()).unwrap();
        other.join().unwrap();
    };
    let (_, bytes) = allocated(&db.record(work).await);
    assert!(bytes < 100_000, "{bytes}");
}

#[perf_test]
async fn the_same_work_allocates_the_same_each_time(db: PerfDb) {
    let work = || async {
        let body: Vec<String> = (0..100).map(|n: u32| format!("article {n}")).collect();
        tokio::spawn(async move { body.join(",") }).await.unwrap()
    };
    let _first = db.record(work()).await;
    let second = allocated(&db.record(work()).await);
    for _ in 0..20 {
        assert_eq!(allocated(&db.record(work()).await), second);
    }
}

/// What it allocates of 20 times, the fewest first.
async fn of_titles(db: &PerfDb, pool: &PgPool) -> Vec<(u64, u64)> {
    // It connects and prepares, and a recording waits until the pool has its connection back.
    let _first = db.record(titles(pool)).await;
    let mut seen = Vec::new();
    for _ in 0..20 {
        seen.push(allocated(&db.record(titles(pool)).await));
    }
    seen.sort_unstable();
    seen
}

#[perf_test(template = blog)]
async fn an_answer_in_pieces_costs_a_driver_little_more(db: PerfDb) {
    let seen = of_titles(&db, &db.pool()).await;
    let (few, many) = (seen[0].0, seen[19].0);
    assert!(many - few <= 10, "{seen:?}");
}

/// By the same work while nobody listens to what drivers tell.
#[perf_test(template = blog)]
async fn what_the_harness_does_on_the_works_threads_is_not_counted(db: PerfDb) {
    let pool = PgPool::connect(db.direct_url()).await.unwrap();
    let unheard = {
        // It stands before the harness's, and wants nothing.
        let deaf = tracing::subscriber::NoSubscriber::default();
        let _deaf = tracing::subscriber::set_default(deaf);
        of_titles(&db, &pool).await[0]
    };
    assert_eq!(of_titles(&db, &pool).await[0], unheard);
}
