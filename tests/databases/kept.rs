//! The databases of failed tests.

use std::process::Stdio;

use perf_harness::{PerfDb, PerfTest, perf_test};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use super::{Place, ROLE, names, now, role, two_rows};

#[perf_test]
#[should_panic(expected = "it is meant to")]
async fn a_test_that_is_meant_to_panic_keeps_nothing(_db: PerfDb) {
    panic!("it is meant to");
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
    let test = "kept::the_database_of_a_failed_test_is_kept_and_its_url_printed";
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
    let test = "kept::the_oldest_kept_databases_go_first";
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
