//! Where the servers of this test live, and what is looked at there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{KEEPS, KEPT, ON_ONE_SERVER, PHASE, Phase, ROLE, TEST, VERSION, Victim};

/// Where all servers of this test live, and nothing else.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        let place = PathBuf::from(format!("/tmp/phc{}", std::process::id()));
        std::fs::create_dir(&place).unwrap();
        Self(place)
    }

    pub(crate) fn command(&self, role: &str, round: u32) -> Command {
        let server = round / ON_ONE_SERVER;
        let keeps = server == KEEPS;
        // A template of its own where it is to be killed while it fills one, or else another every ten rounds.
        let version = if Phase::of(round) == Some(Phase::Fills) {
            format!("alone {round}")
        } else {
            (round / 10).to_string()
        };
        // Another idle time is another server.
        let idle = if keeps { 5 } else { 2 + server % 3 };
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", TEST, "--nocapture"])
            .env(ROLE, role)
            .env(VERSION, version)
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &self.0)
            .env("PERF_HARNESS_CACHE_DIR", self.0.join("cache"))
            .env("PERF_HARNESS_POSTGRES_IDLE_S", idle.to_string())
            .env(
                "PERF_HARNESS_KEEP_FAILED",
                if keeps { KEPT } else { 0 }.to_string(),
            )
            .env_remove("NEXTEST_TEST_NAME");
        command
    }

    pub(crate) fn victim(&self, round: u32) -> Victim {
        let said = self.0.join(format!("phase-{round}"));
        let before = self.clusters();
        let mut command = self.command("victim", round);
        command.env(PHASE, &said);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Victim {
            process: command.spawn().unwrap(),
            said,
            before,
        }
    }

    /// The directories of clusters, whole or half removed.
    pub(crate) fn clusters(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for user in entries(&self.0) {
            found.extend(entries(&user.join("servers")));
        }
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

pub(crate) fn now<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

pub(crate) fn execute(url: &str, statement: String) {
    now(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let statement = sqlx::raw_sql(AssertSqlSafe(statement));
        statement.execute(&mut connection).await.unwrap();
    });
}

/// The databases that are the harness's, and whether each is a finished template.
pub(crate) fn databases(url: &str) -> Vec<(String, bool)> {
    now(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_as(
            "SELECT datname::text, datistemplate FROM pg_database WHERE datname LIKE 'ph\\_%' ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap()
    })
}

pub(crate) fn within_half_a_minute(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{what}: not after half a minute"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
