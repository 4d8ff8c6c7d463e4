//! The services: built or installed, started on a free port of loopback, asked until they answer, stopped by being dropped.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use super::contest::Contender;
use super::guard::Guarded;
use super::processes;
use crate::error::SetupError;
use crate::workspace;

/// Where the original is, from the workspace's root.
const DJANGO: &str = "tests/django";

/// Of each gunicorn worker.
const THREADS: usize = 4;

/// How long a service may take to answer its first request.
const PATIENCE: Duration = Duration::from_mins(1);

/// The programs, ready to be started.
pub(super) struct Services {
    root: PathBuf,
    /// The virtual environment of the original, or why there is none.
    pub(super) django: Result<PathBuf, String>,
    rust: Option<PathBuf>,
}

/// A service that answers.
pub(super) struct Running {
    pub(super) address: String,
    process: Guarded,
}

impl Services {
    /// Of those who compete only. The original's schema is wanted anyway.
    pub(super) fn prepare(
        root: &Path,
        contenders: &[Contender],
        is_quick: bool,
    ) -> Result<Self, SetupError> {
        let wants_rust = contenders.iter().any(|contender| !contender.is_django());
        let rust = wants_rust.then(|| build(root, is_quick)).transpose()?;
        Ok(Self {
            root: root.to_path_buf(),
            django: environment(root),
            rust,
        })
    }

    pub(super) fn python(&self) -> Option<PathBuf> {
        self.django
            .as_ref()
            .ok()
            .map(|place| place.join("bin/python"))
    }

    /// `manage.py migrate`
    pub(super) fn migrate(&self, python: &Path, database: &str) -> Result<(), SetupError> {
        let mut command = Command::new(python);
        command.args(["manage.py", "migrate", "--noinput", "--verbosity", "0"]);
        command
            .current_dir(self.root.join(DJANGO))
            .env("DATABASE_URL", database);
        let line = "manage.py migrate";
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(SetupError::Failed(line.to_owned())),
            Err(error) => Err(SetupError::NotStarted(line.to_owned(), error)),
        }
    }

    pub(super) fn start(
        &self,
        contender: Contender,
        database: &str,
    ) -> Result<Running, SetupError> {
        let mut command = if contender.is_django() {
            self.gunicorn()
        } else {
            Command::new(self.rust.as_deref().unwrap_or(Path::new("example-service")))
        };
        command.env("DATABASE_URL", database);
        for throttle in ["THROTTLE_ANON", "THROTTLE_USER"] {
            command.env_remove(throttle);
        }
        command
            .env("BIND", "127.0.0.1:0")
            .env("DATABASE_MAX_CONNECTIONS", "10");
        command.env("LOG", "warn").env_remove("SEED");
        let log = super::target(&self.root).join("load/logs");
        let process = Guarded::start(&command, &log.join(contender.name()))?;
        Running::wait(process, contender)
    }

    fn gunicorn(&self) -> Command {
        let place = self.django.as_deref().unwrap_or(Path::new(""));
        let mut command = Command::new(place.join("bin/gunicorn"));
        command
            .args(gunicorn_words())
            .current_dir(self.root.join(DJANGO));
        command
    }
}

/// One worker more than twice the processors, as gunicorn's documentation has it, and threads, for a worker without
/// them closes each connection after its answer.
pub(super) fn gunicorn_words() -> Vec<String> {
    let processors = available_parallelism().map_or(1, usize::from);
    let words = format!(
        "config.wsgi --bind 127.0.0.1:0 --workers {} --worker-class gthread --threads {THREADS} --keep-alive 75 \
         --preload --graceful-timeout 1 --no-control-socket",
        2 * processors + 1
    );
    words.split(' ').map(str::to_owned).collect()
}

