//! Test processes that are killed at any moment leave nothing behind.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a run that failed can be repeated")]

#[path = "../dice.rs"]
mod dice;
mod place;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dice::Dice;
use perf_harness::{PerfDb, PerfTest, Template, TemplateDb};
use place::{Place, databases, entries, execute, within_half_a_minute};

/// How many processes are killed in all, and how many run at once.
const ROUNDS: u32 = 200;
const AT_ONCE: usize = 4;
/// So many follow each other on one server before it is another one's turn, started from nothing.
const ON_ONE_SERVER: u32 = 25;

/// Which part this process plays when the test has started its own program again, of which version its template is,
/// and where it says what it is about to do.
const ROLE: &str = "CHAOS_TEST_ROLE";
const VERSION: &str = "CHAOS_TEST_VERSION";
const PHASE: &str = "CHAOS_TEST_PHASE";
const TEST: &str = "killed_processes_leave_nothing_behind";

/// On one of the servers failed tests keep their databases, and so many.
const KEEPS: u32 = 7;
const KEPT: usize = 2;

#[test]
fn killed_processes_leave_nothing_behind() {
    match std::env::var(ROLE).as_deref() {
        Ok("victim") => victim(),
        Ok("survivor") => survivor(),
        Ok("fails") => fails(),
        _ => rounds(),
    }
}

/// What a victim may be killed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// A data directory is made, or copied.
    Initdb,
    /// A server starts that nothing will end yet.
    Starts,
    /// Any moment before the first test: the server is joined, others are waited for.
    Begins,
    /// A template is filled.
    Fills,
    /// A copy of a template that is there is claimed or made.
    Claims,
    /// The test runs.
    Tests,
    /// Its database is dropped or kept, and the next copy made.
    Ends,
}

impl Phase {
    /// Those that are aimed at besides any moment.
    const ALL: [Self; 7] = [
        Self::Initdb,
        Self::Starts,
        Self::Begins,
        Self::Fills,
        Self::Claims,
        Self::Tests,
        Self::Ends,
    ];

    /// Said by the victim to its killer.
    fn say(self) {
        std::fs::write(std::env::var_os(PHASE).unwrap(), format!("{self:?}")).unwrap();
    }

    /// What a round aims at: each server is killed as it is made and as it starts, then the others in turn, and most
    /// rounds hit any moment.
    fn of(round: u32) -> Option<Self> {
        match round % ON_ONE_SERVER {
            0 => Some(Self::Initdb),
            1 => Some(Self::Starts),
            2 | 6 => Some(Self::Fills),
            3 | 7 => Some(Self::Claims),
            4 | 8 => Some(Self::Tests),
            5 | 9 => Some(Self::Ends),
            _ => None,
        }
    }
}

async fn some_rows(db: TemplateDb) -> Result<(), sqlx::Error> {
    if std::env::var_os(PHASE).is_some() {
        Phase::Fills.say();
    }
    sqlx::raw_sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 20000) n")
        .execute(&db.pool())
        .await?;
    Ok(())
}

fn template() -> Template {
    Template::function(some_rows).version(std::env::var(VERSION).unwrap())
}

async fn rows(db: &PerfDb) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM t");
    count.fetch_one(&db.pool()).await.unwrap()
}

/// Every kind of test, until it is killed.
fn victim() {
    Phase::Begins.say();
    loop {
        let own = PerfTest::new("own").template(template);
        own.run(async |db: PerfDb| {
            Phase::Tests.say();
            assert_eq!(rows(&db).await, 20_000);
            Phase::Ends.say();
        })
        .unwrap();
        Phase::Claims.say();
        let fails = PerfTest::new("fails").template(template);
        assert!(
            fails
                .run(async |_db: PerfDb| {
                    Phase::Ends.say();
                    Err("of its own")
                })
                .unwrap()
                .is_err()
        );
        Phase::Claims.say();
        let reads = PerfTest::new("reads").template(template).read_only();
        reads
            .run(async |db: PerfDb| assert_eq!(rows(&db).await, 20_000))
            .unwrap();
        Phase::Claims.say();
    }
}

/// One test that fails, and says where its server is.
fn fails() {
    let mut url = None;
    let end = PerfTest::new("fails").run(async |db: PerfDb| {
        url = Some(server(&db));
        Err("of its own")
    });
    assert!(end.unwrap().is_err());
    println!("\nserver {}", url.unwrap());
}

fn server(db: &PerfDb) -> url::Url {
    let mut server = url::Url::parse(db.direct_url()).unwrap();
    server.set_path("postgres");
    server
}

