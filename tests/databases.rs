//! A test's database: copied ahead of time, kept when the test fails, shared when it only reads.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use perf_harness::{PerfDb, PerfTest, Template, TemplateDb, assert_queries, perf_test};
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

/// What a test of this template gets: its number on the server, and the administrative URL.
fn number_of_a_copy(template: fn() -> Template) -> (i64, Url) {
    number_of_a_copy_of(template())
}

fn number_of_a_copy_of(template: Template) -> (i64, Url) {
    let mut seen = None;
    let test = PerfTest::new("copies").template(template);
    let end = test.run(async |db: PerfDb| {
        let pool = db.pool();
        // A copy that had been used before would have a third row.
        assert_eq!(rows(&pool).await, 2);
        sqlx::query("INSERT INTO t VALUES (3)")
            .execute(&pool)
            .await
            .unwrap();
        let number = sqlx::query_scalar(
            "SELECT oid::bigint FROM pg_database WHERE datname = current_database()",
        );
        seen = Some((number.fetch_one(&pool).await.unwrap(), administrative(&db)));
    });
    end.unwrap();
    seen.unwrap()
}

/// The copies that wait, of all templates: number and name.
async fn waiting(server: &Url) -> Vec<(i64, String)> {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    sqlx::query_as(
        "SELECT oid::bigint, datname::text FROM pg_database WHERE datname LIKE 'ph\\_%\\_ready\\_%' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap()
}

/// A template of this run's alone.
fn of_this_run() -> Template {
    Template::function(two_rows).version(format!("databases {}", std::process::id()))
}

#[test]
fn a_test_gets_a_copy_that_was_made_ahead() {
    let (first, server) = number_of_a_copy(of_this_run);
    let mut ahead = Vec::new();
    // One is made where none was left. Its number is higher than that of the first.
    until(async || {
        ahead = waiting(&server).await;
        ahead.retain(|(number, _)| *number > first);
        !ahead.is_empty()
    });
    let (second, _) = number_of_a_copy(of_this_run);
    assert!(
        ahead.iter().any(|(number, _)| *number == second),
        "{second} was made for the test, not before: {ahead:?}"
    );
}

#[test]
fn waiting_copies_are_bounded() {
    let test = "waiting_copies_are_bounded";
    let most = 2 * std::thread::available_parallelism().unwrap().get();
    if std::env::var(ROLE).is_ok() {
        // None finds a copy, and each would leave one.
        let threads: Vec<_> = (0..most + 4)
            .map(|_| std::thread::spawn(|| number_of_a_copy(of_this_run)))
            .collect();
        let servers = threads.into_iter().map(|thread| thread.join().unwrap().1);
        let server = servers.last().unwrap();
        let mut counted = 0;
        let mut looked = 0;
        until(async || {
            counted = waiting(&server).await.len().max(counted);
            looked += 1;
            counted > most || looked == 100
        });
        println!("\nmost {counted}");
        return;
    }
    // Each process of many tests makes copies as they are claimed, and one of one test at its end.
    for mode in ["process", "process-per-test"] {
        // A server that only this test has copies on.
        let place = Place::new();
        let mut command = role(test, "uses copies");
        command
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &place.0)
            .env("NEXTEST_EXECUTION_MODE", mode);
        let output = command.output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let counted = printed.lines().find_map(|line| line.strip_prefix("most "));
        let counted: usize = counted
            .unwrap_or_else(|| panic!("{printed}"))
            .parse()
            .unwrap();
        assert!((1..=most).contains(&counted), "{mode}: {counted}");
    }
}

#[test]
fn a_process_of_one_test_leaves_one_copy_for_the_next_and_nothing_else() {
    let test = "a_process_of_one_test_leaves_one_copy_for_the_next_and_nothing_else";
    if std::env::var(ROLE).is_ok() {
        let version = std::env::var(ROLE).unwrap();
        let (number, server) = number_of_a_copy_of(Template::function(two_rows).version(version));
        println!("\nused {number} {server}");
        return;
    }
    // A server that only this test has copies on.
    let place = Place::new();
    let version = format!("one test {}", std::process::id());
    let run = || {
        let mut command = role(test, &version);
        command
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &place.0)
            .env("NEXTEST_EXECUTION_MODE", "process-per-test");
        let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let line = printed.lines().find_map(|line| line.strip_prefix("used "));
        let line = line.unwrap_or_else(|| panic!("{printed}"));
        let (number, server) = line.split_once(' ').unwrap();
        (number.parse::<i64>().unwrap(), Url::parse(server).unwrap())
    };
    let (_, server) = run();
    for _ in 0..3 {
        let mut ahead = Vec::new();
        until(async || {
            ahead = waiting(&server).await;
            !ahead.is_empty()
        });
        assert_eq!(now(names(&server, "ph\\_%\\_test\\_%")), [""; 0]);
        let numbers: Vec<i64> = ahead.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [run().0], "the one that waited, and no other");
    }
}

