//! How often a verdict on latency is wrong: `assert_latency!`'s, and those of percentiles of 20, 100 and 400 samples.
//!
//! The work is run many times, in a quiet place and beside processes that take the processors from it; each way to judge is
//! given stretches of the same runs, with budgets from 0.6 to 2 times the true percentile. `cargo xtask flake-check` runs it.
//! The words `work=with Postgres` and `hogs=4` leave out the others.
#![expect(clippy::print_stdout, reason = "a bench prints")]

#[path = "../extent/mod.rs"]
mod extent;
mod hogs;
mod judges;
mod table;
mod truth;
mod work;

use std::env;
use std::process::ExitCode;

use perf_harness::{PerfDb, PerfTest};

use hogs::Hogs;
use judges::{Cell, cells};
use work::Work;

/// How much is done.
#[derive(Clone, Copy)]
struct Extent {
    /// Runs of each work beside each number of hogs.
    runs: usize,
    /// Verdicts of each cell.
    verdicts: usize,
}

const FULL: Extent = Extent {
    runs: 50_000,
    verdicts: 500,
};

/// To see whether all still works.
const QUICK: Extent = Extent {
    runs: 1_500,
    verdicts: 20,
};

/// The program for `cargo test --benches`.
const LEAST: Extent = Extent {
    runs: 450,
    verdicts: 1,
};

/// Beside so many processes that take what they can get.
const HOGS: [usize; 3] = [0, 1, 4];

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let asked = |word: &str| words.iter().any(|it| it == word);
    if asked(hogs::WORD) {
        hogs::hog();
    }
    if let Some(name) = words.iter().find_map(|word| word.strip_prefix(truth::WORD)) {
        return ended(
            PerfTest::new("flake_check_truth")
                .run(async |db| truth::tell(&Work::named(name, &db).await).await),
        );
    }
    let asked_for = if asked("--quick") { QUICK } else { FULL };
    let extent = extent::of(asked_for, LEAST);
    let said = |key: &str| words.iter().find_map(|word| word.strip_prefix(key));
    let wanted = Wanted {
        work: said("work=").map(str::to_owned),
        hogs: said("hogs=").and_then(|count| count.parse().ok()),
    };
    ended(PerfTest::new("flake_check").run(async |db| act(&db, extent, &wanted).await))
}

fn ended(outcome: Result<(), perf_harness::Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What is to be done. All of it, where nothing is said.
struct Wanted {
    work: Option<String>,
    hogs: Option<usize>,
}

async fn act(db: &PerfDb, extent: Extent, wanted: &Wanted) {
    let is_wanted = |name: &&str| wanted.work.as_ref().is_none_or(|work| work == name);
    for name in work::NAMES.into_iter().filter(is_wanted) {
        let work = Work::named(name, db).await;
        let (p95, how) = truth::of(&work);
        println!("{}", table::heading(name, p95, how));
        let is_wanted = |hogs: &usize| wanted.hogs.is_none_or(|count| count == *hogs);
        for hogs in HOGS.into_iter().filter(is_wanted) {
            let beside = Hogs::start(hogs);
            let runs = work.runs(extent.runs).await;
            drop(beside);
            let cells: Vec<Cell> = cells(&runs, p95, extent.verdicts);
            println!("{}", table::of(hogs, &runs, &cells));
        }
    }
}
