//! A server of a test's own, with `pg_stat_statements` loaded, and the test once more in a process that uses it.

use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Set in the process that uses the server.
const USES: &str = "PERF_HARNESS_TEST_ROLE";

/// Runs `work` in another process, whose databases are on a server with `pg_stat_statements`.
///
/// `test` is the path of the test that calls this.
pub(crate) fn with_statistics(test: &str, work: impl FnOnce()) {
    if std::env::var_os(USES).is_some() {
        return work();
    }
    let server = match Server::start() {
        Ok(server) => server,
        Err(Refusal::Skipped(cause)) => return println!("skipped: {test}: {cause}"),
        Err(Refusal::Failed(told)) => panic!("the server of this test did not start: {told}"),
    };
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(USES, "server")
        .env("PERF_HARNESS_POSTGRES", server.url())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let told = format!("{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    assert!(told.contains("1 passed"), "it did not run: {told}");
}

/// Why there is no server.
enum Refusal {
    /// This machine lacks something.
    Skipped(String),
    Failed(String),
}

/// It listens on a socket in a directory of its own, and ends when it is dropped, or this process ends.
struct Server {
    bin: PathBuf,
    directory: PathBuf,
    owner: Option<(u32, u32)>,
    guard: Child,
}

impl Server {
    fn start() -> Result<Self, Refusal> {
        let bin = binaries().ok_or_else(|| {
            Refusal::Skipped("there is no PostgreSQL with pg_stat_statements here".to_owned())
        })?;
        let owner = owner()?;
        let directory = make_directory(owner).map_err(Refusal::Failed)?;
        let guard = guard(&bin, &directory, owner);
        let server = Self {
            guard: guard.map_err(|error| Refusal::Failed(error.to_string()))?,
            bin,
            directory,
            owner,
        };
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=50 \
             -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=top \
             -c pg_stat_statements.track_utility=on -c pg_stat_statements.max=50000 -c log_statement=all \
             -c max_prepared_transactions=5 -c autovacuum=off",
            server.directory.display()
        );
        server.run("initdb", &["-A", "trust", "-U", "postgres", "--no-sync"])?;
        let log = server.directory.join("log");
        let log = log.to_str().unwrap_or_default();
        server.run("pg_ctl", &["start", "-w", "-l", log, "-o", &options])?;
        Ok(server)
    }

    fn url(&self) -> String {
        let directory = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{directory}/postgres")
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Refusal> {
        let output = self.output(program, arguments);
        let output = output.map_err(|error| Refusal::Failed(format!("{program}: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        Err(Refusal::Failed(format!("{program}: {told}{log}")))
    }

    fn output(&self, program: &str, arguments: &[&str]) -> std::io::Result<Output> {
        let mut command = command(&self.bin.join(program), self.owner);
        command.arg("-D").arg(self.directory.join("data"));
        command.args(arguments).output()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// Ends the server and removes its directory when nobody holds the other end of its input any more.
fn guard(bin: &Path, directory: &Path, owner: Option<(u32, u32)>) -> std::io::Result<Child> {
    const SCRIPT: &str = r#"read _; "$0" -D "$1/data" stop -w -m immediate; rm -rf "$1""#;
    let mut guard = command(Path::new("sh"), owner);
    guard
        .args(["-c", SCRIPT])
        .arg(bin.join("pg_ctl"))
        .arg(directory);
    // What interrupts this process must not end it.
    guard.process_group(0).stdin(Stdio::piped());
    guard.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// A command of who runs the server.
fn command(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env("LC_ALL", "C");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

/// For this user's eyes alone, or for those of who runs the server.
fn make_directory(owner: Option<(u32, u32)>) -> Result<PathBuf, String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // A short name: the path of a socket below it can have 103 bytes.
    let name = format!("pht{}-{number}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    let told = |error: std::io::Error| format!("{}: {error}", directory.display());
    let mut private = std::fs::DirBuilder::new();
    private.mode(0o700).create(&directory).map_err(told)?;
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(&directory, Some(user), Some(group)).map_err(told)?;
    }
    Ok(directory)
}

/// Root may not run a server: another user's ids.
fn owner() -> Result<Option<(u32, u32)>, Refusal> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    let ids = |name: &&str| Some((id(&["-u", name])?, id(&["-g", name])?));
    let other = ["postgres", "nobody"].iter().find_map(ids);
    let none = "root cannot run PostgreSQL, and there is no other user for it";
    match other {
        Some(_) => Ok(other),
        None => Err(Refusal::Skipped(none.to_owned())),
    }
}

/// The folder of server programs beside which `pg_stat_statements` is installed, the newest version first.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut beside: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
    beside.sort_by_key(|path| std::cmp::Reverse(version(path)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let beside = beside.into_iter().map(|version| version.join("bin"));
    let mut places = std::env::split_paths(&path).chain(beside);
    places.find(|bin| {
        let has = |program: &str| bin.join(program).is_file();
        has("postgres") && has("initdb") && has("pg_ctl") && has_statistics(bin)
    })
}

fn version(path: &Path) -> u32 {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

fn has_statistics(bin: &Path) -> bool {
    let output = Command::new(bin.join("pg_config"))
        .arg("--pkglibdir")
        .output();
    let told = output.map(|output| output.stdout).unwrap_or_default();
    let library = PathBuf::from(String::from_utf8_lossy(&told).trim());
    let beside = bin.with_file_name("lib");
    let names = ["pg_stat_statements.so", "pg_stat_statements.dylib"];
    [library, beside.join("postgresql"), beside]
        .iter()
        .any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}
