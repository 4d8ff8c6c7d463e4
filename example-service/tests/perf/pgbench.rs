//! The upper bound of `cargo xtask load` is one only while pgbench sends what the port sends: the same statements, in the same order.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use example_service::seed::{self, token_of};
use perf_harness::{PerfDb, Query, TemplateDb, perf_test};
use sea_orm::{ConnectionTrait as _, DbErr};

use crate::app::App;

/// From the package's root.
const SCRIPTS: &str = "load/pgbench";

/// Each script, and the request whose statements it has.
const ENDPOINTS: [(&str, &str); 5] = [
    ("dashboard", "/api/dashboard/"),
    ("projects-list", "/api/v1/projects/"),
    ("search-common", "/api/articles/?search=bitmap"),
    ("search-rare", "/api/articles/?search=zugzwang"),
    ("users-list", "/api/users/"),
];

/// The port has these ids from the statement before, and sends them as a parameter.
const IDS: &str = r#"ARRAY(SELECT "id" FROM "projects_project" ORDER BY "id" DESC LIMIT 20)"#;

async fn some_of_all(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await?;
    seed::tokens(&db).await?;
    seed::items(&db, 3_000).await?;
    seed::articles(&db, 300).await?;
    seed::projects(&db, 100).await
}

#[perf_test(template = some_of_all)]
async fn each_script_is_what_its_endpoint_sends(db: PerfDb) {
    let app = App::on(&db).with_token(&token_of(1));
    // The token is remembered from here on, as it is under load.
    app.get("/api/users/").await;
    let mut other = Vec::new();
    for (script, path) in ENDPOINTS {
        let sent = db.record(app.get(path)).await;
        assert!(!sent.output().results().is_empty(), "{path}");
        let sent: Vec<_> = sent.queries().map(shape).collect();
        let scripted = scripted(&db, script).await;
        if scripted != sent {
            other.push(format!(
                "{script}.sql has {scripted:#?}, and sent is {sent:#?}"
            ));
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
}

#[test]
fn no_script_is_left_out() {
    let folder = std::fs::read_dir(SCRIPTS).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    let known = ENDPOINTS.map(|(script, _)| format!("{script}.sql"));
    assert_eq!(names, known);
}

/// The statements of a script as the server gets them: they are run, too.
async fn scripted(db: &PerfDb, script: &str) -> Vec<String> {
    let script = std::fs::read_to_string(format!("{SCRIPTS}/{script}.sql")).unwrap();
    let connection = db.connection();
    let mut shapes = Vec::new();
    for statement in statements(&script) {
        let run = db.record(connection.execute_unprepared(&statement)).await;
        run.output().as_ref().unwrap();
        shapes.extend(run.queries().map(shape));
    }
    shapes
}

/// Without what is pgbench's own.
fn statements(script: &str) -> Vec<String> {
    let is_sql = |line: &&str| !line.starts_with(['\\', '-']);
    let lines: Vec<_> = script.lines().filter(is_sql).collect();
    let sql = lines.join("\n").replace(IDS, "'{}'::bigint[]");
    let statements = sql.split(';').map(|statement| valued(statement.trim()));
    statements
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// With a value for each `:name`; `::` is a cast.
fn valued(statement: &str) -> String {
    let mut parts = statement.split(':');
    let mut valued = parts.next().unwrap_or_default().to_owned();
    let mut is_cast = false;
    for part in parts {
        let is_name = part.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if is_name && !is_cast {
            let end = part.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            valued = valued + "'1'" + &part[end.unwrap_or(part.len())..];
        } else {
            valued = valued + ":" + part;
        }
        is_cast = part.is_empty();
    }
    valued
}

/// A literal, a parameter, and either with its type are the same.
fn shape(query: &Query) -> String {
    let fingerprint = query.fingerprint();
    let mut parts = fingerprint.split('$');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape = shape + "?" + part.trim_start_matches(|digit: char| digit.is_ascii_digit());
    }
    for cast in ["?::integer[]", "?::bigint[]", "?::text", "?::regconfig"] {
        shape = shape.replace(cast, "?");
    }
    shape
}

#[test]
fn a_name_is_a_value_and_a_cast_stays() {
    let script =
        "-- Of `x`.\n\\set id random(1, :ids)\nSELECT :id, ':'::text, (:a_b)::int;\nSELECT 2;\n";
    let expected = ["SELECT '1', ':'::text, ('1')::int", "SELECT 2"];
    assert_eq!(statements(script), expected);
}
