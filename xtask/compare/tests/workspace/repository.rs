//! A repository with a user's workspace in it, and what a comparison there tells.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// What the tests edit.
pub(crate) const BENCHES: &str = "sums/benches/sums.rs";

/// All have one target folder, so that what they have in common is built once; and a folder has one comparison at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(crate) struct Workspace {
    pub(crate) folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Workspace {
    /// With two commits, `one` and what `edit` made of it.
    pub(crate) fn new(edit: impl FnOnce(&Self)) -> Self {
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

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    pub(crate) fn git(&self, words: &[&str]) -> String {
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
    pub(crate) fn state(&self) -> (String, String, Vec<u8>) {
        (
            self.git(&["--no-optional-locks", "status", "--porcelain"]),
            self.git(&["worktree", "list"]),
            fs::read(self.path(".git/index")).unwrap(),
        )
    }

    pub(crate) fn compare(&self, line: &str) -> Told {
        self.compare_in("", line)
    }

    /// Compares, and looks whether all is as it was.
    pub(crate) fn compare_in(&self, inner: &str, line: &str) -> Told {
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

pub(crate) fn told(output: &Output) -> Told {
    Told {
        code: output.status.code().unwrap(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What builds this test is not for what it builds.
pub(crate) fn environment(command: &mut Command) -> &mut Command {
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
