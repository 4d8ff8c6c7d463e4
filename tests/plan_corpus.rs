//! The plans that `perf-harness/src/plan/corpus` keeps are what a server gives.
//!
//! With `PERF_HARNESS_CAPTURE_PLANS=1` they are captured instead, those of the server's major version:
//! `PERF_HARNESS_POSTGRES=download:17 PERF_HARNESS_CAPTURE_PLANS=1 cargo test -p acceptance --test plan_corpus`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use perf_harness::{PerfDb, perf_test};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

const CAPTURE: &str = "PERF_HARNESS_CAPTURE_PLANS";

/// What plans depend on, whatever the machine and the provider of the server. Rows whose commit is not on disk yet are not
/// visible to all, whatever a vacuum does.
const SETTINGS: &str =
    "SET synchronous_commit = on; SET jit = off; SET work_mem = '4MB'; SET hash_mem_multiplier = 1; SET random_page_cost = 4;
    SET effective_cache_size = '4GB'; SET max_parallel_workers_per_gather = 2; SET timezone = 'UTC';
    SET default_statistics_target = 100; SET application_name = 'plan_corpus'";

#[perf_test]
async fn the_captured_plans_are_what_the_server_gives(db: PerfDb) {
    let mut connection = PgConnection::connect(db.direct_url()).await.unwrap();
    let major = text(
        &mut connection,
        "SELECT current_setting('server_version_num')::int / 10000 || ''",
    )
    .await;
    let major: u32 = major.parse().unwrap();
    run(&mut connection, SETTINGS).await;
    run(&mut connection, &read("schema.sql")).await;
    run(&mut connection, "VACUUM (ANALYZE)").await;
    let statements = read("statements.sql");
    let mut plans = BTreeMap::new();
    for statement in statements.split("-- name: ").skip(1).map(Statement::of) {
        if statement.from <= major && has(&mut connection, statement.needs).await {
            plans.insert(statement.name, statement.explained(&mut connection).await);
        }
    }
    let file = corpus().join(format!("{major}.json"));
    if std::env::var(CAPTURE).is_ok_and(|value| value == "1") {
        std::fs::write(&file, written(&plans)).unwrap();
    } else if !file.is_file() {
        println!("skipped: no plans of PostgreSQL {major} are captured, set {CAPTURE}=1");
        return;
    }
    let captured: BTreeMap<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    for (name, plan) in &plans {
        let plan: Value = serde_json::from_str(plan).unwrap();
        let captured = captured
            .get(*name)
            .unwrap_or_else(|| panic!("{name} is not captured"));
        assert_eq!(steps(&plan), steps(captured), "{name}");
    }
    assert!(plans.len() > 90, "only {} plans", plans.len());
}

async fn has(connection: &mut PgConnection, extension: Option<&str>) -> bool {
    let Some(extension) = extension else {
        return true;
    };
    let is_there =
        format!("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '{extension}')::text");
    text(connection, &is_there).await == "true"
}

struct Statement<'a> {
    name: &'a str,
    run: bool,
    generic: Option<&'a str>,
    from: u32,
    /// An extension that not every installation has.
    needs: Option<&'a str>,
    /// What comes before it, in the same transaction.
    before: Vec<String>,
    sql: String,
}

impl<'a> Statement<'a> {
    fn of(block: &'a str) -> Self {
        let (name, rest) = block.split_once('\n').unwrap();
        let mut statement = Self {
            name,
            run: false,
            generic: None,
            from: 0,
            needs: None,
            before: Vec::new(),
            sql: String::new(),
        };
        for line in rest.lines() {
            let word = line
                .strip_prefix("-- ")
                .map(|words| words.split_once(": ").unwrap_or((words, "")));
            match word {
                None => statement.sql += &[line, "\n"].concat(),
                Some(("run", "")) => statement.run = true,
                Some(("generic", values)) => statement.generic = Some(values),
                Some(("from", major)) => statement.from = major.parse().unwrap(),
                Some(("needs", extension)) => statement.needs = Some(extension),
                Some(("with", setting)) => statement.before.push(format!("SET LOCAL {setting}")),
                Some(("before", sql)) => statement.before.push(sql.to_owned()),
                Some(other) => panic!("{name}: {other:?}"),
            }
        }
        statement
    }

    async fn explained(&self, connection: &mut PgConnection) -> String {
        let explain = if self.run {
            "EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE, BUFFERS, TIMING OFF)"
        } else {
            "EXPLAIN (FORMAT JSON, VERBOSE)"
        };
        let mut all = vec!["BEGIN".to_owned()];
        all.extend(self.before.iter().cloned());
        let asked = match self.generic {
            Some(values) => {
                all.push("SET LOCAL plan_cache_mode = force_generic_plan".to_owned());
                all.push(format!("PREPARE asked AS {}", self.sql));
                format!("{explain} EXECUTE asked ({values})")
            }
            None => format!("{explain} {}", self.sql),
        };
        run(connection, &all.join(";\n")).await;
        let plan = text(connection, &asked).await;
        run(connection, "ROLLBACK; DEALLOCATE ALL").await;
        plan
    }
}

/// One line for each plan, without the blanks that the server indents by.
fn written(plans: &BTreeMap<&str, String>) -> String {
    let lines = plans.iter().map(|(name, plan)| {
        let lines: Vec<&str> = plan.lines().map(str::trim).collect();
        format!("\"{name}\": {}", lines.join(" "))
    });
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"))
}

/// The nodes of a plan with what they read, each before what feeds it.
fn steps(document: &Value) -> Vec<String> {
    let mut waiting = vec![&document[0]["Plan"]];
    let mut steps = Vec::new();
    while let Some(node) = waiting.pop() {
        let words = ["Node Type", "Relation Name", "Index Name"]
            .map(|name| node[name].as_str().unwrap_or_default());
        steps.push(words.join(" "));
        waiting.extend(node["Plans"].as_array().into_iter().flatten().rev());
    }
    steps
}

fn corpus() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("perf-harness/src/plan/corpus")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(corpus().join(file)).unwrap()
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    statement
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

async fn text(connection: &mut PgConnection, sql: &str) -> String {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    let row = statement
        .fetch_one(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    row.try_get_unchecked(0).unwrap()
}
