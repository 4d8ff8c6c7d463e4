//! One private cluster: configured, started, joined over its socket.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{ErrorKind, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};
use url::Url;

use super::binaries::Binaries;
use super::initdb;
use super::owner::Owner;
use super::process::Postmaster;
use super::site::Site;
use crate::clock;
use crate::error::SetupError;
use crate::postgres::idle::Joined;
use crate::postgres::url::{connect, options};
use crate::postgres::{cause, idle, private, settings};

/// No network, and no one else's connections. Its shared memory is in its directory, and goes with it when the server
/// is killed.
const PRIVATE: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
dynamic_shared_memory_type = mmap
";

/// A database's files share their blocks with the template's, where the file system can.
const CLONE: &str = "file_copy_method = clone\n";
/// The version that knows this, as `server_version_num` says it.
const CLONES: u32 = 180_000;

pub(super) const ROLE: &str = "perf_harness";
const PORT: u16 = 5432;
/// What the operating system and the server say of a full disk, in the locale that our programs run in.
const NO_ROOM: [&str; 2] = ["No space left on device", "Check free disk space"];
/// What processes that share a cluster agree upon: its files.
const FORMAT: u32 = 1;
/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to end when it is told to, without ceremony.
const LAST: Duration = Duration::from_secs(5);
/// How long it may take until its process can be seen.
const FIRST_SIGN: Duration = Duration::from_secs(5);
/// How many seconds a server may run without what ends it: longer than a start may take.
const UNWATCHED_S: u64 = 60;

/// What makes two clusters the same: the binaries and where they are, the settings and how long they stay.
pub(super) fn key(binaries: &Binaries, stays: Duration) -> String {
    let mut hasher = DefaultHasher::new();
    let agreed = (FORMAT, idle::FORMAT);
    (agreed, configuration(binaries), stays, &binaries.directory).hash(&mut hasher);
    format!("{}-{:08x}", binaries.version_text, hasher.finish() >> 32)
}

/// The lines that do not depend on where the cluster is.
fn configuration(binaries: &Binaries) -> String {
    let clones = binaries.version >= CLONES && cfg!(any(target_os = "linux", target_os = "macos"));
    let clone = if clones { CLONE } else { "" };
    format!("{PRIVATE}{clone}{}", settings::lines())
}

/// A cluster in its directory, running or not.
#[derive(Clone, Debug)]
pub(in crate::postgres) struct Cluster {
    directory: PathBuf,
}

impl Cluster {
    pub(super) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Makes a cluster and starts its server, which outlives this process.
    pub(super) fn start(
        site: &Site,
        binaries: &Binaries,
        cache: Option<&Path>,
    ) -> Result<Self, SetupError> {
        let cluster = Self::at(site.new_directory()?);
        let started = initdb::create(&cluster, &site.owner, binaries, cache)
            .and_then(|()| cluster.configure(binaries))
            .and_then(|()| cluster.launch(site, binaries));
        if started.is_err() {
            cluster.give_up();
        }
        started.map(|()| cluster)
    }

