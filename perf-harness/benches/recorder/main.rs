//! What the recorder costs, against a direct connection and against pgbouncer in session mode.
//!
//! `cargo bench --bench recorder` runs divan, one way after the other; `-- paired` runs all ways in turn, for
//! `cargo xtask bench-recorder`. Either way a wrong answer is a panic.
#![expect(clippy::print_stdout, reason = "a bench prints")]

mod client;
mod paired;
mod pgbouncer;
mod processor;
mod ways;
mod work;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{PoisonError, RwLock};

use divan::Bencher;
use divan::counter::BytesCount;
use perf_harness::{PerfDb, PerfTest};

use ways::{Place, WAYS, Way};
use work::Work;

/// divan's functions take nothing of ours along.
static PLACE: RwLock<Option<Place>> = RwLock::new(None);

fn main() -> ExitCode {
    match PerfTest::new("recorder_bench").run(act) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => refuse(&error.to_string()),
        Err(failure) => refuse(&failure.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a bench prints")]
fn refuse(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}

async fn act(db: PerfDb) -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().collect();
    let asked = |word: &str| words.iter().any(|it| it == word);
    let version: String = sqlx::query_scalar("SELECT version()")
        .fetch_one(&db.pool())
        .await?;
    let place = Place::new(db)?;
    if asked("paired") {
        println!("server {version}");
        let rounds = if asked("--quick") {
            paired::QUICK
        } else {
            paired::FULL
        };
        paired::run(&place, rounds)?;
    } else {
        let _shown = Shown::of(place);
        divan::main();
    }
    Ok(())
}

/// The place while divan's functions can see it. What it has started ends with it, also when one of them panics.
struct Shown;

impl Shown {
    fn of(place: Place) -> Self {
        *PLACE.write().unwrap_or_else(PoisonError::into_inner) = Some(place);
        Self
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(PLACE.write().unwrap_or_else(PoisonError::into_inner).take());
    }
}

#[divan::bench(args = WAYS)]
fn select_1(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::SelectOne);
}

#[divan::bench(args = WAYS)]
fn prepared_select_1(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::Prepared);
}

#[divan::bench(args = WAYS)]
fn hundred_rows(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::HundredRows);
}

#[divan::bench(args = WAYS, sample_count = 5, sample_size = 1)]
fn million_rows(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::MillionRows);
}

#[divan::bench(args = WAYS, sample_count = 5, sample_size = 1)]
fn copy_out(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::CopyOut);
}

/// Its table grows with each.
#[divan::bench(args = WAYS, sample_count = 5, sample_size = 1)]
fn copy_in(bencher: Bencher<'_, '_>, way: Way) {
    measure(bencher, way, Work::CopyIn);
}

/// Reads so much that divan has its answer. Without the way there is nothing to read, and it says why.
fn measure(bencher: Bencher<'_, '_>, way: Way, work: Work) {
    let place = PLACE.read().unwrap_or_else(PoisonError::into_inner);
    let place = place.as_ref().expect("`act` shows it before divan runs");
    if let Some(why) = place.missing(way) {
        return println!("skipped {way}: {why}");
    }
    let mut client = place.connect(way).expect("the server lets us in");
    let request = work.request();
    work.prepare(&mut client).expect("the server prepares");
    let first = request.ask(&mut client).expect("the server answers");
    let bencher = bencher.counter(BytesCount::new(request.payload(first)));
    let measured = place.within(way, work, || {
        let mut asked = 0;
        bencher.bench_local(|| {
            asked += 1;
            let answer = request.ask(&mut client).expect("the server answers");
            assert_eq!(answer, first, "the answer of {work} by {way}");
        });
        Ok(asked)
    });
    measured.expect("asking panics when it fails");
}
