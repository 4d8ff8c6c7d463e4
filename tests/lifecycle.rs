//! The life of a test: a fresh database, one template, the findings, and nothing left behind.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Child;

use child::{Killed, ROLE, again, role};
use perf_harness::{PerfDb, PerfTest, TemplateDb, assert_max_queries, assert_queries, perf_test};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::runtime::{Handle, RuntimeFlavor};

async fn send(pool: &PgPool, times: usize) {
    for _ in 0..times {
        sqlx::query("SELECT 1").execute(pool).await.unwrap();
    }
}

async fn name(pool: &PgPool) -> String {
    let query = sqlx::query_scalar("SELECT current_database()::text");
    query.fetch_one(pool).await.unwrap()
}

/// Runs work in a test of its own and gives what it returns.
fn in_a_test<T>(work: impl AsyncFnOnce(PerfDb) -> T) -> T {
    let mut output = None;
    let test = PerfTest::new("in_a_test").run(async |db| output = Some(work(db).await));
    test.unwrap();
    output.unwrap()
}

fn exists(database: &str) -> bool {
    in_a_test(async |db| {
        let query =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
        query.bind(database).fetch_one(&db.pool()).await.unwrap()
    })
}

#[test]
fn each_test_gets_a_database_of_its_own_and_leaves_none() {
    let first = in_a_test(async |db| {
        let pool = db.pool();
        sqlx::query("CREATE TABLE mine (id int)")
            .execute(&pool)
            .await
            .unwrap();
        name(&pool).await
    });
    let second = in_a_test(async |db| {
        let pool = db.pool();
        let mine: bool = sqlx::query_scalar("SELECT to_regclass('mine') IS NOT NULL")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert!(!mine);
        name(&pool).await
    });
    assert_ne!(first, second);
    assert!(!exists(&first) && !exists(&second));
}

#[test]
fn a_database_is_removed_after_a_panic_too() {
    let mut database = None;
    let run = catch_unwind(AssertUnwindSafe(|| {
        PerfTest::new("panics").run(async |db| {
            database = Some(name(&db.pool()).await);
            assert!(database.is_none(), "of its own");
        })
    }));
    let panic = run.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"of its own"));
    assert!(!exists(&database.unwrap()));
}

async fn marked(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE mark AS SELECT gen_random_uuid()::text AS mark")
        .execute(&db.pool())
        .await?;
    Ok(())
}

fn mark() -> String {
    let mut mark = None;
    let test = PerfTest::new("mark")
        .template(marked)
        .run(async |db: PerfDb| {
            let query = sqlx::query_scalar("SELECT mark FROM mark");
            mark = Some(query.fetch_one(&db.pool()).await.unwrap());
        });
    test.unwrap();
    mark.unwrap()
}

#[test]
fn a_template_is_built_once_for_all_tests_and_processes() {
    let test = "a_template_is_built_once_for_all_tests_and_processes";
    if std::env::var(ROLE).is_ok() {
        let marks: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(mark)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(marks[0], marks[1]);
        println!("\nmark {}", marks[0]);
        return;
    }
    // A program of its own, so that no earlier run has built its template.
    let program = std::env::current_exe()
        .unwrap()
        .with_extension(format!("copy-{}", std::process::id()));
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut processes: Vec<Child> = (0..4)
        .map(|_| role(&program, test, "marks").spawn().unwrap())
        .collect();
    let marks: Vec<String> = processes
        .iter_mut()
        .map(|process| told(process, "mark "))
        .collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    std::fs::remove_file(program).unwrap();
    assert!(marks.iter().all(|mark| *mark == marks[0]), "{marks:?}");
}

#[test]
fn a_closure_is_no_template() {
    let rows = 3;
    let refused = PerfTest::new("closure")
        .template(async move |_db: TemplateDb| assert_eq!(rows, 3))
        .run(async |_db: PerfDb| {});
    let told = refused.unwrap_err();
    assert!(told.setup_error().is_some() && told.findings().is_empty());
    assert!(
        told.to_string().contains("it is a closure or a pointer"),
        "{told}"
    );
}