    pub(in crate::postgres) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// Made by the server when what ends it runs.
    fn marker(&self) -> PathBuf {
        self.directory.join("watched")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    /// Gives the superuser a password that no other cluster has, and never had. The recorder's port is open to
    /// every user of this machine: the password keeps them out.
    pub(super) async fn renew_password(
        &self,
        connection: &mut PgConnection,
        owner: &Owner,
    ) -> Result<(), SetupError> {
        let password = private::new_secret()?;
        let change = format!("ALTER ROLE {ROLE} PASSWORD '{password}'");
        let changed = sqlx::raw_sql(AssertSqlSafe(change)).execute(connection);
        changed
            .await
            .map_err(|error| self.failed("given a password", &cause(&error)))?;
        private::replace(&self.password_file(), &password)?;
        owner.own(&self.password_file())
    }

    fn configure(&self, binaries: &Binaries) -> Result<(), SetupError> {
        let directory = self.directory.display().to_string().replace('\'', "''");
        std::fs::OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .and_then(|mut file| {
                write!(
                    file,
                    "{}unix_socket_directories = '{directory}'\nport = {PORT}\n",
                    configuration(binaries)
                )
            })
            .map_err(|error| self.failed("configured", &error))
    }

    /// A shell in a process group of its own starts the server and ends: no terminal and no test runner takes the
    /// server along, and no process of ours has to wait for its end. `pg_ctl` does the same and takes 30 ms more.
    /// It leaves a guard behind: this process may be killed before it can set the server's end.
    fn launch(&self, site: &Site, binaries: &Binaries) -> Result<(), SetupError> {
        let mut command = site.owner.command(Path::new("/bin/sh"), &self.directory);
        let marker = self.marker().display().to_string();
        let guard = idle::guard_command(&marker, UNWATCHED_S, &self.removal());
        let script = format!("\"$0\" -D \"$1\" </dev/null >\"$2\" 2>&1 & server=$!; {guard}");
        command
            .args(["-c", &script])
            .arg(binaries.program("postgres"))
            .arg(self.data())
            .arg(self.log())
            .process_group(0);
        run(&mut command, &self.directory, "started")
    }

    fn failed(&self, tried: &'static str, cause: &impl ToString) -> SetupError {
        step(&self.directory, tried, cause)
    }

    /// The URL of the administrative database.
    pub(in crate::postgres) fn url(&self) -> Result<Url, SetupError> {
        let password = std::fs::read_to_string(self.password_file());
        self.url_with(&password.map_err(|error| self.failed("joined", &error))?)
    }

    fn url_with(&self, password: &str) -> Result<Url, SetupError> {
        let directory: String = self
            .directory
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .map(|byte| match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' => {
                    char::from(*byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let text = format!(
            "postgres://{ROLE}:{}@{directory}:{PORT}/postgres?sslmode=disable",
            password.trim()
        );
        Url::parse(&text).map_err(|error| self.failed("joined", &error))
    }

    /// A connection that keeps the server from stopping, or `None` when there is no server to join.
    pub(super) async fn join(&self) -> Result<Option<Joined>, SetupError> {
        let password = match std::fs::read_to_string(self.password_file()) {
            // It is being removed.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            password => password.map_err(|error| self.failed("joined", &error))?,
        };
        let joined = idle::join(&options(&self.url_with(&password)?)?).await;
        joined.map_err(|error| self.failed("joined", &cause(&error)))
    }

    /// Asks until the server answers. Its socket appears a few milliseconds after it was started.
    pub(super) async fn wait_until_ready(&self) -> Result<PgConnection, SetupError> {
        let begun = clock::now();
        loop {
            if let Some(joined) = self.join().await? {
                return Ok(joined.connection);
            }
            let waited = clock::now().saturating_sub(begun);
            let died = waited > FIRST_SIGN && !self.is_alive();
            if died || waited > PATIENCE {
                return Err(self.failed("started", &self.last_words()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Makes the server stop by itself, and remove its directory, after it was idle for so long.
    pub(super) async fn watch(&self, after: Duration) -> Result<(), SetupError> {
        let pid_file = self.data().join("postmaster.pid");
        let marker = self.marker().display().to_string();
        let stop = idle::stop_command(&pid_file.display().to_string(), &self.removal());
        let watched = idle::watch(&options(&self.url()?)?, after, &stop, Some(&marker)).await;
        watched.map_err(|error| self.failed("told to stop by itself", &cause(&error)))
    }

    /// Removes the directory. Under another name no one can find it half removed.
    fn removal(&self) -> String {
        let directory = self.directory.display().to_string();
        let aside = idle::quoted(&format!("{directory}.gone"));
        let directory = idle::quoted(&directory);
        format!("cd / && mv {directory} {aside} && rm -rf {aside}")
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        let last: Vec<&str> = lines.into_iter().rev().collect();
        format!("its log ends with\n{}", last.join("\n"))
    }

    pub(in crate::postgres) fn is_alive(&self) -> bool {
        Postmaster::of(&self.data()).is_some()
    }

    /// Tells the server to end, if it runs, and gives it: that takes a moment.
    pub(in crate::postgres) fn quit(&self) -> Option<Postmaster> {
        let postmaster = Postmaster::of(&self.data());
        postmaster.inspect(Postmaster::quit)
    }

    /// Ends a server that no one may use, and removes all it has: the next try needs the room.
    pub(in crate::postgres) fn give_up(&self) {
        let postmaster = self.quit();
        let is_alive = || postmaster.as_ref().is_some_and(Postmaster::is_alive);
        let begun = clock::now();
        // Until it has ended it makes files, and a directory that gets new ones cannot be removed.
        while is_alive() && clock::now().saturating_sub(begun) < LAST {
            std::thread::sleep(Duration::from_millis(2));
        }
        // Its own reaper may be removing it too. Its processes may be a moment behind their postmaster.
        while std::fs::remove_dir_all(&self.directory).is_err()
            && self.directory.exists()
            && clock::now().saturating_sub(begun) < LAST
        {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Where the programs are that run it: the server writes down how it was started.
    pub(in crate::postgres) fn binaries(&self) -> Option<PathBuf> {
        let options = std::fs::read_to_string(self.data().join("postmaster.opts")).ok()?;
        let program = options
            .split_once(" \"")
            .map_or(options.trim(), |(program, _)| program);
        Path::new(program).parent().map(Path::to_owned)
    }

    /// Has no server: neither a process that this one can see, nor one that answers, as in another container.
    pub(in crate::postgres) async fn is_dead(&self) -> bool {
        if self.is_alive() {
            return false;
        }
        let Ok(options) = self.url().and_then(|url| options(&url)) else {
            return true;
        };
        let answer = connect(&options).await;
        matches!(answer, Err(sqlx::Error::Io(error)) if idle::is_gone(error.kind()))
    }
}

/// Runs a program that makes or starts the cluster in `place`.
pub(super) fn run(
    command: &mut Command,
    place: &Path,
    tried: &'static str,
) -> Result<(), SetupError> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| step(place, tried, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(step(place, tried, &told.trim()))
}

/// What went wrong with the cluster in `place`. That there is no room left has a cure of its own, whoever says it.
pub(super) fn step(place: &Path, tried: &'static str, cause: &impl ToString) -> SetupError {
    let cause = cause.to_string();
    if NO_ROOM.iter().any(|told| cause.contains(told)) {
        let place = place.display().to_string();
        return SetupError::StorageFull { place, cause };
    }
    SetupError::Cluster { step: tried, cause }
}
