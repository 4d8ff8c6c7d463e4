//! One private cluster: made by `initdb`, started by `pg_ctl`, joined over its socket.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::PgConnection;
use url::Url;

use super::binaries::Binaries;
use super::site::Site;
use crate::clock;
use crate::error::SetupError;
use crate::postgres::private::random_name;
use crate::postgres::url::options;
use crate::postgres::{cause, idle, settings};

/// No network, and no one else's connections.
const PRIVATE: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
";

const ROLE: &str = "perf_harness";
const PORT: u16 = 5432;
/// A UTF-8 locale, never `C`: it decides which index serves `LIKE 'x%'`.
const LOCALES: [&str; 3] = ["C.UTF-8", "C.utf8", "en_US.UTF-8"];
/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// What makes two clusters the same: the binaries and where they are, the settings and how long they stay.
pub(super) fn key(binaries: &Binaries, idle: Duration) -> String {
    let mut hasher = DefaultHasher::new();
    (PRIVATE, settings::lines(), idle, &binaries.directory).hash(&mut hasher);
    format!("{}-{:08x}", binaries.version_text, hasher.finish() >> 32)
}

/// A cluster in its directory, running or not.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    directory: PathBuf,
}

impl Cluster {
    pub(super) fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Makes a cluster and starts its server, which outlives this process.
    pub(super) fn start(site: &Site, binaries: &Binaries) -> Result<Self, SetupError> {
        let cluster = Self::at(site.new_directory()?);
        cluster.write_password(site)?;
        cluster.create(site, binaries)?;
        cluster.configure()?;
        cluster.launch(site, binaries)?;
        Ok(cluster)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    /// The recorder's port is open to every user of this machine: the password keeps them out.
    fn write_password(&self, site: &Site) -> Result<(), SetupError> {
        use std::os::unix::fs::OpenOptionsExt as _;

        let path = self.password_file();
        let password = format!("{}{}", random_name()?, random_name()?);
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(password.as_bytes()))
            .map_err(|error| step("created", &error))?;
        site.owner.own(&path)
    }

    fn create(&self, site: &Site, binaries: &Binaries) -> Result<(), SetupError> {
        let mut refusals = String::new();
        for locale in LOCALES {
            match run(&mut self.initdb(site, binaries, locale), "created") {
                Err(error) if error.to_string().contains("locale") => refusals = error.to_string(),
                other => return other,
            }
        }
        Err(step(
            "created",
            &format!("no UTF-8 locale was accepted: {refusals}"),
        ))
    }

    fn initdb(&self, site: &Site, binaries: &Binaries, locale: &str) -> Command {
        let mut command = site
            .owner
            .command(&binaries.program("initdb"), &self.directory);
        command
            .arg("--pgdata")
            .arg(self.data())
            .arg("--pwfile")
            .arg(self.password_file())
            .args(["--username", ROLE, "--auth", "md5", "--encoding", "UTF8"])
            .args(["--locale", locale, "--no-sync", "--no-instructions"]);
        command
    }

    fn configure(&self) -> Result<(), SetupError> {
        let directory = self.directory.display().to_string().replace('\'', "''");
        std::fs::OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .and_then(|mut file| {
                write!(
                    file,
                    "{PRIVATE}{}unix_socket_directories = '{directory}'\nport = {PORT}\n",
                    settings::lines()
                )
            })
            .map_err(|error| step("configured", &error))
    }

    /// `pg_ctl` gives the server a session of its own, so that no terminal and no test runner takes it along.
    fn launch(&self, site: &Site, binaries: &Binaries) -> Result<(), SetupError> {
        let mut command = site
            .owner
            .command(&binaries.program("pg_ctl"), &self.directory);
        command
            .arg("--pgdata")
            .arg(self.data())
            .arg("--log")
            .arg(self.log());
        command.args(["--no-wait", "--silent", "start"]);
        run(&mut command, "started")
    }

    /// The URL of the administrative database.
    pub(super) fn url(&self) -> Result<Url, SetupError> {
        let password = std::fs::read_to_string(self.password_file())
            .map_err(|error| step("joined", &error))?;
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
        Url::parse(&text).map_err(|error| step("joined", &error))
    }

    /// A connection that keeps the server from stopping, or `None` when there is no server to join.
    pub(super) async fn join(&self) -> Result<Option<PgConnection>, SetupError> {
        if !self.password_file().is_file() {
            // It is being removed.
            return Ok(None);
        }
        let joined = idle::join(&options(&self.url()?)?).await;
        joined.map_err(|error| step("joined", &cause(&error)))
    }

    /// Asks until the server answers. Its socket appears a few milliseconds after it was started.
    pub(super) async fn wait_until_ready(&self) -> Result<PgConnection, SetupError> {
        let begun = clock::now();
        loop {
            if let Some(connection) = self.join().await? {
                return Ok(connection);
            }
            let waited = clock::now().saturating_sub(begun);
            let died = waited > Duration::from_secs(1) && !self.is_alive();
            if died || waited > PATIENCE {
                return Err(step("started", &self.last_words()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Makes the server stop by itself, and remove its directory, after it was idle for so long.
    pub(super) async fn watch(&self, after: Duration) -> Result<(), SetupError> {
        let pid_file = self.data().join("postmaster.pid");
        let stop = idle::stop_command(&pid_file.display().to_string(), &self.removal());
        let watched = idle::watch(&options(&self.url()?)?, after, &stop).await;
        watched.map_err(|error| step("told to stop by itself", &cause(&error)))
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

    pub(super) fn is_alive(&self) -> bool {
        self.postmaster().is_some()
    }

    /// Stops the server without ceremony: its data is not needed any more.
    pub(super) fn kill(&self) {
        let Some(pid) = self.postmaster() else { return };
        match rustix::process::kill_process(pid, rustix::process::Signal::QUIT) {
            // It may have ended meanwhile.
            Ok(()) | Err(_) => {}
        }
    }

    /// The process that the data directory names, if it is this cluster's server: numbers are used again.
    fn postmaster(&self) -> Option<rustix::process::Pid> {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let pid: i32 = file.lines().next()?.trim().parse().ok()?;
        let data = self.data();
        let is_ours = command_line(pid).contains(data.to_str()?);
        is_ours
            .then(|| rustix::process::Pid::from_raw(pid))
            .flatten()
    }
}

/// What a process was started with, or nothing if there is none.
fn command_line(pid: i32) -> String {
    if let Ok(bytes) = std::fs::read(format!("/proc/{pid}/cmdline")) {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let output = Command::new("ps")
        .args(["-o", "args=", "-p", &pid.to_string()])
        .output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn run(command: &mut Command, tried: &'static str) -> Result<(), SetupError> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| step(tried, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(step(tried, &told.trim()))
}

fn step(tried: &'static str, cause: &impl ToString) -> SetupError {
    SetupError::Cluster {
        step: tried,
        cause: cause.to_string(),
    }
}