#[test]
fn the_catalog_of_databases_does_not_grow_with_every_test() {
    let test = "the_catalog_of_databases_does_not_grow_with_every_test";
    if std::env::var(ROLE).is_ok() {
        let vacuums =
            "SELECT vacuum_count FROM pg_stat_all_tables WHERE relid = 'pg_database'::regclass";
        let mut counts = Vec::new();
        // It is the turn of one in 64, and which one is chance.
        let vacuumed = (0..1_000).any(|_| {
            let end = PerfTest::new("comes_and_goes").run(async |db: PerfDb| {
                let count = sqlx::query_scalar(vacuums).fetch_one(&db.pool()).await;
                let count: i64 = count.unwrap();
                counts.push(count);
            });
            end.unwrap();
            // `initdb` has done so, too.
            counts.last() > counts.first()
        });
        println!("\nvacuumed {vacuumed}");
        return;
    }
    // Other tests would vacuum, too.
    let place = Place::new();
    let mut command = role(test, "comes and goes");
    command
        .env("PERF_HARNESS_POSTGRES", "local")
        .env("PERF_HARNESS_POSTGRES_DIR", &place.0);
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(printed.contains("\nvacuumed true\n"), "{printed}");
}

/// What `ALTER DATABASE .. SET` says belongs to a database and not to what is in it.
async fn with_a_setting(db: TemplateDb) -> Result<(), sqlx::Error> {
    let pool = db.pool();
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&pool)
        .await?;
    for setting in ["search_path = app, public", "work_mem = '7MB'"] {
        let statement =
            format!("CREATE SCHEMA IF NOT EXISTS app; ALTER DATABASE \"{name}\" SET {setting}");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&pool)
            .await?;
    }
    Ok(())
}

#[perf_test(template = with_a_setting)]
async fn a_copy_has_the_settings_of_its_template(db: PerfDb) {
    let pool = db.pool();
    for (setting, expected) in [("search_path", "app, public"), ("work_mem", "7MB")] {
        let query = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
        let value: String = query.fetch_one(&pool).await.unwrap();
        assert_eq!(value, expected);
    }
}

#[perf_test]
#[should_panic(expected = "it is meant to")]
async fn a_test_that_is_meant_to_panic_keeps_nothing(_db: PerfDb) {
    panic!("it is meant to");
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
    let place = Place::new();
    let fail = || {
        let mut command = role(test, "fails");
        command
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &place.0)
            .env("PERF_HARNESS_KEEP_FAILED", "2")
            .stderr(Stdio::piped());
        let output = command.output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        kept_url(&printed).unwrap_or_else(|| panic!("{printed}"))
    };
    let kept = [fail(), fail(), fail()];
    let mut server = kept[0].clone();
    server.set_path("postgres");
    let there = now(names(&server, "ph\\_%\\_failed\\_%"));
    let expected: Vec<&str> = kept[1..].iter().map(|url| &url.path()[1..]).collect();
    assert_eq!(there, expected);
}

/// A directory for the servers of one test. They end with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let place = PathBuf::from(format!(
            "/tmp/phk{}{}",
            std::process::id(),
            COUNT.fetch_add(1, Relaxed)
        ));
        std::fs::create_dir(&place).unwrap();
        Self(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let users = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let servers = users.flat_map(|user| std::fs::read_dir(user.path().join("servers")));
        for server in servers.flatten().flatten() {
            let file = server.path().join("data/postmaster.pid");
            let pid = std::fs::read_to_string(file).unwrap_or_default();
            if let Some(pid) = pid.lines().next() {
                drop(Command::new("kill").args(["-QUIT", pid]).status());
            }
        }
        drop(std::fs::remove_dir_all(&self.0));
    }
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

/// A template that no other test reads.
fn written() -> Template {
    Template::function(two_rows).version(format!("written {}", std::process::id()))
}

#[test]
fn a_read_only_test_that_writes_all_the_same_fails_and_the_next_one_does_not_see_it() {
    let test = || PerfTest::new("read_only").template(written).read_only();
    let end = test().run(async |db: PerfDb| {
        let write = sqlx::raw_sql("BEGIN READ WRITE; INSERT INTO t VALUES (3); COMMIT");
        write.execute(&db.pool()).await.unwrap();
    });
    insta::assert_snapshot!(end.unwrap_err());
    let end = test().run(async |db: PerfDb| assert_eq!(rows(&db.pool()).await, 2));
    end.unwrap();
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
