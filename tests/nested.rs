//! Whole programs, run by cargo as a user would: what fails, what it prints, and a crate outside this workspace.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "failing_output.rs"]
mod failing_output;

use std::path::Path;
use std::process::Output;
use std::sync::{Mutex, MutexGuard, PoisonError};

use failing_output::{CHANGING, cargo, root, sections, target, text};
use insta::{assert_snapshot, with_settings};

/// Both runners may start these tests at once, and they write the same files.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static RUNNING: Mutex<()> = Mutex::new(());
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    cargo(directory, arguments).output().unwrap()
}

/// The perf tests that must fail.
const FAILING: [&str; 5] = ["test", "--package", "acceptance", "--test", "failing"];

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

#[test]
fn what_failing_tests_print() {
    let _alone = one_at_a_time();
    let output = run(&root(), &FAILING);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let sections = sections(&printed);
    assert!(
        printed.contains("test result: FAILED. 0 passed; 29 failed; 0 ignored"),
        "{printed}{}",
        text(&output.stderr)
    );
    assert_eq!(sections.len(), 29);
    for (name, told) in sections {
        assert!(
            told.lines().count() <= MOST_LINES * if name.starts_with("two_") { 2 } else { 1 },
            "{told}"
        );
        with_settings!({ filters => CHANGING }, { assert_snapshot!(name, told) });
    }
}

/// Runs one failing test, with `PERF_HARNESS_PARAMETERS` as given, and reads the JSON and the text that it wrote.
fn artefacts(test: &str, parameters: &str) -> (serde_json::Value, String) {
    let mut arguments = FAILING.to_vec();
    arguments.extend(["--", "--exact", test]);
    let mut command = cargo(&root(), &arguments);
    let output = command
        .env("PERF_HARNESS_PARAMETERS", parameters)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let read = |extension: &str| {
        let file = target()
            .join("perf-harness/acceptance/failing")
            .join(format!("{test}.{extension}"));
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    (serde_json::from_str(&read("json")).unwrap(), read("txt"))
}

#[test]
fn a_failure_is_written_for_programs_with_its_values_masked() {
    let _alone = one_at_a_time();
    let (document, told) = artefacts("a_query_for_each_row", "mask");
    assert_eq!(document["schema"], "perf-harness/failure/2");
    let finding = &document["findings"][0];
    assert_eq!(finding["problem"]["actual"], 21);
    assert_eq!(finding["shapes"][0]["count"], 20);
    assert_eq!(finding["shapes"][0]["kind"], "select");
    assert_eq!(finding["tables"]["authors"], 21);
    let parent = &finding["repeated"][0]["parent"];
    assert_eq!(
        (&parent["column"], &parent["proven"]),
        (&"id".into(), &true.into())
    );
    assert_eq!(finding["statements"].as_array().unwrap().len(), 21);
    assert_eq!(finding["statements"][1]["parameter_count"], 2);
    for hidden in ["sql", "parameters"] {
        assert_eq!(finding["statements"][1].get(hidden), None);
    }
    assert!(told.contains("$1 = 20 distinct values, masked"), "{told}");
}

#[test]
fn values_are_written_when_asked_for() {
    let _alone = one_at_a_time();
    let (document, told) = artefacts("the_same_question_again", "show");
    let statements = document["findings"][0]["statements"].as_array().unwrap();
    let is_query = |statement: &&serde_json::Value| statement["class"] == "query";
    let query = statements.iter().find(is_query).unwrap();
    assert_eq!(query["sql"], "SELECT domain FROM sites WHERE id = $1");
    assert_eq!(query["parameters"][0], "1");
    assert!(told.contains("$1 = 1\n"), "{told}");
}

/// A user's crate: a workspace of its own, with the harness as a dev-dependency by path.
fn user_crate(arguments: &[&str]) -> Output {
    user_crate_with(&[], arguments)
}

fn user_crate_with(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let directory = root().join("tests/fixtures/user-crate");
    let mut command = cargo(&directory, arguments);
    command.env("CARGO_TARGET_DIR", target().join("user-crate"));
    let postgres = std::env::var("PERF_HARNESS_POSTGRES").unwrap_or_default();
    if postgres.starts_with("docker") {
        // With the default features there is no such provider.
        command.env("PERF_HARNESS_POSTGRES", "auto");
    }
    command.envs(environment.iter().copied());
    // Its lints are its own.
    command.env_remove("RUSTFLAGS").output().unwrap()
}

#[test]
fn a_strict_crate_stays_free_of_warnings() {
    let _alone = one_at_a_time();
    let output = user_crate(&[
        "clippy",
        "--locked",
        "--all-targets",
        "--",
        "-D",
        "warnings",
        "-D",
        "clippy::pedantic",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn the_tests_of_a_strict_crate_pass() {
    let _alone = one_at_a_time();
    let output = user_crate(&["test", "--locked"]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}{}", text(&output.stderr));
    assert!(printed.contains("7 passed; 0 failed"), "{printed}");
}

#[test]
fn a_provider_whose_feature_is_off_names_the_feature() {
    let _alone = one_at_a_time();
    let output = user_crate_with(
        &[("PERF_HARNESS_POSTGRES", "docker")],
        &["test", "--locked"],
    );
    let printed = text(&output.stdout);
    assert!(!output.status.success(), "{printed}");
    for expected in [
        "PERF_HARNESS_POSTGRES=docker needs the feature `docker` of perf-harness, which is off",
        r#"switch it on: perf-harness = { .., features = ["docker"] }"#,
    ] {
        assert!(printed.contains(expected), "{printed}");
    }
}

/// Mistakes that only the compiler's own checks can find. The macro's are tested beside it.
#[test]
fn a_wrong_type_is_told_with_the_right_shape() {
    let _alone = one_at_a_time();
    for mistake in [
        "template_returns_a_number",
        "template_takes_nothing",
        "test_returns_a_number",
        "budget_is_a_text",
        "limit_has_no_unit",
        "response_has_no_size",
    ] {
        let output = user_crate(&[
            "check",
            "--locked",
            "--quiet",
            "--features",
            "mistakes",
            "--test",
            mistake,
        ]);
        assert!(!output.status.success(), "{mistake} compiled");
        let told = text(&output.stderr);
        // What the compiler adds to each error changes with other files.
        let kept = [
            "error[",
            "has no unit",
            "this function's output",
            "this is no template",
            "expected a `usize`",
            "= note: its shape",
            "= note: implement",
        ];
        let is_main = |line: &&str| kept.iter().any(|part| line.contains(part));
        // The margin is as wide as the line numbers.
        let lines: Vec<&str> = told.lines().map(str::trim).filter(is_main).collect();
        assert_snapshot!(mistake, lines.join("\n"));
    }
}
