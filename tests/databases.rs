//! A test's database: copied ahead of time, kept when the test fails, shared when it only reads.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use perf_harness::{PerfDb, PerfTest, TemplateDb, assert_queries, perf_test};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::runtime::Builder;
use url::Url;

/// Which part this process plays when a test has started its own program again.
const ROLE: &str = "DATABASES_TEST_ROLE";

async fn two_rows(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 2) n")
        .execute(&db.pool())
        .await?;
    Ok(())
}

async fn rows(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM t");
    count.fetch_one(pool).await.unwrap()
}

/// The administrative database of the server that a test's database is on.
fn administrative(db: &PerfDb) -> Url {
    let mut url = Url::parse(db.direct_url()).unwrap();
    url.set_path("postgres");
    url
}

async fn names(url: &Url, pattern: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE $1 ORDER BY 1")
        .bind(pattern)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

fn now<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}

/// Waits for what the server does on its own.
fn until(mut done: impl AsyncFnMut() -> bool) {
    now(async {
        for _ in 0..1_000 {
            if done().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("it did not happen within ten seconds");
    });
}

/// This program once more, running one test in a role.
fn role(test: &str, role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, role)
        .env_remove("NEXTEST_TEST_NAME")
        .stdout(Stdio::piped());
    command
}

#[test]
fn copies_are_made_ahead_and_each_is_used_once() {
    let mut seen = Vec::new();
    for round in 0..12_i64 {
        let test = PerfTest::new("copies").template(two_rows);
        let end = test.run(async |db: PerfDb| {
            let pool = db.pool();
            // A copy that had been used before would have a third row.
            assert_eq!(rows(&pool).await, 2, "in round {round}");
            sqlx::query("INSERT INTO t VALUES (3)")
                .execute(&pool)
                .await
                .unwrap();
            let oid: i64 = sqlx::query_scalar(
                "SELECT oid::bigint FROM pg_database WHERE datname = current_database()",
            )
            .fetch_one(&pool)
            .await
            .unwrap();
            seen.push(oid);
        });
        end.unwrap();
    }
    let distinct: std::collections::BTreeSet<&i64> = seen.iter().collect();
    assert_eq!(distinct.len(), 12);
}

#[test]
fn waiting_copies_are_bounded() {
    let mut server = None;
    for _ in 0..3 {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| {
                    let mut url = None;
                    let test = PerfTest::new("bounded").template(bounded);
                    test.run(async |db: PerfDb| url = Some(administrative(&db)))
                        .unwrap();
                    url.unwrap()
                })
            })
            .collect();
        for thread in threads {
            server = Some(thread.join().unwrap());
        }
    }
    let server = server.unwrap();
    let waiting = now(async {
        // All templates of all programs, this one's among them.
        let mut counts = std::collections::BTreeMap::new();
        for name in names(&server, "ph\\_%\\_ready\\_%").await {
            let template = name.split('_').nth(3).unwrap().to_owned();
            *counts.entry(template).or_insert(0_usize) += 1;
        }
        counts
    });
    let processors = std::thread::available_parallelism().unwrap().get();
    // Those who fill at the same moment may each add one beyond the limit.
    let most = 2 * processors + 2 * 4;
    assert!(waiting.values().all(|count| *count <= most), "{waiting:?}");
}

async fn bounded(db: TemplateDb) -> Result<(), sqlx::Error> {
    two_rows(db).await
}

#[test]
fn a_process_that_ends_with_its_test_still_has_its_database_dropped() {
    let test = "a_process_that_ends_with_its_test_still_has_its_database_dropped";
    if std::env::var(ROLE).is_ok() {
        let test = PerfTest::new("ends").template(two_rows);
        let ended = test.run(async |db: PerfDb| {
            println!("\nused {} {}", administrative(&db), db.direct_url());
        });
        ended.unwrap();
        std::process::exit(0);
    }
    let output = role(test, "ends").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = printed.lines().find_map(|line| line.strip_prefix("used "));
    let (server, used) = line
        .unwrap_or_else(|| panic!("{printed}"))
        .split_once(' ')
        .unwrap();
    let (server, used) = (Url::parse(server).unwrap(), Url::parse(used).unwrap());
    let name = used.path().trim_start_matches('/').to_owned();
    // No process of ours looks after it any more: the server was told.
    until(async || !names(&server, "%").await.contains(&name));
}

