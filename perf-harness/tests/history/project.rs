//! A workspace of its own with budgets and a target directory, and this test program as the one that cargo built there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The variable that tells a process what to do.
pub(crate) const ROLE: &str = "PERF_HARNESS_TEST_ROLE";
pub(crate) const COMMIT: &str = "70fa2e9aa7d6c0aa94c6d9c5e3ef3a1b2c3d4e5f";

pub(crate) struct Project {
    directory: PathBuf,
    /// What nextest would call the run.
    nextest: &'static str,
    /// What the run is called, and where its points go, if that is said.
    named: Vec<(&'static str, String)>,
}

impl Project {
    pub(crate) fn new(name: &str, budgets: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{name}"));
        drop(std::fs::remove_dir_all(&directory));
        let write = |file: &str, text: &str| {
            let file = directory.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        let manifest = "[package]\nname = \"app\"\nedition = \"2024\"\n\n[workspace]\n";
        write("Cargo.toml", manifest);
        write("Cargo.lock", "version = 4\n");
        write("src/lib.rs", "");
        write("perf-budgets.toml", budgets);
        write(".git/HEAD", COMMIT);
        write("target/CACHEDIR.TAG", "");
        write("target/debug/deps/here", "");
        let project = Self {
            directory,
            nextest: "run-1",
            named: Vec::new(),
        };
        let this = std::env::current_exe().unwrap();
        if std::fs::hard_link(&this, project.program()).is_err() {
            std::fs::copy(&this, project.program()).unwrap();
        }
        project
    }

    fn program(&self) -> PathBuf {
        self.directory
            .join("target/debug/deps/perf-0123456789abcdef")
    }

    /// From now on it is another run.
    pub(crate) fn next_run(&mut self, nextest: &'static str) {
        self.nextest = nextest;
    }

    pub(crate) fn set(&mut self, variable: &'static str, value: &str) {
        self.named.push((variable, value.to_owned()));
    }

    fn environment(&self, command: &mut Command) {
        command
            .current_dir(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory)
            .env("CARGO_PKG_NAME", "app")
            .env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR"))
            .env("NEXTEST_RUN_ID", self.nextest)
            .env("PERF_HARNESS_KEEP_FAILED", "0")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("NEXTEST_TEST_NAME")
            .env_remove("NEXTEST_EXECUTION_MODE");
        for variable in ["HISTORY", "RUN", "BUDGETS", "BASELINE"] {
            command.env_remove(format!("PERF_HARNESS_{variable}"));
        }
        command.envs(self.named.iter().map(|(name, value)| (name, value)));
    }

    pub(crate) fn start(&self, role: &str) -> Child {
        let mut command = Command::new(self.program());
        command
            .args(["--exact", "a_child_acts", "--nocapture"])
            .env(ROLE, role)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        self.environment(&mut command);
        command.spawn().unwrap()
    }

    /// Runs a test, which must end with this exit code, and gives what it said.
    #[track_caller]
    pub(crate) fn run(&self, role: &str, code: i32) -> String {
        ended(role, self.start(role).wait_with_output().unwrap(), code)
    }

    /// What the program prints, with the exit code that it must have.
    #[track_caller]
    pub(crate) fn command(&self, words: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perf-harness"));
        self.environment(&mut command);
        let output = command.args(words).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        said.replace(&self.directory.display().to_string(), "<project>")
    }

    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.command(words, 0)).unwrap()
    }

    pub(crate) fn history(&self) -> PathBuf {
        self.directory.join("target/perf-harness/history")
    }

    /// The files of its history.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.history()).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// All lines of its history.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let texts = self
            .files()
            .into_iter()
            .map(|file| std::fs::read_to_string(file).unwrap());
        let texts: String = texts.collect();
        let lines = texts.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn budgets(&self) -> String {
        std::fs::read_to_string(self.directory.join("perf-budgets.toml")).unwrap()
    }
}

#[track_caller]
pub(crate) fn ended(role: &str, output: Output, code: i32) -> String {
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{role}: {said}");
    said
}
