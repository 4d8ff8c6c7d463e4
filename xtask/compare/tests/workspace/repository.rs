//! A repository with a user's workspace in it, and what a comparison there tells.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-bench-compare");

/// What the tests edit.
pub(crate) const BENCHES: &str = "sums/benches/sums.rs";

/// All have one target folder, so that what they have in common is built once; and a folder has one comparison at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(crate) struct Workspace {
    pub(crate) folder: TempDir,
    /// For what is temporary: nothing of it stays.
    pub(crate) temporary: TempDir,
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
            temporary: tempfile::tempdir().unwrap(),
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
        self.compare_in("", line)
    }

    pub(crate) fn compare_in(&self, inner: &str, line: &str) -> Told {
        self.leaves_all_as_it_was(self.command(line).current_dir(self.path(inner)))
    }

    /// With no words for cargo but those of the line.
    pub(crate) fn exactly(&self, line: &str) -> Told {
        self.exactly_in("", line)
    }

    pub(crate) fn exactly_in(&self, inner: &str, line: &str) -> Told {
        let mut command = self.with(Command::new(PROGRAM), line);
        self.leaves_all_as_it_was(command.current_dir(self.path(inner)))
    }

    /// As cargo calls a subcommand.
    pub(crate) fn command(&self, line: &str) -> Command {
        self.with_words(Command::new(PROGRAM), line)
    }

    /// By a shell that does something before, and then is it.
    pub(crate) fn after(&self, script: &str, line: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("{script}; exec \"$0\" \"$@\""), PROGRAM]);
        self.with_words(shell, line)
    }

    fn with_words(&self, command: Command, line: &str) -> Command {
        let mut command = self.with(command, line);
        if !line.contains(" -- ") {
            command.args(["--", "--package", "sums"]);
        }
        command
    }

    fn with(&self, mut command: Command, line: &str) -> Command {
        command.arg("bench-compare").args(line.split_whitespace());
        environment(&mut command)
            .current_dir(self.folder.path())
            .env("TMPDIR", self.temporary.path());
        command
    }

    /// Runs it, and looks whether that left anything.
    pub(crate) fn leaves_all_as_it_was(&self, command: &mut Command) -> Told {
        let before = self.state();
        let told = told(&command.output().unwrap());
        assert_eq!(self.state(), before, "{command:?}: {}", told.errors);
        assert_eq!(self.left(), Vec::<PathBuf>::new(), "{command:?}");
        told
    }

    /// Temporary files, copies of programs, and programs that were built and still run.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.temporary.path()).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        let copies = target().join("bench-compare/running");
        let copies = copies.exists().then_some(copies);
        let running = processes().into_values();
        files.chain(copies).chain(running).collect()
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

/// Those whose program was built here, as far as the system tells.
pub(crate) fn processes() -> BTreeMap<i32, PathBuf> {
    let Ok(all) = fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let programs = numbers.filter_map(|number: i32| {
        let program = fs::read_link(format!("/proc/{number}/exe")).ok()?;
        program.starts_with(target()).then_some((number, program))
    });
    programs.collect()
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