/// Runs a test that fails in a process of its own, and gives what it printed.
fn failing(test: &str, keep: &str) -> String {
    let mut command = role(test, "fails");
    let output = command
        .env("PERF_HARNESS_KEEP_FAILED", keep)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn kept_url(printed: &str) -> Option<Url> {
    let (_, rest) = printed.split_once("psql '")?;
    Some(Url::parse(rest.split_once('\'')?.0).unwrap())
}

#[test]
fn the_database_of_a_failed_test_is_kept_and_its_url_printed() {
    let test = "the_database_of_a_failed_test_is_kept_and_its_url_printed";
    if std::env::var(ROLE).is_ok() {
        let test = PerfTest::new("tests::the_list_is_long").template(two_rows);
        test.run(async |db: PerfDb| {
            let pool = db.pool();
            sqlx::query("INSERT INTO t VALUES (7)")
                .execute(&pool)
                .await
                .unwrap();
            Err("of its own")
        })
        .unwrap()
        .unwrap();
        return;
    }
    let kept = kept_url(&failing(test, "1000")).unwrap();
    assert!(
        kept.path().contains("_failed_") && kept.path().ends_with("_the_list_is_long"),
        "{kept}"
    );
    now(async {
        let mut connection = PgConnection::connect(kept.as_str()).await.unwrap();
        let rows: Vec<i32> = sqlx::query_scalar("SELECT n FROM t ORDER BY n")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(rows, [1, 2, 7]);
        let told: String = sqlx::query_scalar(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert_eq!(
            told,
            "perf-harness: the database of the failed test tests::the_list_is_long"
        );
    });
    drop_database(&kept);
    assert_eq!(kept_url(&failing(test, "0")), None);
}

fn drop_database(url: &Url) {
    let mut server = url.clone();
    server.set_path("postgres");
    let name = url.path().trim_start_matches('/').to_owned();
    now(async {
        let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
        let drop = format!("DROP DATABASE \"{name}\" WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut connection)
            .await
            .unwrap();
    });
}

#[test]
fn the_oldest_kept_databases_go_first() {
    let test = "the_oldest_kept_databases_go_first";
    if std::env::var(ROLE).is_ok() {
        let fails = PerfTest::new("fails");
        let end = fails.run(async |_db: PerfDb| Err("of its own"));
        end.unwrap().unwrap();
        return;
    }
    // A server that no other test keeps anything on.
    let fail = || {
        let mut command = role(test, "fails");
        command
            .env("PERF_HARNESS_POSTGRES_IDLE_S", "3599")
            .env("PERF_HARNESS_KEEP_FAILED", "2")
            .stderr(Stdio::piped());
        let output = command.output().unwrap();
        kept_url(&String::from_utf8(output.stderr).unwrap()).unwrap()
    };
    let kept = [fail(), fail(), fail()];
    let mut server = kept[0].clone();
    server.set_path("postgres");
    let there = now(names(&server, "ph\\_%\\_failed\\_%"));
    let expected: Vec<&str> = kept[1..].iter().map(|url| &url.path()[1..]).collect();
    assert_eq!(there, expected);
    stop(&server);
}

/// Ends a private server at once: only this test uses it.
fn stop(server: &Url) {
    now(async {
        let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
        let data: String = sqlx::query_scalar("SHOW data_directory")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let pid = std::fs::read_to_string(format!("{data}/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        assert!(
            Command::new("kill")
                .args(["-INT", pid])
                .status()
                .unwrap()
                .success()
        );
    });
}

#[perf_test(template = two_rows, read_only)]
async fn a_read_only_test_reads(db: PerfDb) {
    let pool = db.pool();
    let count = db.record(rows(&pool)).await;
    assert_eq!(*count.output(), 2);
    assert_queries!(count, 1);
}

#[test]
fn read_only_tests_share_one_database_and_the_server_refuses_writes() {
    let mut names = Vec::new();
    for _ in 0..2 {
        let test = PerfTest::new("read_only").template(two_rows).read_only();
        let end = test.run(async |db: PerfDb| {
            let pool = db.pool();
            let name: String = sqlx::query_scalar("SELECT current_database()::text")
                .fetch_one(&pool)
                .await
                .unwrap();
            names.push(name);
            let refused = sqlx::query("INSERT INTO t VALUES (3)").execute(&pool).await;
            let refused = refused.unwrap_err().to_string();
            assert!(
                refused.contains("cannot execute INSERT in a read-only transaction"),
                "{refused}"
            );
        });
        end.unwrap();
    }
    assert_eq!(names[0], names[1]);
    assert!(names[0].contains("_shared_"), "{}", names[0]);
}

#[test]
fn a_read_only_test_needs_a_template() {
    let test = PerfTest::new("read_only").read_only();
    let refused = test.run(async |_db: PerfDb| {}).unwrap_err().to_string();
    assert!(
        refused.contains("it has none: add `template = ..`"),
        "{refused}"
    );
}