impl Running {
    /// Until it has said where it listens, and then answers.
    fn wait(process: Guarded, contender: Contender) -> Result<Self, SetupError> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && processes::is_running(process.id) {
            if let Some(address) = address(&process.said())
                && answers(&address)
            {
                return Ok(Self { address, process });
            }
            sleep(Duration::from_millis(50));
        }
        Err(SetupError::NoService {
            name: contender.label(),
            said: last_lines(&process.said(), 20),
        })
    }

    pub(super) fn processor_seconds(&self) -> Option<f64> {
        processes::processor_seconds(self.process.id)
    }

    pub(super) fn peak_memory(&self) -> Option<u64> {
        processes::peak_memory(self.process.id)
    }

    /// An error where it is no more: its last words.
    pub(super) fn is_well(&self, contender: Contender) -> Result<(), SetupError> {
        if processes::is_running(self.process.id) {
            return Ok(());
        }
        Err(SetupError::NoService {
            name: contender.label(),
            said: self.last_words(),
        })
    }

    pub(super) fn last_words(&self) -> String {
        last_lines(&self.process.said(), 20)
    }
}

/// As the service would be deployed: without a Postgres of its own. In `quick`, as the tests have built it.
fn build(root: &Path, is_quick: bool) -> Result<PathBuf, SetupError> {
    let mut command = Command::new(workspace::cargo());
    command.args([
        "build",
        "--quiet",
        "--package",
        "example-service",
        "--bin",
        "example-service",
    ]);
    if is_quick {
        // Together with an example it has the dependencies of the tests: they are there.
        command.args(["--example", "load_database"]);
    } else {
        command.args(["--release", "--no-default-features"]);
    }
    let line = "cargo build --package example-service";
    let status = command.current_dir(root).status();
    let status = status.map_err(|error| SetupError::NotStarted(line.to_owned(), error))?;
    if !status.success() {
        return Err(SetupError::Failed(line.to_owned()));
    }
    let profile = if is_quick { "debug" } else { "release" };
    Ok(super::target(root).join(profile).join("example-service"))
}

/// Makes the virtual environment of the original, once.
fn environment(root: &Path) -> Result<PathBuf, String> {
    let place = super::target(root).join("load/django");
    let setup = Command::new("bash")
        .arg(root.join(DJANGO).join("setup"))
        .arg(&place)
        .output();
    let setup = setup.map_err(|error| format!("bash cannot be started: {error}"))?;
    if setup.status.success() {
        return Ok(place);
    }
    let told = String::from_utf8_lossy(&setup.stderr);
    Err(told.trim().lines().last().unwrap_or("no reason").to_owned())
}

/// Reads `listening on 127.0.0.1:8000: curl ..` and `Listening at: http://127.0.0.1:8000 (7)`.
fn address(said: &str) -> Option<String> {
    let rest = ["listening on ", "Listening at: http://"].into_iter();
    let rest = rest
        .filter_map(|words| said.split_once(words))
        .map(|(_, rest)| rest);
    let address = rest
        .map(|rest| rest.split([' ', '\n']).next().unwrap_or_default())
        .next()?;
    let address = address.trim_end_matches(':');
    let has_port = address
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    has_port.then(|| address.to_owned())
}

fn answers(address: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "GET /api/users/1/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut first = String::new();
        BufReader::new(stream).read_line(&mut first)?;
        Ok(first.contains(" 200 "))
    };
    ask().unwrap_or(false)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut told = String::new();
    for line in &lines[lines.len().saturating_sub(count)..] {
        writeln!(told, "  {line}").expect("a String takes every write");
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_services_tell_where_they_listen() {
        let rust =
            "listening on 127.0.0.1:41234: curl http://127.0.0.1:41234/api/users/ (one query)\n";
        assert_eq!(address(rust).as_deref(), Some("127.0.0.1:41234"));
        let gunicorn =
            "[INFO] Starting gunicorn 27.0.1\n[INFO] Listening at: http://127.0.0.1:8000 (7)\n";
        assert_eq!(address(gunicorn).as_deref(), Some("127.0.0.1:8000"));
        assert_eq!(address("listening on 127.0."), None);
        assert_eq!(address(""), None);
    }

    #[test]
    fn the_last_words_are_the_last_lines() {
        assert_eq!(last_lines("one\ntwo\nthree\n", 2), "  two\n  three\n");
        assert_eq!(last_lines("", 2), "");
    }

    #[test]
    fn gunicorn_stays_on_loopback() {
        let words = gunicorn_words().join(" ");
        assert!(words.contains("--bind 127.0.0.1:0 "), "{words}");
    }
}
