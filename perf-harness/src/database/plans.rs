//! A database whose sessions can tell the plans that really ran: `auto_explain` is loaded into each, and is silent until a
//! session is told otherwise. The recorder does that, and takes out what it tells.
//!
//! PostgreSQL documentation, appendix F, "`auto_explain`".

use sqlx::{AssertSqlSafe, Row as _};

use super::admin::{Admin, sqlstate};
use crate::postgres::cause;

/// Do the sessions of a database tell the plans that really ran?
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plans {
    /// Nobody asked for them.
    Off,
    On,
    /// They cannot, and why, for a person.
    Refused(String),
}

/// How `auto_explain` tells. `INFO` is sent whatever `client_min_messages` says, and goes into no log of the server.
/// Values can be secrets: they are left out where the server would tell them.
const SETTINGS: [(&str, &str, u32); 11] = [
    ("log_min_duration", "-1", 0),
    ("sample_rate", "1", 0),
    ("log_level", "info", 0),
    ("log_format", "json", 0),
    ("log_analyze", "on", 0),
    ("log_timing", "off", 0),
    ("log_buffers", "on", 0),
    ("log_triggers", "on", 0),
    ("log_verbose", "on", 0),
    ("log_nested_statements", "on", 0),
    ("log_parameter_max_length", "0", 160_000),
];

/// Has each session of a database that nobody is connected to load it from now on. One that could not would keep everybody
/// out, so it is loaded here first: all of it holds, or nothing does.
pub(super) async fn switch_on(admin: &Admin, database: &str, source: &str) -> Plans {
    let asked = match libraries(admin, source).await {
        Ok(libraries) => {
            let statements = statements(database, &libraries, admin.server.version);
            admin.execute(statements).await
        }
        Err(error) => Err(error),
    };
    asked.map_or_else(
        |error| Plans::Refused(refused(admin, &error)),
        |()| Plans::On,
    )
}

/// Of a database that was made before, perhaps by another process.
pub(super) async fn found(admin: &Admin, database: &str) -> Plans {
    let asked = format!(
        "SELECT EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) AS setting WHERE setrole = 0
         AND setdatabase = (SELECT oid FROM pg_database WHERE datname = '{database}')
         AND setting LIKE 'auto_explain.log_min_duration=%')"
    );
    let is_on = sqlx::raw_sql(AssertSqlSafe(asked))
        .fetch_one(&mut *admin.at_hand().await)
        .await
        .and_then(|row| row.try_get(0));
    match is_on {
        Ok(true) => Plans::On,
        Ok(false) => match admin.execute(LOAD.to_owned()).await {
            Ok(()) => Plans::Refused(
                "auto_explain was refused when the copy that read-only tests share was made"
                    .to_owned(),
            ),
            Err(error) => Plans::Refused(refused(admin, &error)),
        },
        Err(error) => Plans::Refused(refused(admin, &error)),
    }
}

const LOAD: &str = "LOAD 'auto_explain'";

fn statements(database: &str, libraries: &str, version: u32) -> String {
    let settings = SETTINGS
        .iter()
        .filter(|(_, _, since)| version >= *since)
        .map(|(name, value, _)| format!("auto_explain.{name} = '{value}'"));
    let preload = format!("session_preload_libraries = {libraries}");
    let assigned = [preload]
        .into_iter()
        .chain(settings)
        .map(|assignment| format!("ALTER DATABASE \"{database}\" SET {assignment}"));
    let all: Vec<String> = [LOAD.to_owned()].into_iter().chain(assigned).collect();
    all.join("; ")
}

/// What sessions load anyway, and `auto_explain`, as `SET` takes it.
async fn libraries(admin: &Admin, source: &str) -> sqlx::Result<String> {
    let of_source = admin.settings(source).await?;
    let of_source = of_source
        .iter()
        .find_map(|assignment| assignment.strip_prefix("session_preload_libraries = "));
    if let Some(libraries) = of_source {
        return Ok(with_auto_explain(libraries));
    }
    let of_server = sqlx::raw_sql("SELECT current_setting('session_preload_libraries')")
        .fetch_one(&mut *admin.at_hand().await)
        .await?;
    Ok(with_auto_explain(of_server.try_get(0)?))
}

/// A list as `SHOW` gives it, with one name more: `a, "b"` becomes `'a', 'b', 'auto_explain'`.
fn with_auto_explain(libraries: &str) -> String {
    let names = libraries.trim_start_matches('E').split(',');
    let names = names.map(|name| name.trim().trim_matches(['"', '\'']));
    let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    if !names.contains(&"auto_explain") {
        names.push("auto_explain");
    }
    let quoted = names
        .iter()
        .map(|name| format!("'{}'", name.replace('\'', "''")));
    quoted.collect::<Vec<_>>().join(", ")
}

fn refused(admin: &Admin, error: &sqlx::Error) -> String {
    let cause = cause(error);
    match sqlstate(error).as_deref() {
        Some("42501") => {
            format!(
                "the role `{}` may not load auto_explain: {cause}",
                admin.server.role
            )
        }
        Some("58P01") => format!("the server has no auto_explain: {cause}"),
        _ => format!("auto_explain could not be loaded: {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loaded_already_is_loaded_besides() {
        let check = |libraries: &str, expected: &str| {
            assert_eq!(with_auto_explain(libraries), expected, "{libraries}");
        };
        check("", "'auto_explain'");
        check("E''", "'auto_explain'");
        check("pg_hint_plan", "'pg_hint_plan', 'auto_explain'");
        check(r#""$libdir/a", b"#, "'$libdir/a', 'b', 'auto_explain'");
        check("auto_explain, b", "'auto_explain', 'b'");
    }

    #[test]
    fn what_a_server_does_not_know_is_not_set() {
        let has = |version| statements("x", "'auto_explain'", version).contains("parameter_max");
        assert!(!has(159_999) && has(160_000));
        let all = statements("x", "'auto_explain'", 150_000);
        let first = "LOAD 'auto_explain'; ALTER DATABASE \"x\" SET session_preload_libraries = 'auto_explain'; \
                     ALTER DATABASE \"x\" SET auto_explain.log_min_duration = '-1'; ";
        assert!(all.starts_with(first), "{all}");
    }
}
