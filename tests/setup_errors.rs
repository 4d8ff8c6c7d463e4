//! What bad input gets: each mistake one clear error, with the cause and the cure.
//!
//! The test program runs itself again under the environment in question and reads what it prints.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use insta::{assert_snapshot, with_settings};
use perf_harness::{PerfDb, PerfTest, TemplateDb, assert_max_queries, perf_test};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

/// What the other runs try: it passes where Postgres can be had.
#[perf_test]
async fn probe(db: PerfDb) {
    assert_max_queries!(db, 1, sqlx::query("SELECT 1").execute(&db.pool())).unwrap();
}

/// What the probe prints under this setting, its own words only.
fn probe_with(variable: &str, value: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "probe", "--nocapture"])
        .env(variable, value)
        .env_remove("NEXTEST_TEST_NAME")
        .output()
        .unwrap();
    assert!(
        !output.status.success(),
        "the probe passed under {variable}={value}"
    );
    let told = String::from_utf8(output.stderr).unwrap();
    let start = told.find("probe could not be measured").expect(&told);
    let mut report: Vec<&str> = told[start..].lines().collect();
    while report
        .last()
        .is_some_and(|line| line.trim().is_empty() || line.starts_with("error: test failed"))
    {
        report.pop();
    }
    report.join("\n")
}

/// A role that may create databases and no more, and the URL of a server as it sees it: by TCP, without TLS.
#[test]
fn a_url_of_a_server_serves_a_role_that_is_no_superuser() {
    let test = PerfTest::new("server").run(async |db: PerfDb| {
        let direct = Url::parse(db.direct_url()).unwrap();
        let role = elsewhere(stranger(&direct, "CREATEDB"));
        let mut theirs = Url::parse(db.url()).unwrap();
        theirs.set_username(&role).unwrap();
        theirs.set_password(Some("word")).unwrap();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "probe", "probe_with_a_template"])
            .env("PERF_HARNESS_POSTGRES", theirs.as_str())
            .env_remove("NEXTEST_TEST_NAME")
            .status()
            .unwrap();
        elsewhere(remove(&direct, &role));
        assert!(status.success());
    });
    test.unwrap();
}

async fn one_row(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t AS SELECT 7 AS n")
        .execute(&db.pool())
        .await?;
    Ok(())
}

#[perf_test(template = one_row)]
async fn probe_with_a_template(db: PerfDb) {
    let query = sqlx::query_scalar("SELECT n FROM t");
    let n: i32 = assert_max_queries!(db, 1, query.fetch_one(&db.pool())).unwrap();
    assert_eq!(n, 7);
}

fn check(name: &str, value: &str) {
    check_told(name, &probe_with("PERF_HARNESS_POSTGRES", value));
}

/// The same for a URL of the server that the tests run on, whichever that is.
fn check_url(name: &str, url: &Url) {
    let told = probe_with("PERF_HARNESS_POSTGRES", url.as_str());
    let place = format!("@{}:{}", url.host_str().unwrap(), url.port().unwrap());
    check_told(name, &told.replace(&place, "@<server>"));
}

fn check_told(name: &str, told: &str) {
    with_settings!({ filters => vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
        (r"\S*ph-too-old-\d+", "<directory>"),
        (r"stranger_[0-9a-z_]+", "<role>"),
        (r"ph_[0-9a-z_]+", "<database>"),
    ]}, { assert_snapshot!(name, told) });
}

#[test]
fn a_value_that_means_nothing() {
    check("a_value_that_means_nothing", "locla");
}

#[test]
fn a_directory_without_postgres() {
    check("a_directory_without_postgres", "local:/nowhere/bin");
}

#[test]
fn binaries_that_are_too_old() {
    let directory = std::env::temp_dir().join(format!("ph-too-old-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for name in ["postgres", "initdb", "pg_ctl"] {
        let program = directory.join(name);
        std::fs::write(&program, "#!/bin/sh\necho 'postgres (PostgreSQL) 13.22'\n").unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    }
    check(
        "binaries_that_are_too_old",
        &format!("local:{}", directory.display()),
    );
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_url_that_nothing_listens_at() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    check(
        "a_url_that_nothing_listens_at",
        &format!("postgres://me:secret@127.0.0.1:{port}/app"),
    );
}

#[test]
fn a_url_that_insists_on_encryption() {
    check(
        "a_url_that_insists_on_encryption",
        "postgres://me:secret@127.0.0.1/app?sslmode=require",
    );
}

#[test]
fn a_url_that_cannot_be_read() {
    check(
        "a_url_that_cannot_be_read",
        "postgres://me:secret@127.0.0.1:port/app",
    );
}

#[test]
fn a_setting_that_means_nothing() {
    let told = probe_with("PERF_HARNESS_PARAMETERS", "yes");
    assert_snapshot!(told);
}

/// The direct URL of a database that lives while `work` runs.
fn with_server(work: impl FnOnce(Url)) {
    let test =
        PerfTest::new("server").run(async |db: PerfDb| work(Url::parse(db.direct_url()).unwrap()));
    test.unwrap();
}

#[test]
fn a_url_with_a_wrong_password() {
    with_server(|mut url| {
        if url.set_password(Some("wrong")).is_ok() {
            check_url("a_url_with_a_wrong_password", &url);
        }
    });
}

#[test]
fn a_role_that_may_not_create_databases() {
    with_server(|url| {
        let role = elsewhere(stranger(&url, "NOCREATEDB"));
        let mut theirs = url.clone();
        theirs.set_username(&role).unwrap();
        theirs.set_password(Some("word")).unwrap();
        check_url("a_role_that_may_not_create_databases", &theirs);
        elsewhere(remove(&url, &role));
    });
}

/// Runs work on a thread and runtime of its own: those of the test that lends the server are busy.
fn elsewhere<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(work)
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// Makes a role with one right.
async fn stranger(url: &Url, right: &str) -> String {
    let role = format!("stranger_{}_{}", right.to_lowercase(), std::process::id());
    execute(
        url,
        format!("CREATE ROLE {role} LOGIN PASSWORD 'word' {right}"),
    )
    .await;
    role
}

/// Removes a role, with the databases that it made. Those of its tests may be on their way out.
async fn remove(url: &Url, role: &str) {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    let query = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE pg_get_userbyid(datdba) = $1",
    );
    let databases: Vec<String> = query.bind(role).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    for database in databases {
        if database.contains("_template_") {
            execute(url, format!("ALTER DATABASE {database} IS_TEMPLATE false")).await;
        }
        let drop = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
        execute(url, drop).await;
    }
    execute(url, format!("DROP ROLE {role}")).await;
}

async fn execute(url: &Url, statement: String) {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
