//! A user's workspace, outside of this one, in a repository of its own: built, compared, and left as it was.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// All have one target folder, so that what they have in common is built once; and a folder has one comparison at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Workspace {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

struct Told {
    code: i32,
    output: String,
    errors: String,
}

impl Workspace {
    /// With two commits, `one` and what `edit` made of it.
    fn new(edit: impl FnOnce(&Self)) -> Self {
        let workspace = Self {
            folder: tempfile::tempdir().unwrap(),
            _turn: ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner),
        };
        copy(&fixture(), workspace.folder.path());
        workspace.git(&["init", "--quiet", "--initial-branch", "main"]);
        workspace.commit("one");
        edit(&workspace);
        workspace.commit("two");
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    fn git(&self, words: &[&str]) -> String {
        let identity = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.invalid",
            "-c",
            "commit.gpgsign=false",
        ];
        let mut command = Command::new("git");
        command
            .args(identity)
            .args(words)
            .current_dir(self.folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What a comparison must leave as it was.
    fn state(&self) -> (String, String, Vec<u8>) {
        (
            self.git(&["--no-optional-locks", "status", "--porcelain"]),
            self.git(&["worktree", "list"]),
            fs::read(self.path(".git/index")).unwrap(),
        )
    }

    fn compare(&self, line: &str) -> Told {
        self.compare_in("", line)
    }

    /// Compares, and looks whether all is as it was.
    fn compare_in(&self, inner: &str, line: &str) -> Told {
        let before = self.state();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bench-compare"));
        // As cargo calls a subcommand.
        command.arg("bench-compare").args(line.split_whitespace());
        if !line.contains(" -- ") {
            command.args(["--", "--package", "sums"]);
        }
        let told = told(
            &environment(command.current_dir(self.path(inner)))
                .output()
                .unwrap(),
        );
        assert_eq!(self.state(), before, "{line}: {}", told.errors);
        told
    }
}

fn told(output: &Output) -> Told {
    Told {
        code: output.status.code().unwrap(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What builds this test is not for what it builds.
fn environment(command: &mut Command) -> &mut Command {
    let ours = std::env::vars_os().map(|(name, _)| name);
    let cargos = ours.filter(|name| name.to_string_lossy().starts_with("CARGO_"));
    for name in cargos.filter(|name| name != "CARGO_HOME") {
        command.env_remove(name);
    }
    command
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_DIR", target())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn fixture() -> PathBuf {
    root().join("tests/fixtures/bench-compare")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-compare")
}

/// All files, with the place of perf-harness written into the manifests.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = text.replace("{harness}", &root().to_string_lossy());
            fs::write(place, text).unwrap();
        }
    }
}

const BENCHES: &str = "sums/benches/sums.rs";

#[test]
fn what_became_slower_is_found_and_all_else_is_not() {
    let workspace =
        Workspace::new(|one| one.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 12_000"));
    let told = workspace.compare("HEAD~1 HEAD --filter changed --filter steady --json -");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    let line = |name: &str| {
        let lines = told.output.lines();
        let mut found = lines.filter(|line| line.split_whitespace().any(|word| word == name));
        found
            .next()
            .unwrap_or_else(|| panic!("{}", told.output))
            .to_owned()
    };
    assert!(line("sums::changed").contains("slower"), "{}", told.output);
    assert!(!line("sums::steady").contains("slower"), "{}", told.output);
    let json = &told.output[told.output.find("\n{").unwrap()..];
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let benchmarks = json["benchmarks"].as_array().unwrap();
    let changed = benchmarks
        .iter()
        .find(|one| one["name"] == "sums::changed")
        .unwrap();
    let change = changed["change"]["estimate"].as_f64().unwrap();
    assert!((0.15..0.25).contains(&change), "{changed}");
    assert_eq!(
        (&changed["mode"], &changed["is_confirmed"]),
        (&"lockstep".into(), &true.into())
    );
}

#[test]
fn a_dirty_tree_is_compared_as_it_is_and_what_is_counted_exactly() {
    let workspace = Workspace::new(|_| ());
    workspace.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 10_001");
    let told = workspace.compare_in("sums", "HEAD --filter counted");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    assert!(
        told.output.contains("steps 10,000 -> 10,001"),
        "{}",
        told.output
    );
    assert!(told.output.contains("working tree"), "{}", told.output);
    let told = workspace.compare("HEAD --filter counted --allow sums::counted=more_is_done");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("more_is_done"), "{}", told.output);
}

#[test]
fn equal_programs_are_not_run() {
    let workspace = Workspace::new(|one| fs::write(one.path("README.md"), "read me").unwrap());
    let told = workspace.compare_in("sums/src", "HEAD~1 HEAD");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("identical"), "{}", told.output);
}

#[test]
fn variants_are_held_to_a_gain() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--variants naive,optimised --require 50%");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    let told = workspace.compare("--variants naive,optimised --require 95%");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    let told = workspace.compare("--variants naive,tuned");
    assert_eq!(told.code, 2);
    assert!(
        told.errors.contains("no bench is in a group `naive`"),
        "{}",
        told.errors
    );
}

#[test]
fn what_cannot_be_measured_is_told() {
    let workspace =
        Workspace::new(|one| one.edit(BENCHES, "fn main() {", "fn main() { let x: u8 = \"no\";"));
    workspace.edit(BENCHES, "fn main() { let x: u8 = \"no\";", "fn main() {");
    for (line, told) in [
        ("mian", "git knows no `mian`; did you mean `main`?"),
        ("HEAD", "(of HEAD)` failed: see above"),
        ("--aa --filter nothing", "nothing"),
        (
            "--aa -- --package sums --bench none",
            "`cargo bench --no-run --package sums --bench none (of the working tree)` failed",
        ),
    ] {
        let error = workspace.compare(line);
        assert_eq!(error.code, 2, "{line}: {}", error.output);
        assert!(error.errors.contains(told), "{line}: {}", error.errors);
    }
}

#[test]
fn a_bench_that_panics_is_told_and_the_others_are_compared() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--aa --filter faulty --filter steady");
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("the pool is empty"), "{}", told.output);
    assert!(told.output.contains("sums::steady"), "{}", told.output);
    // Not divan's, and not asked for.
    assert!(told.output.contains("sums/other"), "{}", told.output);
}

#[test]
fn a_users_own_xtask_has_it() {
    let workspace = Workspace::new(|_| ());
    let mut command = Command::new("cargo");
    command.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--",
        "bench-compare",
        "--aa",
        "--list",
    ]);
    let told = told(
        &environment(command.current_dir(workspace.folder.path()))
            .output()
            .unwrap(),
    );
    assert_eq!(told.code, 0, "{}", told.errors);
    assert!(
        told.output.lines().any(|line| line == "sums::steady"),
        "{}",
        told.output
    );
}
