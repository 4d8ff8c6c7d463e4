//! The fixture's programs: built once, then started without cargo in the way.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::error::SetupError;
use crate::workspace;

/// Where the fixture is, from the workspace's root.
const FIXTURE: &str = "tests/fixtures/provisioning";

/// The built programs by name.
pub(super) struct Programs {
    fixture: PathBuf,
    target: PathBuf,
    found: Vec<(String, PathBuf)>,
}

/// The server that all contenders use. It is kept until this is dropped.
pub(super) struct Server {
    pub(super) url: String,
    pub(super) told: String,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    // Its end is the process's sign to go.
    input: Option<ChildStdin>,
}

impl Server {
    /// Lets go of it, and fails if it still has databases of tests.
    pub(super) fn end(mut self) -> Result<(), SetupError> {
        drop(self.input.take());
        let left = self.lines.next().and_then(Result::ok);
        match left.as_deref() {
            Some("0") => Ok(()),
            Some(left) => Err(SetupError::DatabasesLeft(left.to_owned())),
            None => Err(no_server()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        // It ends by itself now; there is nobody left to tell if not.
        drop(self.process.wait());
    }
}

fn no_server() -> SetupError {
    SetupError::Failed("the server of the tests".to_owned())
}

impl Programs {
    pub(super) fn build(root: &Path) -> Result<Self, SetupError> {
        let fixture = root.join(FIXTURE);
        let mut command = Command::new(workspace::cargo());
        command
            .args(["test", "--no-run", "--tests"])
            .current_dir(&fixture)
            .env("CARGO_TARGET_DIR", target(root))
            .stderr(Stdio::piped());
        let line = format!("cargo test --no-run in {FIXTURE}");
        let mut build = started(&mut command, &line)?;
        let told = build.stderr.take().map(BufReader::new);
        let mut found = Vec::new();
        for line in told
            .into_iter()
            .flat_map(BufReader::lines)
            .map_while(Result::ok)
        {
            eprintln!("{line}");
            found.extend(executable(&line));
        }
        let status = build.wait();
        if !status.is_ok_and(|status| status.success()) {
            return Err(SetupError::Failed(line));
        }
        let target = target(root);
        Ok(Self {
            fixture,
            target,
            found,
        })
    }

    /// A command that runs one of the programs.
    pub(super) fn command(&self, name: &str) -> Result<Command, SetupError> {
        let program = self.found.iter().find(|(known, _)| known == name);
        let (_, program) =
            program.ok_or_else(|| SetupError::Failed(format!("the build of {name}")))?;
        let mut command = Command::new(program);
        command.current_dir(&self.fixture);
        Ok(command)
    }

    /// Starts the server, or joins the one that runs.
    pub(super) fn server(&self) -> Result<Server, SetupError> {
        let mut command = Command::new(workspace::cargo());
        command
            .args(["run", "--quiet", "--example", "server"])
            .current_dir(&self.fixture)
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = started(&mut command, "the server of the tests")?;
        let output = process.stdout.take().ok_or_else(no_server)?;
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().and_then(Result::ok).ok_or_else(no_server);
        let (url, told) = (line()?, line()?);
        Ok(Server {
            url,
            told,
            input: process.stdin.take(),
            lines,
            process,
        })
    }
}

/// The fixture is a workspace of its own, with a target folder of its own.
pub(super) fn target(root: &Path) -> PathBuf {
    root.join("target/provisioning")
}

pub(super) fn started(command: &mut Command, what: &str) -> Result<Child, SetupError> {
    command
        .spawn()
        .map_err(|error| SetupError::NotStarted(what.to_owned(), error))
}

/// Reads `  Executable tests/perf_test_5.rs (/target/debug/deps/perf_test_5-3ed51e253c23eec4)`.
fn executable(line: &str) -> Option<(String, PathBuf)> {
    let (source, rest) = line.trim().strip_prefix("Executable ")?.split_once(" (")?;
    let program = rest.strip_suffix(')')?;
    // A library's unit tests are told as `unittests src/lib.rs`.
    let name = Path::new(source).file_stem()?.to_str()?;
    Some((name.to_owned(), PathBuf::from(program)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_where_the_programs_are() {
        let read = |line| executable(line).map(|(name, path)| (name, path.display().to_string()));
        assert_eq!(
            read("  Executable tests/perf_test_5.rs (/srv/app/target/debug/deps/perf_test_5-3ed5)"),
            Some((
                "perf_test_5".to_owned(),
                "/srv/app/target/debug/deps/perf_test_5-3ed5".to_owned()
            ))
        );
        assert_eq!(
            read("  Executable unittests src/lib.rs (/srv/app/target/debug/deps/app-1)")
                .map(|(name, _)| name),
            Some("lib".to_owned())
        );
        assert_eq!(read("   Compiling sqlx v0.9.0"), None);
    }
}
