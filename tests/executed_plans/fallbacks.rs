//! A role that may not load `auto_explain`: the test runs all the same, and says why it has no such plans.

use std::process::Command;

use perf_harness::{PerfDb, PerfTest, perf_test};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use crate::{connect, shop, tops};

/// Set where the role of the URL is no superuser.
const PLAIN: &str = "EXECUTED_PLANS_PLAIN";

async fn tells(db: PerfDb) {
    let client = connect(&db).await;
    let list = db
        .record(client.query("SELECT title FROM articles", &[]))
        .await;
    list.output().as_ref().unwrap();
    if std::env::var_os(PLAIN).is_none() {
        assert_eq!(
            (db.without_plans(), tops(&list)),
            (None, vec!["Seq Scan".to_owned()])
        );
        return;
    }
    let why = db.without_plans().unwrap();
    assert!(why.starts_with("the role `plain_"), "{why}");
    assert!(why.contains("may not load auto_explain: "), "{why}");
    assert_eq!(tops(&list), [""]);
}

#[perf_test(template = shop, plans)]
async fn probe(db: PerfDb) {
    tells(db.another().await.unwrap()).await;
    tells(db).await;
}

#[perf_test(template = shop, read_only, plans)]
async fn probe_of_a_copy_that_is_shared(db: PerfDb) {
    tells(db).await;
}

async fn execute(url: &Url, statement: String) {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await;
    done.unwrap();
    connection.close().await.unwrap();
}

/// Removes a role, with the databases that it made. Those of its tests may be on their way out.
async fn remove(direct: &Url, role: &str) {
    let of_role = "SELECT datname::text FROM pg_database WHERE pg_get_userbyid(datdba) = $1";
    let mut connection = PgConnection::connect(direct.as_str()).await.unwrap();
    let databases: Vec<String> = sqlx::query_scalar(of_role)
        .bind(role)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    for database in databases {
        if database.contains("_template_") {
            let unmark = format!("ALTER DATABASE {database} IS_TEMPLATE false");
            execute(direct, unmark).await;
        }
        let drop = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
        execute(direct, drop).await;
    }
    execute(direct, format!("DROP ROLE {role}")).await;
}

#[perf_test]
async fn a_plain_role_runs_its_tests_without_and_is_told_why(db: PerfDb) {
    let direct = Url::parse(db.direct_url()).unwrap();
    let role = format!("plain_{}", std::process::id());
    execute(
        &direct,
        format!("CREATE ROLE {role} LOGIN PASSWORD 'word' CREATEDB"),
    )
    .await;
    let mut theirs = Url::parse(db.url()).unwrap();
    theirs.set_username(&role).unwrap();
    theirs.set_password(Some("word")).unwrap();
    // The second one finds the copy that is shared.
    let mut outputs = Vec::new();
    for _ in 0..2 {
        let probes = ["probe", "probe_of_a_copy_that_is_shared"];
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "--nocapture"])
            .args(probes.map(|probe| format!("fallbacks::{probe}")))
            .env(PLAIN, "yes")
            .env("PERF_HARNESS_POSTGRES", theirs.as_str())
            .env_remove("NEXTEST_TEST_NAME");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        outputs.push(output.await.unwrap());
    }
    remove(&direct, &role).await;
    for output in outputs {
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
    }
}

/// A program may act as another role. The server then refuses to tell plans, and the recording says so.
#[perf_test(template = shop, plans)]
async fn a_session_in_the_role_of_another_tells_none_and_says_why(db: PerfDb) {
    let direct = Url::parse(db.direct_url()).unwrap();
    let role = format!("actor_{}", std::process::id());
    execute(
        &direct,
        format!("CREATE ROLE {role}; GRANT SELECT ON articles TO {role}"),
    )
    .await;
    let client = connect(&db).await;
    client
        .batch_execute(&format!("SET ROLE {role}"))
        .await
        .unwrap();
    let list = db
        .record(client.simple_query("SELECT title FROM articles"))
        .await;
    list.output().as_ref().unwrap();
    assert_eq!(tops(&list), [""]);
    let why = list.traffic().without_plans().unwrap();
    assert!(why.contains("permission denied"), "{why}");
    assert_eq!(list.counts().errors, 0);
    let settings: Vec<&str> = list.queries().next().unwrap().settings().collect();
    assert_eq!(settings[settings.len() - 1], format!("SET ROLE {role}"));
    client.batch_execute("RESET ROLE").await.unwrap();
    let list = db
        .record(client.simple_query("SELECT title FROM articles"))
        .await;
    assert_eq!(tops(&list), ["Seq Scan"]);
    drop(client);
    execute(&direct, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[perf_test(template = shop)]
async fn settings_of_a_session_can_be_set_in_another(db: PerfDb) {
    let url = format!(
        "{}&options=-c%20work_mem%3D3MB%20-c%20search_path%3Dpublic,%22a%5C%20b%22",
        db.url()
    );
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("SET enable_seqscan = off")
        .await
        .unwrap();
    let list = db.record(client.simple_query("SELECT 1")).await;
    let settings: Vec<&str> = list.queries().next().unwrap().settings().collect();
    let mut other = PgConnection::connect(db.direct_url()).await.unwrap();
    for setting in &settings {
        sqlx::raw_sql(AssertSqlSafe(*setting))
            .execute(&mut other)
            .await
            .unwrap();
    }
    let shown = "SELECT current_setting('work_mem') || current_setting('search_path') || current_setting('enable_seqscan')";
    let there: String = sqlx::query_scalar(shown)
        .fetch_one(&mut other)
        .await
        .unwrap();
    let here: String = client.query_one(shown, &[]).await.unwrap().get(0);
    assert_eq!(
        (there.as_str(), here.as_str()),
        (r#"3MBpublic,"a b"off"#, r#"3MBpublic,"a b"off"#)
    );
}

#[test]
fn a_program_that_makes_its_own_test_asks_for_plans_too() {
    let test = PerfTest::new("own").template(shop).plans();
    let end = test.run(async |db: PerfDb| {
        let client = connect(&db).await;
        let list = db
            .record(client.simple_query("SELECT title FROM articles"))
            .await;
        assert_eq!(tops(&list), ["Seq Scan"]);
    });
    end.unwrap();
}
