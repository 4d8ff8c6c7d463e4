//! A test's database: copied ahead of time, kept when the test fails, shared when it only reads.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copies;
mod kept;
mod read_only;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use perf_harness::{PerfDb, TemplateDb};
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::runtime::Builder;
use url::Url;

/// Which part this process plays when a test has started its own program again.
const ROLE: &str = "DATABASES_TEST_ROLE";

async fn two_rows(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 2) n")
        .execute(&db.pool())
        .await?;
    Ok(())
}

async fn rows(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM t");
    count.fetch_one(pool).await.unwrap()
}

/// The administrative database of the server that a test's database is on.
fn administrative(db: &PerfDb) -> Url {
    let mut url = Url::parse(db.direct_url()).unwrap();
    url.set_path("postgres");
    url
}

async fn names(url: &Url, pattern: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE $1 ORDER BY 1")
        .bind(pattern)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

fn now<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}

/// Waits for what the server does on its own.
fn until(done: impl AsyncFnMut() -> bool) {
    now(eventually(done));
}

async fn eventually(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it did not happen within ten seconds");
}

/// This program once more, running one test in a role.
fn role(test: &str, role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, role)
        .env_remove("NEXTEST_TEST_NAME")
        .stdout(Stdio::piped());
    command
}

/// A directory for the servers of one test. They end with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let place = PathBuf::from(format!(
            "/tmp/phk{}{}",
            std::process::id(),
            COUNT.fetch_add(1, Relaxed)
        ));
        std::fs::create_dir(&place).unwrap();
        Self(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let users = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let servers = users.flat_map(|user| std::fs::read_dir(user.path().join("servers")));
        for server in servers.flatten().flatten() {
            let file = server.path().join("data/postmaster.pid");
            let pid = std::fs::read_to_string(file).unwrap_or_default();
            if let Some(pid) = pid.lines().next() {
                drop(Command::new("kill").args(["-QUIT", pid]).status());
            }
        }
        drop(std::fs::remove_dir_all(&self.0));
    }
}
