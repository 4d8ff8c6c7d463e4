//! A pgbouncer of this bench's own, in session mode, to compare with.

use std::fs::Permissions;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::client::Client;

/// How long it may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running pgbouncer. It ends when this is dropped.
pub(crate) struct PgBouncer {
    process: Child,
    folder: PathBuf,
    config: Config,
}

impl PgBouncer {
    /// Starts one in front of a server, or says why there is none.
    pub(crate) fn start(server: &Config) -> Result<Self, String> {
        let told = |error: io::Error| format!("pgbouncer could not be started: {error}");
        let program = program().ok_or("pgbouncer is not installed")?;
        let port = free_port().map_err(told)?;
        let folder = env::temp_dir().join(format!("recorder-bench-{}", std::process::id()));
        let settings = settings(server, port)?;
        let mut bouncer = Self {
            process: spawned(&program, &folder, &settings).map_err(told)?,
            config: config(server, port),
            folder,
        };
        bouncer.wait().map_err(told)?;
        Ok(bouncer)
    }

    pub(crate) fn config(&self) -> Config {
        self.config.clone()
    }

    fn wait(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            let Err(error) = Client::connect(&self.config) else {
                return Ok(());
            };
            if begun.elapsed() > PATIENCE || self.process.try_wait()?.is_some() {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // Nobody is left to tell if it has ended already.
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Debian installs it where only root looks.
fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
}

fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// It must not wait for TLS, ask for a password or write a log: the recorder does none of these either.
fn settings(server: &Config, port: u16) -> Result<String, String> {
    let host = match server.get_hosts().first() {
        Some(Host::Unix(folder)) => folder.display().to_string(),
        Some(Host::Tcp(host)) => host.clone(),
        None => return Err("the URL names no host".to_owned()),
    };
    let server_port = server.get_ports().first().copied().unwrap_or(5432);
    let user = server.get_user().unwrap_or_default();
    let database = server.get_dbname().unwrap_or(user);
    let password = String::from_utf8_lossy(server.get_password().unwrap_or_default());
    Ok(format!(
        "[databases]\n\
         {database} = host={host} port={server_port} user={user} password={password}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = any\n\
         pool_mode = session\n\
         server_tls_sslmode = disable\n\
         log_connections = 0\n\
         log_disconnections = 0\n\
         log_stats = 0\n"
    ))
}

fn config(server: &Config, port: u16) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port);
    config.user(server.get_user().unwrap_or_default());
    config.dbname(server.get_dbname().unwrap_or_default());
    config
}

/// It refuses to run as root. As `postgres` it reaches what the harness's server, which root hands to that user too, keeps
/// from others.
fn spawned(program: &Path, folder: &Path, settings: &str) -> io::Result<Child> {
    fs::create_dir(folder)?;
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, settings)?;
    let mut command = Command::new(program);
    if fs::metadata(folder)?.uid() == 0 {
        let user = "postgres";
        let owned = Command::new("chown")
            .args(["-R", user])
            .arg(folder)
            .status()?;
        if !owned.success() {
            return Err(io::Error::other("there is no user `postgres` to run it as"));
        }
        command.args(["-u", user]);
    }
    fs::set_permissions(&file, Permissions::from_mode(0o600))?;
    command
        .arg("-q")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
}
