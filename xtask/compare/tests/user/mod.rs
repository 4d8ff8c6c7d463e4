//! A user's workspace in a repository of its own, outside of this one, and what `cargo bench-compare` says there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// All have one target folder, so that what they have in common is built once; and a folder has one comparison at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A copy of `tests/fixtures/bench-compare`, committed.
pub(crate) struct Workspace {
    pub(crate) folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// How a command ended, and what it said.
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        let workspace = Self {
            folder: tempfile::tempdir().unwrap(),
            _turn: ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner),
        };
        copy(
            &root().join("tests/fixtures/bench-compare"),
            workspace.folder.path(),
        );
        workspace.git(&["init", "--quiet", "--initial-branch", "main"]);
        workspace.commit("one");
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
        let mut command = Command::new("git");
        for setting in [
            "user.name=a",
            "user.email=a@b.invalid",
            "commit.gpgsign=false",
        ] {
            command.args(["-c", setting]);
        }
        command.args(words).current_dir(self.folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What a comparison must leave as it was: the checkout, the work trees, the index.
    pub(crate) fn state(&self) -> (String, String, Option<Vec<u8>>) {
        let git = self.path(".git");
        let told = |words: &[&str]| {
            if git.exists() {
                self.git(words)
            } else {
                String::new()
            }
        };
        (
            told(&["--no-optional-locks", "status", "--porcelain"]),
            told(&["worktree", "list"]),
            fs::read(git.join("index")).ok(),
        )
    }

    pub(crate) fn compare(&self, line: &str) -> Told {
        self.tells(&mut self.command(line))
    }

    /// Runs it, and looks whether all is as it was.
    pub(crate) fn tells(&self, command: &mut Command) -> Told {
        let before = self.state();
        let output = command.output().unwrap();
        let told = Told {
            code: output.status.code().unwrap(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert_eq!(self.state(), before, "{}", told.errors);
        told
    }

    /// As cargo calls a subcommand.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bench-compare"));
        command.arg("bench-compare").args(line.split_whitespace());
        command.current_dir(self.folder.path());
        environment(&mut command);
        command
    }
}

impl Told {
    /// With this exit code, or all that was said is told.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        let Self { output, errors, .. } = &self;
        assert_eq!(self.code, code, "{output}\n{errors}");
        self
    }

    /// The output has this in it.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        let Self { output, errors, .. } = &self;
        assert!(output.contains(part), "{part}: {output}\n{errors}");
        self
    }

    /// The errors have this in them.
    #[track_caller]
    pub(crate) fn complains(self, part: &str) -> Self {
        let Self { output, errors, .. } = &self;
        assert!(errors.contains(part), "{part}: {errors}\n{output}");
        self
    }
}

/// What builds this test is not for what it builds.
fn environment(command: &mut Command) {
    let ours = std::env::vars_os().map(|(name, _)| name);
    let cargos = ours.filter(|name| name.to_string_lossy().starts_with("CARGO_"));
    for name in cargos.filter(|name| name != "CARGO_HOME") {
        command.env_remove(name);
    }
    command
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_DIR", target());
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Where all of them are built.
pub(crate) fn target() -> PathBuf {
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