#[test]
fn a_maximum_holds_and_goes_red() {
    let check = |queries: usize, max: usize| {
        PerfTest::new("maximum").run(async |db: PerfDb| {
            let pool = db.pool();
            let work = db.record(send(&pool, queries)).await;
            assert_max_queries!(work, max);
        })
    };
    check(3, 3).unwrap();
    check(1, 3).unwrap();
    let red = check(4, 3).unwrap_err();
    assert!(
        red.headline()
            .starts_with("maximum went over its budget tests/lifecycle.rs:"),
        "{red}"
    );
    assert!(
        red.to_string()
            .contains("actual    4 queries, 1 more than allowed"),
        "{red}"
    );
    let none = check(0, 3).unwrap_err().to_string();
    assert!(none.contains("no query was recorded"), "{none}");
}

#[test]
fn a_range_holds_and_goes_red_on_both_sides() {
    let check = |queries: usize| {
        PerfTest::new("range").run(async |db: PerfDb| {
            let pool = db.pool();
            let work = db.record(send(&pool, queries)).await;
            assert_queries!(work, 2..=3);
        })
    };
    check(2).unwrap();
    check(3).unwrap();
    let under = check(1).unwrap_err().to_string();
    assert!(
        under.contains("actual    1 query, 1 fewer than expected"),
        "{under}"
    );
    let over = check(4).unwrap_err().to_string();
    assert!(
        over.contains("actual    4 queries, 1 more than allowed"),
        "{over}"
    );
}

#[test]
fn none_can_be_meant_and_goes_red_when_there_is_one() {
    let check = |queries: usize| {
        PerfTest::new("none").run(async |db: PerfDb| {
            let pool = db.pool();
            let work = db.record(send(&pool, queries)).await;
            assert_queries!(work, 0);
        })
    };
    check(0).unwrap();
    let red = check(1).unwrap_err().to_string();
    assert!(red.contains("expected  exactly 0 queries"), "{red}");
}

#[test]
fn recording_and_asserting_in_one_step_gives_the_output_and_goes_red() {
    let check = |max: usize| {
        PerfTest::new("one_step").run(async |db: PerfDb| {
            let pool = db.pool();
            let output = assert_max_queries!(db, max, async {
                send(&pool, 2).await;
                "output"
            });
            assert_eq!(output, "output");
            assert_queries!(db, 2, send(&pool, 2));
        })
    };
    check(2).unwrap();
    let red = check(1).unwrap_err().to_string();
    assert!(red.contains("expected  at most 1 query"), "{red}");
}

#[test]
fn an_error_of_the_test_is_returned_although_a_budget_broke() {
    let run = PerfTest::new("returns_an_error").run(async |db: PerfDb| {
        assert_max_queries!(db, 1, send(&db.pool(), 2));
        Err::<(), _>("of its own")
    });
    assert_eq!(run.unwrap(), Err("of its own"));
}

#[tokio::test]
async fn a_test_within_a_runtime_is_refused() {
    let refused = PerfTest::new("inner")
        .run(async |_db: PerfDb| {})
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("it was run from within another one"),
        "{refused}"
    );
}

#[perf_test]
async fn a_test_runs_on_one_thread_by_default(_db: PerfDb) {
    assert_eq!(
        Handle::current().runtime_flavor(),
        RuntimeFlavor::CurrentThread
    );
}

#[perf_test(flavor = "multi_thread", worker_threads = 3)]
async fn a_test_may_run_on_several_threads(_db: PerfDb) {
    assert_eq!(
        Handle::current().runtime_flavor(),
        RuntimeFlavor::MultiThread
    );
    assert_eq!(Handle::current().metrics().num_workers(), 3);
}

#[perf_test]
async fn a_test_may_return_a_result(db: PerfDb) -> Result<(), sqlx::Error> {
    let one = db
        .record(sqlx::query("SELECT 1").fetch_one(&db.pool()))
        .await
        .transpose()?;
    assert_max_queries!(one, 1);
    Ok(())
}

