//! How often a comparison is wrong, and how often it finds what is there: `cargo xtask bench-trials`.
//!
//! The benches are those of `tests/fixtures/bench-trials`: each with itself, and with one that does 3, 5 or 10 % more. All ways of
//! comparing have their turn in each round, so that a disturbance is all of theirs.

mod options;
mod tally;
mod ways;

use std::ffi::OsString;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::COULD_NOT_MEASURE;
use crate::build;
use crate::error::CompareError;
use crate::interrupt;
use options::Options;
use tally::{PERCENT, Tally};
use ways::{Programs, Way};

/// Reads the words behind `bench-trials`, and prints the table.
#[must_use = "the exit code is how the caller learns of a failure"]
pub fn bench_trials(words: &[OsString]) -> ExitCode {
    match act(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(COULD_NOT_MEASURE)
        }
    }
}

fn act(words: &[OsString]) -> Result<(), CompareError> {
    let Some(options) = options::read(words)? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let here = std::env::current_dir().map_err(|error| CompareError::File(".".into(), error))?;
    let workspace = build::workspace(&here)?;
    let target = workspace.target_directory.join("bench-trials");
    let programs = Programs::build(&workspace.workspace_root, target)?;
    interrupt::listen();
    let hog = options.hog.then(Hog::start);
    let tally = trials(&programs, &options)?;
    drop(hog);
    print!("{}", tally.table(&options.benches));
    Ok(())
}

fn trials(programs: &Programs, options: &Options) -> Result<Tally, CompareError> {
    let started = Instant::now();
    let limit = options
        .minutes
        .map(|minutes| Duration::from_mins(1) * minutes);
    let seed = options.seed.unwrap_or_else(|| Rng::new().u64(..));
    eprintln!("chance starts with {seed}");
    let mut rng = Rng::with_seed(seed);
    let mut tally = Tally::default();
    for round in 0..options.trials {
        for (at, bench) in options.benches.iter().enumerate() {
            let mut turns: Vec<(Way, u32)> = Way::ALL
                .into_iter()
                .flat_map(|way| PERCENT.map(|percent| (way, percent)))
                .filter(|(way, percent)| options::has_turn(round, bench, *way, *percent))
                .collect();
            rng.shuffle(&mut turns);
            for (way, percent) in turns {
                if interrupt::came() || limit.is_some_and(|limit| started.elapsed() > limit) {
                    return Ok(tally);
                }
                let begun = Instant::now();
                let said = programs.compare(way, bench, percent, &mut rng)?;
                tally.add(at, way, percent, said, begun.elapsed());
            }
        }
        eprintln!("round {}, {} s", round + 1, started.elapsed().as_secs());
    }
    Ok(tally)
}

/// A thread that never waits, until this is dropped.
struct Hog(Arc<AtomicBool>);

impl Hog {
    fn start() -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ends);
        thread::spawn(move || {
            let mut number = 0_u64;
            while !seen.load(Ordering::Relaxed) {
                number = black_box(number.wrapping_mul(3) + 1);
            }
        });
        Self(ends)
    }
}

impl Drop for Hog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
