//! The program as a user calls it: what it prints and the code it exits with, in workspaces made for the purpose.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A workspace with these files, and what makes it one.
fn workspace(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let always = [
        ("Cargo.lock", ""),
        ("perf-harness/src/lib.rs", "//! The library.\n"),
    ];
    for (path, text) in always.iter().chain(files) {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    root
}

fn xtask(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(folder).env_remove("CI");
    command
}

/// Asserts on the exit code and returns all that was printed, errors last.
#[track_caller]
fn printed(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + str::from_utf8(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn a_mistake_on_the_command_line_exits_with_2_and_names_what_is_known() {
    let root = workspace(&[]);
    assert_eq!(
        printed(&mut xtask(root.path(), &["tdy"]), 2),
        "error: unknown command `tdy`; did you mean `tidy`?\n  known: tidy, ci, demo, bench-compare, bench-trials, bench-provision, bench-recorder, flake-check, load, postgres, baseline, indexes, budgets, history, help\n"
    );
    let text = printed(&mut xtask(root.path(), &["tidy", "--fix"]), 2);
    assert!(text.contains("does not know `--fix`"), "{text}");
}

#[test]
fn tidy_passes_on_a_tidy_workspace_from_any_folder_of_it() {
    let root = workspace(&[("README.md", "[the library](perf-harness/src/lib.rs)\n")]);
    for folder in ["", "perf-harness/src"] {
        let text = printed(&mut xtask(&root.path().join(folder), &["tidy"]), 0);
        assert_eq!(text, "tidy: 2 files, 0 findings\n");
    }
}

#[test]
fn tidy_prints_every_finding_sorted_and_exits_with_1() {
    let root = workspace(&[
        ("example/src/main.rs", "fn main() {}\n"),
        ("README.md", "Read\n[the guide](guide.md).\n"),
    ]);
    let expected = "\
README.md:2: dead link: there is no `guide.md`
example/src/main.rs:1: no heading: open the file with `//!` and what it answers for
tidy: 3 files, 2 findings
";
    assert_eq!(printed(&mut xtask(root.path(), &["tidy"]), 1), expected);
}

#[test]
fn tidy_does_not_pass_on_nothing() {
    let root = tempfile::tempdir().unwrap();
    let text = printed(&mut xtask(root.path(), &["tidy"]), 2);
    assert!(text.starts_with("error: no Cargo.lock in"), "{text}");

    fs::write(root.path().join("Cargo.lock"), "").unwrap();
    let text = printed(&mut xtask(root.path(), &["tidy"]), 2);
    assert!(text.starts_with("error: tidy checked nothing"), "{text}");
}

#[test]
fn load_has_words_of_its_own() {
    let root = workspace(&[]);
    let text = printed(&mut xtask(root.path(), &["load", "--help"]), 0);
    assert!(
        text.starts_with("Usage: cargo xtask load [flags]\n"),
        "{text}"
    );
    let text = printed(&mut xtask(root.path(), &["load", "--only", "flask"]), 2);
    assert!(
        text.starts_with("error: `--only` does not know `flask`\n"),
        "{text}"
    );
}

#[test]
fn ci_lists_its_steps_and_runs_none() {
    let root = tempfile::tempdir().unwrap();
    let text = printed(&mut xtask(root.path(), &["ci", "--list"]), 0);
    assert!(
        text.starts_with("1 cargo fmt --all --check\n2 cargo xtask tidy\n"),
        "{text}"
    );
}

#[cfg(unix)]
mod with_a_pretended_cargo {
    use super::*;

    /// A workspace whose cargo says what it was called with, and fails when that starts with a given word.
    fn pretend(fails: &str, code: i32) -> (TempDir, impl Fn(&[&str]) -> Command) {
        let script = format!(
            "#!/bin/sh\necho \"did $* $RUSTDOCFLAGS\"\ncase \"$*\" in {fails}*) exit {code};; esac\n"
        );
        let root = workspace(&[("cargo.sh", &script)]);
        let cargo = root.path().join("cargo");
        // Not written by this process: a child of another test could hold it open, and then it would not start.
        let mut install = Command::new("install");
        install.args(["-m", "755", "cargo.sh", "cargo"]);
        printed(install.current_dir(root.path()), 0);
        let folder = root.path().to_path_buf();
        let command = move |arguments: &[&str]| {
            let mut command = xtask(&folder, arguments);
            command.env("CARGO", &cargo).env_remove("RUSTDOCFLAGS");
            command
        };
        (root, command)
    }

    #[test]
    fn ci_runs_each_step_and_ends_with_the_table() {
        let (_root, xtask) = pretend("nothing", 0);
        let text = printed(&mut xtask(&["ci"]), 0);
        for expected in [
            "[1/14] cargo fmt --all --check\ndid fmt --all --check",
            "[2/14] cargo xtask tidy\ntidy: 1 files, 0 findings\n",
            "did doc --workspace --no-deps --all-features -D warnings\n",
            "did run --quiet --package perf-harness --bin perf-harness -- budgets --check",
            "did run --quiet --package example-service --example demo",
            "ci: 14 passed\n",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[test]
    fn ci_stops_at_the_first_failure_with_the_command_to_repeat() {
        let (_root, xtask) = pretend("clippy", 101);
        let text = printed(&mut xtask(&["ci"]), 1);
        let repeat =
            "repeat: cargo clippy --workspace --all-targets --all-features -- -D warnings\n";
        assert!(text.contains(repeat), "{text}");
        assert!(
            text.contains("ci: 2 passed, 1 failed, 11 not run\n"),
            "{text}"
        );
        assert!(!text.contains("did test"), "{text}");
    }

    #[test]
    fn ci_skips_a_missing_nextest_by_name_here_and_fails_without_it_in_ci() {
        let (_root, xtask) = pretend("nextest", 101);
        let text = printed(&mut xtask(&["ci"]), 0);
        let skipped =
            "skipped (cargo-nextest is not installed: cargo install --locked cargo-nextest)";
        assert!(text.contains(skipped), "{text}");
        assert!(text.contains("ci: 13 passed, 1 skipped\n"), "{text}");

        let text = printed(xtask(&["ci"]).env("CI", "true"), 1);
        assert!(
            text.contains("cargo-nextest is not installed, and CI does not skip it"),
            "{text}"
        );
    }

    #[test]
    fn postgres_hands_its_words_on_and_exits_with_the_code_of_the_program() {
        let (_root, xtask) = pretend("run", 1);
        let text = printed(&mut xtask(&["postgres", "stop", "--force"]), 1);
        assert!(
            text.starts_with(
                "did run --quiet --package perf-harness --bin perf-harness -- postgres stop --force"
            ),
            "{text}"
        );
    }

    #[test]
    fn budgets_and_history_hand_all_of_their_words_on() {
        let (_root, xtask) = pretend("run", 1);
        for words in [
            &["budgets", "--tighten", "--margin=10%"][..],
            &["history", "list"],
        ] {
            let text = printed(&mut xtask(words), 1);
            let expected = format!(
                "did run --quiet --package perf-harness --bin perf-harness -- {}",
                words.join(" ")
            );
            assert!(text.starts_with(&expected), "{text}");
        }
    }

    #[test]
    fn ci_stops_where_a_budget_does_not_hold() {
        let (_root, xtask) = pretend("*budgets", 1);
        let text = printed(&mut xtask(&["ci"]), 1);
        assert!(
            text.contains("repeat: cargo xtask budgets --check\n"),
            "{text}"
        );
    }

    #[test]
    fn baseline_hands_all_of_its_words_on() {
        let (_root, xtask) = pretend("run", 1);
        let text = printed(
            &mut xtask(&["baseline", "add", "--issue", "https://x/1", "a::test"]),
            1,
        );
        assert!(
            text.starts_with(
                "did run --quiet --package perf-harness --bin perf-harness -- baseline add --issue https://x/1 a::test"
            ),
            "{text}"
        );
    }

    #[test]
    fn demo_exits_with_the_code_of_the_example() {
        let (_root, xtask) = pretend("run", 7);
        let text = printed(&mut xtask(&["demo"]), 7);
        assert!(
            text.starts_with("did run --quiet --package example-service --example demo"),
            "{text}"
        );
    }
}
