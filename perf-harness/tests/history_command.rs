//! What tests leave to the history, in processes of their own, and what `perf-harness budgets` and `history` make of it as a
//! user calls them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "history/project.rs"]
mod project;

use insta::assert_snapshot;
use perf_harness::{PerfTest, Queries};
use serde_json::Value;

use project::{COMMIT, Project, ROLE, ended};

const BUDGETS: &str = "\
# What an endpoint may cost.
[budgets.\"GET /api/users/\"]
max_queries = 5 # was 101
max_rows = 300

# At night.
[budgets.report]
max_queries = 30
";

/// The test that other processes act in: `users 2` is a list that costs two queries.
#[test]
fn a_child_acts() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let (what, number) = role.split_once(' ').unwrap();
    let number: usize = number.parse().unwrap();
    let outcome = PerfTest::new(format!("pages::{what}")).run(async |db| {
        let pool = db.pool();
        let ask = async |times: usize| {
            for _ in 0..times {
                sqlx::query("SELECT 1").execute(&pool).await.unwrap();
            }
        };
        match what {
            "many" => {
                for _ in 0..number {
                    db.record(ask(1)).await.check(Queries::at_most(1));
                }
            }
            "users" => db
                .record(ask(number))
                .await
                .check_within(Some("GET /api/users/")),
            "report" => db.record(ask(number)).await.check_within(Some("report")),
            _ => {
                let unasked = db.record(ask(number)).await;
                assert_eq!(unasked.queries().count(), number);
            }
        }
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn each_recording_that_was_asserted_on_is_one_line_and_no_sql_is_in_it() {
    let project = Project::new("line", BUDGETS);
    project.run("users 2", 0);
    project.run("unasked 3", 0);
    let lines = project.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    let check = |key: &str, expected: Value| assert_eq!(line[key], expected, "{key} of {line}");
    check("schema", "perf-harness/history/1".into());
    check("run", "nextest-run-1".into());
    check("commit", serde_json::json!({ "id": COMMIT }));
    check("package", "app".into());
    check("program", "perf".into());
    check("test", "pages::users".into());
    check("entry", "GET /api/users/".into());
    check("budgets", "perf-budgets.toml".into());
    check("profile", "debug".into());
    check("verdict", "passed".into());
    assert_eq!(line["values"]["queries"], 2);
    assert_eq!(line["values"]["rows"], 2);
    assert!(line["values"]["bytes"].as_u64() > Some(0), "{line}");
    assert_eq!(line["limits"]["queries"], 5);
    assert!(line["machine"]["id"].is_string(), "{line}");
    assert!(!line.to_string().contains("SELECT"), "{line}");
}

#[test]
fn two_processes_that_write_at_once_lose_nothing() {
    let project = Project::new("at-once", BUDGETS);
    let children = ["many 40", "users 2"].map(|role| (role, project.start(role)));
    for (role, child) in children {
        ended(role, child.wait_with_output().unwrap(), 0);
    }
    assert_eq!(project.files().len(), 1, "{:?}", project.files());
    let lines = project.lines();
    assert_eq!(lines.len(), 41);
    let named = |name: &str| {
        lines
            .iter()
            .filter(|line| line["recording"] == name)
            .count()
    };
    assert_eq!((named("recording"), named("recording 40")), (2, 1));
}

#[test]
fn what_a_process_left_half_written_is_passed_over_and_told() {
    let mut project = Project::new("cut", BUDGETS);
    project.run("users 4", 0);
    let file = &project.files()[0];
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, &text[..text.len() - 30]).unwrap();
    project.run("users 3", 0);
    let told = project.json(&["history", "show", "users", "--json"]);
    let points = told["series"][0]["points"].as_array().unwrap();
    assert_eq!(points.len(), 1, "{told}");
    assert_eq!(points[0]["values"]["queries"], 3);
    let passed_over = told["passed_over"].as_array().unwrap();
    assert_eq!(passed_over.len(), 1, "{told}");
    assert!(
        passed_over[0]
            .as_str()
            .unwrap()
            .ends_with("line 1 is not understood"),
        "{told}"
    );
    project.next_run("run-2");
    project.run("users 2", 0);
    let shown = project.command(
        &["history", "show", "GET /api/users/", "--metric", "queries"],
        0,
    );
    assert!(shown.contains("  queries          █▁\n"), "{shown}");
    assert!(
        shown.contains(&format!("{}\n", &COMMIT[..9])) || shown.contains(&COMMIT[..9]),
        "{shown}"
    );
}

#[test]
fn what_a_test_cost_is_shown_run_after_run() {
    let mut project = Project::new("shown", BUDGETS);
    for (run, role) in [
        ("run-1", "users 5"),
        ("run-2", "users 4"),
        ("run-3", "users 2"),
    ] {
        project.next_run(run);
        project.run(role, 0);
    }
    let shown = project.command(&["history", "show", "GET /api/users/"], 0);
    let told = project.json(&["history", "show", "GET /api/users/", "--json"]);
    let points = told["series"][0]["points"].as_array().unwrap();
    let steady = points.iter().fold(shown, |shown, point| {
        let at = point["at"].as_str().unwrap();
        let machine = point["machine"].as_str().unwrap();
        shown
            .replace(&at[..16].replace('T', " "), "2026-11-26 09:24")
            .replace(machine, "6c1a41d1b1f5")
    });
    assert_snapshot!("what_is_shown", steady);
    let list = project.command(&["history", "list"], 0);
    assert!(list.contains("  runs             3, the last "), "{list}");
    assert!(list.contains("queries 2 of 5"), "{list}");
}

#[test]
fn shards_of_one_run_are_merged_by_copying_their_files() {
    let shard = |name: &str, nextest: &'static str| {
        let mut shard = Project::new(name, BUDGETS);
        shard.next_run(nextest);
        shard.set("PERF_HARNESS_RUN", "ci-7.1");
        shard
    };
    let (one, other) = (shard("shard-1", "a"), shard("shard-2", "b"));
    one.run("users 2", 0);
    other.run("report 7", 0);
    let told = one.command(&["budgets", "--check"], 1);
    assert!(told.contains("UNCHECKED"), "{told}");
    for file in other.files() {
        std::fs::copy(&file, one.history().join(file.file_name().unwrap())).unwrap();
    }
    let told = one.command(&["budgets", "--check"], 0);
    assert!(told.contains("2 tests"), "{told}");
    let history = other.history();
    let from = ["budgets", "--check", "--from", history.to_str().unwrap()];
    one.command(&from, 1);
}

/// What differs from run to run is told alike.
fn steady(told: &str, project: &Project) -> String {
    let table: Value = project.json(&["budgets", "--json"]);
    let ended = table["run"]["ended"].as_str().unwrap();
    told.replace(&ended[..16].replace('T', " "), "2026-11-26 09:24")
}

#[test]
fn the_table_tells_what_holds_what_is_over_and_what_nothing_checked() {
    let mut project = Project::new("table", BUDGETS);
    assert_snapshot!("no_run_at_all", project.command(&["budgets", "--check"], 1));
    project.run("users 2", 0);
    project.run("report 12", 0);
    let told = project.command(&["budgets", "--check"], 0);
    assert_snapshot!("what_holds", steady(&told, &project));
    project.next_run("run-2");
    project.run("users 6", 101);
    let told = project.command(&["budgets", "--check"], 1);
    assert!(told.contains("OVER: perf pages::users"), "{told}");
    assert!(told.contains("UNCHECKED, 12 on "), "{told}");
    project.command(&["budgets"], 0);
    let json = project.json(&["budgets", "--json"]);
    assert_eq!(json["schema"], "perf-harness/budgets/1");
    assert_eq!(json["rows"][0]["state"], "over");
    assert_eq!(json["red"], true);
    let page = project.command(&["budgets", "--markdown"], 0);
    assert!(page.starts_with("### Budgets\n"), "{page}");
    assert!(page.contains("| **OVER: perf pages::users** |"), "{page}");
}

#[test]
fn what_holds_today_can_be_all_that_is_allowed() {
    let project = Project::new("tighten", BUDGETS);
    project.run("users 2", 0);
    project.run("report 12", 0);
    let told = project.command(&["budgets", "--tighten"], 0);
    assert_snapshot!("what_was_tightened", steady(&told, &project));
    let expected = BUDGETS
        .replace("= 5 #", "= 2 #")
        .replace("= 300", "= 2")
        .replace("= 30\n", "= 12\n");
    assert_eq!(project.budgets(), expected);
    let again = project.command(&["budgets", "--tighten"], 0);
    assert!(
        again.starts_with("nothing of perf-budgets.toml can be tightened\n"),
        "{again}"
    );
    project.run("users 3", 101);
    project.command(&["budgets", "--tighten", "--margin", "10%"], 0);
    assert_eq!(project.budgets(), expected);
}

#[test]
fn nothing_is_written_where_that_is_said() {
    let mut project = Project::new("off", BUDGETS);
    project.set("PERF_HARNESS_HISTORY", "off");
    project.run("users 2", 0);
    assert!(project.files().is_empty());
    let told = project.command(&["history", "list"], 2);
    assert!(told.contains("PERF_HARNESS_HISTORY is `off`"), "{told}");
}

#[test]
fn a_place_that_cannot_be_written_fails_no_test_and_is_told() {
    let mut project = Project::new("unwritable", BUDGETS);
    project.set("PERF_HARNESS_HISTORY", "Cargo.toml/history");
    let said = project.run("users 2", 0);
    let warning = "perf-harness warns: the history of this run cannot be written: ";
    assert_eq!(said.matches(warning).count(), 1, "{said}");
    project.set("PERF_HARNESS_HISTORY", "elsewhere");
    project.run("users 2", 0);
    let told = project.json(&["history", "list", "--json"]);
    assert_eq!(told["series"][0]["entry"], "GET /api/users/");
}

#[test]
fn a_mistake_in_the_words_or_in_the_file_is_told_with_the_code_of_one() {
    let project = Project::new("mistakes", "[budgets.a]\nmax_querys = 3\n");
    let told = project.command(&["budgets"], 2);
    assert!(told.contains("perf-budgets.toml:2:"), "{told}");
    assert!(
        project
            .command(&["budgets", "--chek"], 2)
            .contains("did you mean `--check`?")
    );
    assert!(
        project
            .command(&["history", "list"], 2)
            .contains("no test has left anything in")
    );
}