/// One test, and then the server is kept until nobody asks any more.
fn survivor() {
    let own = PerfTest::new("survives").template(template);
    let mut url = None;
    own.run(async |db: PerfDb| {
        assert_eq!(rows(&db).await, 20_000);
        url = Some(server(&db));
    })
    .unwrap();
    println!("\nserver {}", url.unwrap());
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Often before a test has begun, sometimes after many: milliseconds.
const WITHIN: [u64; 3] = [60, 250, 1_000];

/// A process to be killed.
struct Victim {
    process: Child,
    /// Where it says what it is about to do.
    said: PathBuf,
    /// The clusters that were there before it.
    before: Vec<PathBuf>,
}

impl Victim {
    /// What it is about to do now.
    fn phase(&self, place: &Place) -> Option<Phase> {
        let said = std::fs::read_to_string(&self.said).ok()?;
        let said = Phase::ALL
            .into_iter()
            .find(|phase| format!("{phase:?}") == said)?;
        if said != Phase::Begins {
            return Some(said);
        }
        let clusters = place.clusters();
        let own = clusters
            .iter()
            .find(|cluster| !self.before.contains(cluster));
        Some(match own {
            Some(own) if !own.join("data/postmaster.pid").exists() => Phase::Initdb,
            Some(own) if !own.join("watched").exists() => Phase::Starts,
            _ => Phase::Begins,
        })
    }

    /// Waits until it does what is aimed at.
    fn until(&mut self, phase: Phase, place: &Place) {
        let begun = Instant::now();
        while self.phase(place) != Some(phase) {
            self.must_live();
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{phase:?} was never reached: {:?}",
                self.phase(place)
            );
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Its tests fail for no other reason than a mistake of ours.
    fn must_live(&mut self) {
        if let Some(status) = self.process.try_wait().unwrap() {
            let mut told = String::new();
            let stderr = self.process.stderr.as_mut().unwrap();
            stderr.read_to_string(&mut told).unwrap();
            panic!("a victim ended by itself: {status}\n{told}");
        }
    }

    fn kill(mut self, place: &Place, killed: &mut BTreeMap<Phase, u32>) {
        self.must_live();
        let phase = self.phase(place);
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        drop(std::fs::remove_file(&self.said));
        if let Some(phase) = phase {
            *killed.entry(phase).or_default() += 1;
        }
    }
}

fn rounds() {
    let place = Place::new();
    let mut dice = Dice::of_this_process();
    let mut alive: Vec<(Instant, Victim)> = Vec::new();
    let mut killed = BTreeMap::new();
    for round in 0..ROUNDS {
        if alive.len() == AT_ONCE {
            kill_the_next(&mut alive, &place, &mut killed);
        }
        if round % ON_ONE_SERVER == 0 {
            // The next server is made by initdb again.
            drop(std::fs::remove_dir_all(place.0.join("cache")));
        }
        let aim = Phase::of(round);
        if matches!(aim, Some(Phase::Initdb | Phase::Starts)) {
            // Nobody else may be the one who makes it.
            while !alive.is_empty() {
                kill_the_next(&mut alive, &place, &mut killed);
            }
        }
        let mut victim = place.victim(round);
        if let Some(phase) = aim {
            victim.until(phase, &place);
            std::thread::sleep(Duration::from_micros(dice.up_to(2_000)));
            victim.kill(&place, &mut killed);
        } else {
            alive.push((Instant::now() + dice.moment(&WITHIN), victim));
        }
    }
    while !alive.is_empty() {
        kill_the_next(&mut alive, &place, &mut killed);
    }
    println!("killed at {killed:?}");
    for phase in Phase::ALL {
        assert!(killed.contains_key(&phase), "none was killed at {phase:?}");
    }
    the_next_run_passes(&place);
    only_the_last_failed_ones_are_kept(&place);
    nothing_remains(&place);
}

fn kill_the_next(
    alive: &mut Vec<(Instant, Victim)>,
    place: &Place,
    killed: &mut BTreeMap<Phase, u32>,
) {
    alive.sort_by_key(|(moment, _)| *moment);
    let (moment, victim) = alive.remove(0);
    std::thread::sleep(moment.saturating_duration_since(Instant::now()));
    victim.kill(place, killed);
}

/// Those who were killed may have kept more than they should, or none. Who fails next sees to it.
fn only_the_last_failed_ones_are_kept(place: &Place) {
    let mut url = None;
    for _ in 0..=KEPT {
        let output = place.command("fails", KEEPS * ON_ONE_SERVER).output();
        let printed = String::from_utf8(output.unwrap().stdout).unwrap();
        let told = printed
            .lines()
            .find_map(|line| line.strip_prefix("server "));
        url = Some(told.unwrap_or_else(|| panic!("{printed}")).to_owned());
    }
    let url = url.as_deref().unwrap();
    let kept = databases(url).into_iter();
    let kept: Vec<String> = kept
        .map(|(name, _)| name)
        .filter(|name| name.contains("_failed_"))
        .collect();
    assert_eq!(kept.len(), KEPT, "{kept:?}");
    for name in kept {
        // With one kept its server would stay for an hour.
        execute(url, format!("DROP DATABASE \"{name}\""));
    }
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
