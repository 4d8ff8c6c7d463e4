//! What budgets that do not hold print, and what each check leaves for the suite.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use insta::{assert_snapshot, with_settings};
use serde_json::{Value, json};

use crate::failing_output::{CHANGING, cargo, root, sections, target, text};

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

/// The version that the golden files are of.
const GOLDEN: u32 = 15;

const FAILING: [&str; 5] = [
    "test",
    "--package",
    "acceptance",
    "--test",
    "failing_budgets",
];

/// All write the same files.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static RUNNING: Mutex<()> = Mutex::new(());
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failing(budgets: &str) -> Command {
    let mut command = cargo(&root(), &FAILING);
    command.env("PERF_HARNESS_BUDGETS", budgets);
    command
}

const BUDGETS: &str = "tests/budgets/perf-budgets.toml";

#[test]
fn what_is_over_its_budget_prints() {
    let _alone = one_at_a_time();
    let output = failing(BUDGETS).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let sections = sections(&printed);
    let expected = format!(
        "test result: FAILED. 4 passed; {} failed; 0 ignored",
        sections.len()
    );
    assert!(printed.contains(&expected), "{printed}");
    assert_eq!(sections.len(), 18, "{printed}");
    // Another version of the server has other plans.
    let is_compared = printed.contains(&format!("perf-harness uses PostgreSQL {GOLDEN}."));
    if !is_compared {
        println!("not compared: the golden files are of PostgreSQL {GOLDEN}");
    }
    for (name, told) in sections {
        let findings = told.matches("problem ").count().max(1);
        assert!(told.lines().count() <= MOST_LINES * findings, "{told}");
        if is_compared {
            let time = (r"[0-9.,]+ ms of", "<n> ms of");
            let bytes = (r"(max_bytes +)[0-9,]+ of", "$1<n> of");
            let allowed = (r"max_bytes = [0-9_]+", "max_bytes = <n>");
            let filters = CHANGING.into_iter().chain([time, bytes, allowed]);
            with_settings!({ filters => filters }, { assert_snapshot!(name, told) });
        }
    }
}

/// What a test left in a file beside its failure.
fn left(test: &str, extension: &str) -> Value {
    let directory = target().join("perf-harness/acceptance/failing_budgets");
    let file = directory.join(format!("{test}.{extension}"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn a_violation_is_told_to_programs() {
    let _alone = one_at_a_time();
    let run = |test: &str| {
        failing(BUDGETS)
            .args(["--", "--exact", test])
            .output()
            .unwrap()
    };
    let output = run("holding::a_test_within_its_budget_passes");
    assert!(output.status.success(), "{}", text(&output.stdout));
    run("an_endpoint_is_over");
    let finding = &left("an_endpoint_is_over", "json")["findings"][0];
    assert_eq!(
        finding["problem"],
        json!({ "kind": "budget", "over": 3, "of": 5 })
    );
    let limit = &finding["budget"]["limits"][0];
    assert_eq!(
        finding["budget"]["place"],
        "tests/budgets/perf-budgets.toml:5"
    );
    assert_eq!(limit["limit"], "max_queries");
    assert_eq!(limit["written"], "tests/budgets/perf-budgets.toml:2");
    assert_eq!((&limit["most"], &limit["actual"]), (&json!(3), &json!(21)));
    assert_eq!(
        finding["assertion"],
        "assert_within_budget!(db, \"GET /articles\", ..)"
    );
}

#[test]
fn a_file_that_means_nothing_fails_each_test_that_asks_it() {
    let _alone = one_at_a_time();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("perf-budgets.toml");
    std::fs::write(&file, "[budgets.\"GET /articles\"]\nlatency_p95_s = 1\n").unwrap();
    let mut told = ["an_endpoint_is_over", "the_test_names_what_is_not_there"].map(|test| {
        let output = failing(file.to_str().unwrap())
            .args(["--", "--exact", test])
            .output()
            .unwrap();
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(101), "{printed}");
        sections(&printed).remove(0).1
    });
    let because = |told: &str| told.lines().nth(2).unwrap().to_owned();
    assert_eq!(because(&told[0]), because(&told[1]));
    let place = (r"/\S+/perf-budgets.toml", "perf-budgets.toml");
    with_settings!({ filters => [place] }, { assert_snapshot!("a_wrong_unit", std::mem::take(&mut told[0])) });
}
