//! What plans cost a round trip: a test without them, one with them while nobody records, and one with them that records.
//!
//! `cargo bench --bench plans`. All ways in turn, in one run; the medians are of pairs with the neighbour that has no plans.
#![expect(clippy::print_stdout, reason = "a bench prints")]

#[path = "recorder/client.rs"]
#[expect(dead_code, reason = "the other bench asks for more")]
mod client;
mod extent;

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, message};
use perf_harness::{PerfDb, PerfTest};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Round trips of one way before the next way has its turn.
const AT_ONCE: usize = 20;

fn main() -> ExitCode {
    // Two databases, so two tests, the second one within the first.
    let within = |without: PerfDb| {
        let with = PerfTest::new("plans_bench_with").plans();
        told(with.run(async |with: PerfDb| act(&without, &with).await))
    };
    let done = PerfTest::new("plans_bench_without").run(async |without: PerfDb| {
        let second = thread::spawn(move || within(without));
        second
            .join()
            .unwrap_or_else(|_| Err("a way panicked".into()))
    });
    match told(done) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

fn told<E: Display>(end: Result<Outcome, E>) -> Outcome {
    end.unwrap_or_else(|failure| Err(failure.to_string().into()))
}

#[expect(clippy::print_stderr, reason = "a bench prints")]
fn refuse(why: &impl Display) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}

/// One way of asking, with a connection of its own.
struct Lane<'a> {
    told: &'static str,
    db: &'a PerfDb,
    records: bool,
    plans: bool,
    client: Client,
    /// The median of each turn.
    turns: Vec<Duration>,
    all: Vec<Duration>,
}

async fn act(without: &PerfDb, with: &PerfDb) -> Outcome {
    if let Some(why) = with.without_plans() {
        return Err(why.into());
    }
    for (told, sql) in [
        ("`SELECT $1::int`", "SELECT $1::int"),
        ("a row by its key", "SELECT name FROM numbers WHERE id = $1"),
        (
            "a count of 10,000 rows",
            "SELECT count(*) FROM numbers WHERE id <> $1",
        ),
    ] {
        let mut lanes = [
            Lane::new("no plans, nobody records", without, false, false, sql)?,
            Lane::new("plans, nobody records", with, false, true, sql)?,
            Lane::new("no plans, in a recording", without, true, false, sql)?,
            Lane::new("plans, in a recording", with, true, true, sql)?,
        ];
        for round in 0..extent::of(500, 2) {
            // The order turns: what one way leaves behind disturbs each of the others as often.
            for at in 0..lanes.len() {
                let lane = (at + round) % lanes.len();
                lanes[lane].turn().await?;
            }
        }
        tell(told, &lanes);
    }
    Ok(())
}

impl<'a> Lane<'a> {
    fn new(
        told: &'static str,
        db: &'a PerfDb,
        records: bool,
        plans: bool,
        sql: &str,
    ) -> io::Result<Self> {
        let mut client = Client::connect(&db.url().parse().map_err(io::Error::other)?)?;
        for statement in [
            "CREATE TABLE IF NOT EXISTS numbers (id int PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO numbers SELECT n, 'the row ' || n FROM generate_series(1, 10000) n ON CONFLICT DO NOTHING",
            "VACUUM (ANALYZE) numbers",
        ] {
            client.exchange(&message(b'Q', &text(statement)))?;
        }
        let parse = message(b'P', &[text("one"), text(sql), vec![0, 0]].concat());
        client.exchange(&[parse, message(b'S', b"")].concat())?;
        Ok(Self {
            told,
            db,
            records,
            plans,
            client,
            turns: Vec::new(),
            all: Vec::new(),
        })
    }

    async fn turn(&mut self) -> io::Result<()> {
        let db = self.db;
        let times = if self.records {
            let plans = self.plans;
            let list = db.record(async { ask(&mut self.client) }).await;
            let has = |query: &perf_harness::Query| query.executed_plan().is_some();
            assert!(
                list.queries().all(|query| has(query) == plans),
                "{}",
                self.told
            );
            list.into_output()?
        } else {
            ask(&mut self.client)?
        };
        self.turns.push(percentile(&times, 50));
        self.all.extend(times);
        Ok(())
    }
}

/// The first round trip of a turn is for what the turn changes.
fn ask(client: &mut Client) -> io::Result<Vec<Duration>> {
    let bind = [
        &b"\0one\0"[..],
        &[0, 1, 0, 1, 0, 1, 0, 0, 0, 4],
        &7_i32.to_be_bytes(),
        &[0, 1, 0, 1],
    ];
    let request = [
        message(b'B', &bind.concat()),
        message(b'E', &[0; 5]),
        message(b'S', b""),
    ]
    .concat();
    let mut times = Vec::with_capacity(AT_ONCE);
    for time in 0..=AT_ONCE {
        let begun = Instant::now();
        let answer = client.exchange(&request)?;
        assert_eq!(answer.rows, 1);
        if time > 0 {
            times.push(begun.elapsed());
        }
    }
    Ok(times)
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() * percent / 100]
}

fn tell(work: &str, lanes: &[Lane<'_>; 4]) {
    println!("\n| {work} | µs: 10th percentile / median | median of pairs |\n| --- | --- | --- |");
    for (lane, beside) in lanes.iter().zip([0, 0, 2, 2]) {
        let micros = |percent| percentile(&lane.all, percent).as_secs_f64() * 1e6;
        let pairs = lane.turns.iter().zip(&lanes[beside].turns);
        let mut ratios: Vec<f64> = pairs
            .map(|(one, two)| one.as_secs_f64() / two.as_secs_f64())
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let ratio = ratios[ratios.len() / 2];
        println!(
            "| {} | {:.1} / {:.1} | {ratio:.2} × |",
            lane.told,
            micros(10),
            micros(50)
        );
    }
}
