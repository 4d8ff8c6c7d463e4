//! A directory for clusters of a test's own: no other server of this machine is seen from there, let alone touched.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use perf_harness::{PerfDb, PerfTest};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use crate::child::{Killed, ROLE, again};

/// Where clusters and caches are, all gone with it.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    pub(crate) cache: PathBuf,
    pub(crate) idle_s: &'static str,
}

/// A cluster that another process uses or used.
pub(crate) struct Cluster {
    pub(crate) directory: PathBuf,
    /// Of the administrative database.
    pub(crate) url: Url,
}

impl Place {
    /// Prepared clusters are shared with the other tests of this package; servers stay for longer than any test.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // In memory where there is such a place. The path of a socket must fit below it.
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory
        } else {
            Path::new("/tmp")
        };
        let root = parent.join(format!("ph{}-{number}", std::process::id()));
        std::fs::create_dir(&root).unwrap();
        Self {
            root,
            cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"),
            idle_s: "600",
        }
    }

    pub(crate) fn with_cache_of_its_own(mut self) -> Self {
        self.cache = self.root.join("cache");
        self
    }

    /// What a process must be told to look only here.
    pub(crate) fn set(&self, command: &mut Command) {
        command
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &self.root)
            .env("PERF_HARNESS_POSTGRES_IDLE_S", self.idle_s)
            // Each of them runs one test, whatever runs this one.
            .env("NEXTEST_EXECUTION_MODE", "process-per-test")
            .env("PERF_HARNESS_CACHE_DIR", &self.cache);
    }

    /// Another process that calls [`act`] in this test, in a role.
    pub(crate) fn process(&self, test: &str, role: &str) -> Command {
        let mut command = again(test, role);
        self.set(&mut command);
        command
    }

    /// Uses a cluster in another process, to its end.
    pub(crate) fn start(&self, test: &str) -> Cluster {
        let mut user = self.process(test, "uses");
        let output = user.stderr(Stdio::piped()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        Cluster::told_in(output.stdout.as_slice())
    }

    /// Another process that goes on using its cluster until it is dropped.
    pub(crate) fn hold(&self, test: &str) -> (Cluster, Killed) {
        let mut user = Killed(self.process(test, "holds").spawn().unwrap());
        (Cluster::told_in(user.0.stdout.take().unwrap()), user)
    }

    /// Where the harness keeps its files.
    pub(crate) fn base(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(&self.root).unwrap().flatten();
        let is_base = |name: &str| name.starts_with("perf-harness-");
        let found = entries.find(|entry| entry.file_name().to_str().is_some_and(is_base));
        found.unwrap().path()
    }

    /// Ends a server of this place.
    pub(crate) fn end(&self, server: &Path) {
        assert!(server.starts_with(&self.root));
        if let Some(pid) = pid(server) {
            signal(&pid, "QUIT");
            wait_until("the server ended", || !runs(&pid));
        }
    }

    /// The directories of its clusters.
    pub(crate) fn servers(&self) -> Vec<PathBuf> {
        let bases = std::fs::read_dir(&self.root)
            .into_iter()
            .flatten()
            .flatten();
        let servers = bases.flat_map(|base| std::fs::read_dir(base.path().join("servers")));
        servers
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for server in self.servers() {
            self.end(&server);
        }
        drop(std::fs::remove_dir_all(&self.root));
    }
}

impl Cluster {
    fn told_in(output: impl Read) -> Self {
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("url ").map(str::to_owned));
        let mut url = Url::parse(&url.expect("it names its database")).unwrap();
        url.set_path("postgres");
        let host = url.host_str().unwrap().replace("%2F", "/");
        Self {
            directory: PathBuf::from(host),
            url,
        }
    }

    pub(crate) fn key(&self) -> String {
        let name = self.directory.file_name().unwrap().to_str().unwrap();
        name.rsplit_once('-').unwrap().0.to_owned()
    }

    pub(crate) fn pid(&self) -> String {
        pid(&self.directory).unwrap()
    }

    /// Asks its server for a text.
    pub(crate) fn ask(&self, sql: &str) -> Result<String, sqlx::Error> {
        self.ask_as("a test", sql)
    }

    /// The same, under a name of the caller's.
    pub(crate) fn ask_as(&self, name: &str, sql: &str) -> Result<String, sqlx::Error> {
        let options = PgConnectOptions::from_str(self.url.as_str())?.application_name(name);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect_with(&options).await?;
            let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            let answer = query.fetch_optional(&mut connection).await?;
            connection.close().await?;
            Ok(answer.unwrap_or_default())
        })
    }
}

/// The other process's part.
#[expect(clippy::print_stdout, reason = "the test that runs it reads this")]
pub(crate) fn act() {
    let holds = std::env::var(ROLE).is_ok_and(|role| role == "holds");
    let test = PerfTest::new("other_process").run(async |db: PerfDb| {
        println!("\nurl {}", db.direct_url());
        if holds {
            std::future::pending::<()>().await;
        }
    });
    test.unwrap();
}

fn pid(cluster: &Path) -> Option<String> {
    let file = std::fs::read_to_string(cluster.join("data/postmaster.pid")).ok()?;
    file.lines().next().map(str::to_owned)
}

pub(crate) fn signal(pid: &str, signal: &str) {
    let mut kill = Command::new("kill");
    kill.args([&format!("-{signal}"), pid]).output().unwrap();
}

pub(crate) fn runs(pid: &str) -> bool {
    let mut kill = Command::new("kill");
    kill.args(["-0", pid]).output().unwrap().status.success()
}

/// Waits for what happens in another process, a minute at most.
#[track_caller]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "not in a minute: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
