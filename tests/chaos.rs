//! Test processes that are killed at any moment leave nothing behind.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a run that failed can be repeated")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use perf_harness::{PerfDb, PerfTest, Template, TemplateDb};
use sqlx::{Connection as _, PgConnection};

/// How many processes are killed in all, and how many run at once.
const ROUNDS: u32 = 200;
const AT_ONCE: usize = 4;
/// So many follow each other on one server before it is another one's turn, started from nothing.
const ON_ONE_SERVER: u32 = 25;

/// Which part this process plays when the test has started its own program again, and its round.
const ROLE: &str = "CHAOS_TEST_ROLE";
const ROUND: &str = "CHAOS_TEST_ROUND";
const TEST: &str = "killed_processes_leave_nothing_behind";

#[test]
fn killed_processes_leave_nothing_behind() {
    match std::env::var(ROLE).as_deref() {
        Ok("victim") => victim(),
        Ok("survivor") => survivor(),
        _ => rounds(),
    }
}

async fn some_rows(db: TemplateDb) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 20000) n")
        .execute(&db.pool())
        .await?;
    Ok(())
}

/// Another one every ten rounds.
fn template() -> Template {
    let round: u32 = std::env::var(ROUND).unwrap().parse().unwrap();
    Template::function(some_rows).version((round / 10).to_string())
}

async fn rows(db: &PerfDb) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM t");
    count.fetch_one(&db.pool()).await.unwrap()
}

/// Every kind of test, until it is killed.
fn victim() {
    loop {
        let own = PerfTest::new("own").template(template);
        own.run(async |db: PerfDb| assert_eq!(rows(&db).await, 20_000))
            .unwrap();
        let fails = PerfTest::new("fails").template(template);
        assert!(
            fails
                .run(async |_db: PerfDb| Err("of its own"))
                .unwrap()
                .is_err()
        );
        let reads = PerfTest::new("reads").template(template).read_only();
        reads
            .run(async |db: PerfDb| assert_eq!(rows(&db).await, 20_000))
            .unwrap();
    }
}

/// One test, and then the server is kept until nobody asks any more.
fn survivor() {
    let own = PerfTest::new("survives").template(template);
    let mut url = None;
    own.run(async |db: PerfDb| {
        assert_eq!(rows(&db).await, 20_000);
        let mut server = url::Url::parse(db.direct_url()).unwrap();
        server.set_path("postgres");
        url = Some(server);
    })
    .unwrap();
    println!("\nserver {}", url.unwrap());
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Where all servers of this test live, and nothing else.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let place = PathBuf::from(format!("/tmp/phc{}", std::process::id()));
        std::fs::create_dir(&place).unwrap();
        Self(place)
    }

    fn command(&self, role: &str, round: u32) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", TEST, "--nocapture"])
            .env(ROLE, role)
            .env(ROUND, round.to_string())
            .env("PERF_HARNESS_POSTGRES", "local")
            .env("PERF_HARNESS_POSTGRES_DIR", &self.0)
            .env("PERF_HARNESS_CACHE_DIR", self.0.join("cache"))
            // Another idle time is another server.
            .env(
                "PERF_HARNESS_POSTGRES_IDLE_S",
                (2 + round / ON_ONE_SERVER % 3).to_string(),
            )
            .env("PERF_HARNESS_KEEP_FAILED", "0")
            .env_remove("NEXTEST_TEST_NAME");
        command
    }

    /// The directories of clusters, whole or half removed.
    fn clusters(&self) -> Vec<PathBuf> {
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

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Numbers that look random: xorshift64, Marsaglia 2003.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    /// Often before a test has begun, sometimes after many.
    fn moment(&mut self) -> Duration {
        let most = [60, 250, 1_000][usize::try_from(self.up_to(3)).unwrap()];
        Duration::from_millis(self.up_to(most))
    }
}

fn rounds() {
    let place = Place::new();
    let seed = u64::from(std::process::id()) << 20 | 1;
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let mut alive: Vec<(Instant, Child)> = Vec::new();
    for round in 0..ROUNDS {
        if alive.len() == AT_ONCE {
            kill_the_next(&mut alive);
        }
        if round % ON_ONE_SERVER == 0 {
            // The next server is made by initdb again.
            drop(std::fs::remove_dir_all(place.0.join("cache")));
        }
        let mut victim = place.command("victim", round);
        victim.stdout(Stdio::null()).stderr(Stdio::piped());
        alive.push((Instant::now() + dice.moment(), victim.spawn().unwrap()));
    }
    while !alive.is_empty() {
        kill_the_next(&mut alive);
    }
    the_next_run_passes(&place);
    nothing_remains(&place);
}

fn kill_the_next(alive: &mut Vec<(Instant, Child)>) {
    alive.sort_by_key(|(moment, _)| *moment);
    let (moment, mut victim) = alive.remove(0);
    std::thread::sleep(moment.saturating_duration_since(Instant::now()));
    if let Some(status) = victim.try_wait().unwrap() {
        // Its tests fail for no other reason than a mistake of ours.
        let mut told = String::new();
        victim
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut told)
            .unwrap();
        panic!("a victim ended by itself: {status}\n{told}");
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
}

fn the_next_run_passes(place: &Place) {
    let mut command = place.command("survivor", ROUNDS);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut survivor = command.spawn().unwrap();
    let mut lines = BufReader::new(survivor.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.unwrap().strip_prefix("server ").map(str::to_owned));
    let url = url.expect("the survivor's test passes");
    within_half_a_minute("only what is meant to stay is on the server", || {
        let databases = databases(&url);
        databases.iter().all(|(name, is_template)| {
            // Copies that wait and the one for readers belong to the template.
            *is_template || name.contains("_ready_") || name.contains("_shared_")
        })
    });
    drop(survivor.stdin.take());
    assert!(survivor.wait().unwrap().success());
}

/// The databases that are the harness's, and whether each is a finished template.
fn databases(url: &str) -> Vec<(String, bool)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_as(
            "SELECT datname::text, datistemplate FROM pg_database WHERE datname LIKE 'ph\\_%' ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap()
    })
}

/// Servers go when they were idle; their files and processes with them.
fn nothing_remains(place: &Place) {
    within_half_a_minute("no cluster remains", || place.clusters().is_empty());
    let ps = Command::new("ps").args(["-eo", "args"]).output().unwrap();
    let running = String::from_utf8_lossy(&ps.stdout).into_owned();
    let ours = place.0.display().to_string();
    let left: Vec<&str> = running
        .lines()
        .filter(|line| line.contains(&ours))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    for user in entries(&place.0)
        .iter()
        .filter(|entry| !entry.ends_with("cache"))
    {
        for file in entries(user).iter().filter(|file| file.is_file()) {
            // A lock's file is empty; which cluster to join is one name.
            assert!(file.metadata().unwrap().len() < 4_096, "{}", file.display());
        }
    }
}

fn within_half_a_minute(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{what}: not after half a minute"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
