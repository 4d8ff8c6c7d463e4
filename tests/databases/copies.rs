//! Copies of a template: made ahead of time, claimed, bounded, dropped.

use perf_harness::{PerfDb, PerfTest, Template, TemplateDb, perf_test};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use super::{Place, ROLE, administrative, names, now, role, rows, two_rows, until};

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
    let test = "copies::waiting_copies_are_bounded";
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
    let test = "copies::a_process_of_one_test_leaves_one_copy_for_the_next_and_nothing_else";
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
    let test = "copies::the_catalog_of_databases_does_not_grow_with_every_test";
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

#[test]
fn a_process_that_ends_with_its_test_still_has_its_database_dropped() {
    let test = "copies::a_process_that_ends_with_its_test_still_has_its_database_dropped";
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
