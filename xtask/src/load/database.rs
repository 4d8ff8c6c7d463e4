//! The server, one filled database on it, and a copy of that for each service: all start from the same content.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::contest::Sizes;
use crate::error::SetupError;
use crate::workspace;

const PROGRAM: &str = "cargo run --package example-service --example load_database";

/// How long a server of ours stays without users. Another time than that of the tests is another server: theirs has other work.
const IDLE: (&str, &str) = ("PERF_HARNESS_POSTGRES_IDLE_S", "31");

/// The program that has the databases. They are gone when this is dropped.
pub(super) struct Databases {
    /// The URL of the one that is filled.
    pub(super) filled: String,
    pub(super) server: String,
    /// The process whose children work for all connections, where it is on this machine.
    pub(super) postmaster: Option<u32>,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    input: Option<ChildStdin>,
}

impl Databases {
    pub(super) fn start(root: &Path) -> Result<Self, SetupError> {
        let mut words = PROGRAM.split(' ').skip(1);
        let mut command = Command::new(workspace::cargo());
        command.arg(words.next().unwrap_or_default()).arg("--quiet");
        command.args(words).current_dir(root);
        if std::env::var_os(IDLE.0).is_none() {
            command.env(IDLE.0, IDLE.1);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let started = command.spawn();
        let mut process =
            started.map_err(|error| SetupError::NotStarted(PROGRAM.to_owned(), error))?;
        let output = process.stdout.take().ok_or_else(failed)?;
        let mut databases = Self {
            filled: String::new(),
            server: String::new(),
            postmaster: None,
            lines: BufReader::new(output).lines(),
            input: process.stdin.take(),
            process,
        };
        databases.filled = databases.line()?;
        databases.server = databases.line()?;
        databases.postmaster = databases.line()?.parse().ok();
        Ok(databases)
    }

    /// The port's schema, where the original cannot make its own.
    pub(super) fn migrate(&mut self) -> Result<(), SetupError> {
        self.ask("migrate").map(drop)
    }

    pub(super) fn fill(&mut self, sizes: Sizes) -> Result<(), SetupError> {
        let Sizes {
            users,
            articles,
            items,
            projects,
        } = sizes;
        self.ask(&format!("fill {users} {articles} {items} {projects}"))
            .map(drop)
    }

    /// The URL of a new copy; the one before is gone.
    pub(super) fn copy(&mut self) -> Result<String, SetupError> {
        self.ask("copy")
    }

    fn ask(&mut self, command: &str) -> Result<String, SetupError> {
        let input = self.input.as_mut().ok_or_else(failed)?;
        writeln!(input, "{command}").map_err(|_| failed())?;
        self.line()
    }

    fn line(&mut self) -> Result<String, SetupError> {
        self.lines.next().and_then(Result::ok).ok_or_else(failed)
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        drop(self.input.take());
        // It ends by itself now; there is nobody left to tell if not.
        drop(self.process.wait());
    }
}

fn failed() -> SetupError {
    SetupError::Failed(format!("`{PROGRAM}`"))
}