#[perf_test]
#[should_panic(expected = "a_broken_budget_can_be_expected went over its budget")]
async fn a_broken_budget_can_be_expected(db: PerfDb) {
    assert_max_queries!(db, 1, send(&db.pool(), 2));
}

#[perf_test]
async fn the_work_may_block_the_runtime(db: PerfDb) {
    let pool = db.pool();
    send(&pool, 1).await;
    let blocked = db
        .record(async {
            let url = db.url().to_owned();
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime
                    .unwrap()
                    .block_on(async { send(&PgPool::connect_lazy(&url).unwrap(), 1).await });
            });
            thread.join().unwrap();
        })
        .await;
    assert_queries!(blocked, 1);
}

/// What the process prints after a word at the start of a line.
fn told(process: &mut Child, word: &str) -> String {
    let output = BufReader::new(process.stdout.take().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix(word).map(str::to_owned));
    // The rest is read too, or the process could not write it.
    lines.for_each(drop);
    found.expect(word)
}

#[test]
fn what_a_killed_process_leaves_behind_the_next_one_removes() {
    let test = "what_a_killed_process_leaves_behind_the_next_one_removes";
    match std::env::var(ROLE).as_deref() {
        Ok("dies") => in_a_test(async |db| {
            println!("\ndatabase {}", name(&db.pool()).await);
            std::future::pending::<()>().await;
        }),
        Ok(_) => in_a_test(async |db| assert_eq!(send(&db.pool(), 1).await, ())),
        Err(_) => {
            let mut victim = Killed(again(test, "dies").spawn().unwrap());
            let output = BufReader::new(victim.0.stdout.take().unwrap());
            let mut lines = output.lines().map_while(Result::ok);
            let database = lines.find_map(|line| line.strip_prefix("database ").map(str::to_owned));
            let database = database.expect("the victim names its database");
            assert!(exists(&database), "{database} belongs to a living process");
            assert!(again(test, "lives").status().unwrap().success());
            assert!(
                exists(&database),
                "{database} still belongs to a living process"
            );
            drop(victim);
            // The server notices within a second that the connection which held the lock is gone.
            let removed = (0..100).any(|_| {
                assert!(again(test, "lives").status().unwrap().success());
                !exists(&database)
            });
            assert!(removed, "{database}");
        }
    }
}

#[test]
fn a_scratch_database_is_there_until_it_is_removed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(async {
        let scratch = perf_harness::ScratchDb::create().await.unwrap();
        let pool = PgPool::connect(scratch.url()).await.unwrap();
        let database = name(&pool).await;
        sqlx::raw_sql(AssertSqlSafe("CREATE TABLE t (id int)".to_owned()))
            .execute(&pool)
            .await
            .unwrap();
        scratch.remove().await.unwrap();
        database
    });
    assert!(!exists(&database));
}

/// A bench tells what an operation costs, and is timed on connections that nobody records.
#[test]
fn what_crosses_the_recorder_of_a_scratch_database_is_counted_and_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (rows, counts) = runtime.block_on(async {
        let scratch = perf_harness::ScratchDb::create().await.unwrap();
        let recorded = PgPool::connect(scratch.recorded_url()).await.unwrap();
        let direct = PgPool::connect(scratch.url()).await.unwrap();
        let ask = async |pool: &PgPool| {
            let three = sqlx::query("SELECT generate_series(1, 3)");
            three.fetch_all(pool).await.unwrap().len()
        };
        ask(&recorded).await;
        let work = async {
            let rows = ask(&recorded).await + ask(&direct).await;
            // Nobody waits for this one.
            let (late, pool) = (ask, recorded.clone());
            tokio::spawn(async move { late(&pool).await });
            rows
        };
        let (rows, traffic) = scratch.record(work).await;
        scratch.remove().await.unwrap();
        (rows, *traffic.counts())
    });
    assert_eq!(rows, 6);
    assert_eq!((counts.queries, counts.rows), (2, 6));
    assert_eq!(counts.work_round_trips, 2);
}
