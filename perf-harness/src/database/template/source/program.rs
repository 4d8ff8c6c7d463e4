//! A program that fills a database: its own process group, killed when nobody waits for it any more.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::oneshot;

use crate::clock;
use crate::config;
use crate::database::template::db::TemplateDb;
use crate::database::template::failure::BoxError;

/// How much of its output is told.
const LINES: usize = 20;
const BYTES: u64 = 8 * 1024;

pub(super) struct Program {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) directory: Option<PathBuf>,
}

impl Program {
    /// As one would type it.
    pub(super) fn line(&self) -> String {
        let words = std::iter::once(&self.name).chain(&self.arguments);
        words.cloned().collect::<Vec<_>>().join(" ")
    }

    /// Runs it to its end, with the way to the database in its environment. When this is dropped, it is killed.
    pub(super) async fn run(self, db: &TemplateDb) -> Result<(), BoxError> {
        let problem = |error: std::io::Error| format!("`{}` could not run: {error}", self.name);
        // Not a pipe: what the program starts may hold its end for longer than the program lives.
        let mut output = unnamed_file().map_err(problem)?;
        let child = self.spawn(db, &output).map_err(problem)?;
        let status = Group::of(child).ended().await?;
        if status.success() {
            return Ok(());
        }
        let told = end_of(&mut output).map_err(problem)?;
        Err(format!("it ended with {}{told}", in_words(status)).into())
    }

    fn spawn(&self, db: &TemplateDb, output: &File) -> std::io::Result<Child> {
        let mut command = Command::new(&self.name);
        command
            .args(&self.arguments)
            .current_dir(self.directory.as_deref().unwrap_or(".".as_ref()))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .process_group(0);
        let environment = db.environment().map_err(std::io::Error::other)?;
        for (variable, value) in environment {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        command.spawn()
    }
}

/// A running program and all that it started.
struct Group {
    pid: Option<Pid>,
    ended: oneshot::Receiver<std::io::Result<ExitStatus>>,
}

impl Group {
    fn of(mut child: Child) -> Self {
        let (tell, ended) = oneshot::channel();
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // Nobody need listen.
        thread::spawn(move || drop(tell.send(child.wait())));
        Self { pid, ended }
    }

    async fn ended(mut self) -> Result<ExitStatus, BoxError> {
        let status = (&mut self.ended).await??;
        self.pid = None;
        Ok(status)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.pid {
            // It may be gone by now.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// A file that goes when it is closed.
fn unnamed_file() -> std::io::Result<File> {
    let name = format!("perf-harness-{}-{}", std::process::id(), clock::wall());
    let path = config::temporary_directory().join(name);
    let file = File::options()
        .read(true)
        .append(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// The last lines, each on a line of its own.
fn end_of(output: &mut File) -> std::io::Result<String> {
    let length = output.metadata()?.len();
    output.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    output.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let start = lines.len().saturating_sub(LINES);
    Ok(match lines.get(start..) {
        None | Some([]) => ", and printed nothing".to_owned(),
        Some(last) if start > 0 => format!(", the end of its output:\n{}", last.join("\n")),
        Some(all) => format!(":\n{}", all.join("\n")),
    })
}

fn in_words(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no status".to_owned(),
    }
}
