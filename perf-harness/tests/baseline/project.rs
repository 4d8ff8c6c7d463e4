//! A package of its own with a target directory of its own, and this test program as the one that cargo built there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The variable that tells a process what to do.
pub(crate) const ROLE: &str = "PERF_HARNESS_TEST_ROLE";

pub(crate) struct Project {
    directory: PathBuf,
    /// Where its file of known findings is, if that is to be told.
    named: Option<PathBuf>,
}

impl Project {
    pub(crate) fn new(name: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("baseline-{name}"));
        drop(std::fs::remove_dir_all(&directory));
        let programs = directory.join("target/debug/deps");
        std::fs::create_dir_all(&programs).unwrap();
        std::fs::create_dir_all(directory.join("src")).unwrap();
        let manifest = "[package]\nname = \"app\"\nedition = \"2024\"\n\n[workspace]\n";
        std::fs::write(directory.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(directory.join("Cargo.lock"), "version = 4\n").unwrap();
        std::fs::write(directory.join("src/lib.rs"), "").unwrap();
        std::fs::write(directory.join("target/CACHEDIR.TAG"), "").unwrap();
        let this = std::env::current_exe().unwrap();
        let program = programs.join("perf-0123456789abcdef");
        if std::fs::hard_link(&this, &program).is_err() {
            std::fs::copy(&this, &program).unwrap();
        }
        Self {
            named: Some(directory.join("perf-baseline.toml")),
            directory,
        }
    }

    /// The file is found by its place alone.
    pub(crate) fn with_a_file_of_its_own(self) -> Self {
        Self {
            named: None,
            ..self
        }
    }

    fn set(&self, command: &mut Command) {
        command
            .current_dir(&self.directory)
            .env("CARGO_PKG_NAME", "app")
            .env("PERF_HARNESS_KEEP_FAILED", "0")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("NEXTEST_TEST_NAME")
            .env_remove("NEXTEST_EXECUTION_MODE");
        match &self.named {
            Some(file) => command.env("PERF_HARNESS_BASELINE", file),
            None => command
                .env_remove("PERF_HARNESS_BASELINE")
                .env("CARGO_MANIFEST_DIR", &self.directory),
        };
    }

    fn run(&self, role: &str) -> Output {
        let program = self
            .directory
            .join("target/debug/deps/perf-0123456789abcdef");
        let mut command = Command::new(&program);
        command
            .args(["--exact", "a_child_acts", "--nocapture"])
            .env(ROLE, role);
        self.set(&mut command);
        command.output().unwrap()
    }

    /// Runs the test, which must pass, and returns what it said.
    #[track_caller]
    pub(crate) fn passes(&self, role: &str) -> String {
        let output = self.run(role);
        let said = self.said(&output);
        assert_eq!(output.status.code(), Some(0), "{role}: {said}");
        said
    }

    /// Runs the test, which must fail, and returns what it said.
    #[track_caller]
    pub(crate) fn fails(&self, role: &str) -> String {
        let output = self.run(role);
        let said = self.said(&output);
        assert_eq!(output.status.code(), Some(1), "{role}: {said}");
        said
    }

    fn said(&self, output: &Output) -> String {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.replace(&self.directory.display().to_string(), "<project>");
        let is_told = |line: &&str| !line.starts_with("perf-harness uses");
        said.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    /// `perf-harness baseline ..`, with the exit code that it must have.
    #[track_caller]
    pub(crate) fn command(&self, words: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perf-harness"));
        self.set(&mut command);
        let output = command.arg("baseline").args(words).output().unwrap();
        let said = String::from_utf8(output.stdout.clone()).unwrap() + &self.said(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        said.replace(&self.directory.display().to_string(), "<project>")
    }

    fn file(&self) -> PathBuf {
        self.directory.join("perf-baseline.toml")
    }

    /// The text of its file of known findings.
    pub(crate) fn baseline(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = self.baseline();
        assert!(text.contains(from), "{from} in {text}");
        std::fs::write(self.file(), text.replacen(from, to, 1)).unwrap();
    }

    /// What became of each known finding in the last run, and what it cost.
    pub(crate) fn states(&self) -> Vec<(String, Option<u64>)> {
        let file = self
            .directory
            .join("target/perf-harness/app/perf/users.list.baseline.json");
        let text = std::fs::read_to_string(&file).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["schema"], "perf-harness/baseline/1");
        let entries = document["entries"].as_array().unwrap().iter();
        let state = |entry: &serde_json::Value| {
            let state = entry["state"].as_str().unwrap().to_owned();
            (state, entry["count"].as_u64())
        };
        entries.map(state).collect()
    }
}
