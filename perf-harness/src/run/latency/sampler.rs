//! Runs the work until its rules are decided.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::goes::{Goes, said};
use super::lanes::all;
use super::runner::Runner;
use crate::budget::{Decided, Judge, Latency, Ruling, Sampled};
use crate::clock;
use crate::error::SetupError;
use crate::machine::{Disturbances, Watch};
use crate::postgres::turn_to_take_times;
use crate::progress::{self, Unit};
use crate::record::TimeSpent;
use crate::run::perf_db::PerfDb;
use crate::run::waiting::Waiting;
use crate::timing::{Timing, Timings};

/// So long it waits before it samples again to be sure.
const BREATH: Duration = Duration::from_millis(250);

/// How many runs are recorded to tell where their time goes.
const RECORDED: usize = 5;

/// One assertion on one piece of work: what makes its input, what it is, and whether what it gave is an error.
pub(super) struct Sampler<'a, In, W, F> {
    runner: Runner<'a>,
    latency: &'a Latency,
    inputs: In,
    work: W,
    failure: F,
}

/// What the lanes of one go have in common.
struct Go {
    judge: Judge,
    /// In the order in which they began: what is quick must not be judged before what is slow only because it ends first.
    runs: Vec<Timing>,
    /// Those that one that began earlier is still under way of.
    ahead: BTreeMap<usize, Timing>,
    begun: usize,
    error: Option<SetupError>,
    until: Duration,
    at_least: usize,
    most: usize,
}

impl Go {
    fn is_over(&self) -> bool {
        self.error.is_some()
            || (self.judge.is_done() && self.runs.len() >= self.at_least)
            || self.begun >= self.most
            || clock::now() >= self.until
    }

    /// The number of the next run, unless there is to be none.
    fn begin(&mut self) -> Option<usize> {
        if self.is_over() {
            return None;
        }
        self.begun += 1;
        Some(self.begun - 1)
    }

    fn take(&mut self, number: usize, run: Result<Timing, SetupError>) {
        match run {
            Ok(timing) => drop(self.ahead.insert(number, timing)),
            Err(error) => self.error = Some(self.told(error)),
        }
        while let Some(timing) = self.ahead.remove(&self.runs.len()) {
            self.judge.add(&timing);
            self.runs.push(timing);
        }
    }

    /// How far it had come.
    fn told(&self, error: SetupError) -> SetupError {
        match error {
            SetupError::Latency { cause, cure } => SetupError::Latency {
                cause: format!("{cause}, after {} that were well", self.runs.len()),
                cure,
            },
            other => other,
        }
    }
}

impl<'a, I, T, In, W, F> Sampler<'a, In, W, F>
where
    In: AsyncFn() -> I,
    W: AsyncFn(I) -> T,
    F: Fn(&T) -> Option<String>,
{
    pub(super) fn new(
        db: &'a PerfDb,
        latency: &'a Latency,
        (inputs, work, failure): (In, W, F),
    ) -> Self {
        Self {
            runner: Runner::new(db, latency.time_out).lanes(latency.concurrency),
            latency,
            inputs,
            work,
            failure,
        }
    }

    pub(super) async fn sample(mut self) -> Result<Sampled, SetupError> {
        let _turn = turn(self.runner.db).await?;
        for _ in 0..self.latency.warm_up {
            self.run().await?;
        }
        self.runner.find_server().await;
        let began = clock::now();
        let mut goes = Goes::begin(self.once(0).await?);
        while let Some(at_least) = goes.look_again() {
            tokio::time::sleep(BREATH).await;
            goes.add(self.once(at_least).await?);
        }
        let mut sampled = goes.end();
        sampled.timings.elapsed = clock::now().saturating_sub(began);
        let is_open = |ruling: &Ruling| ruling.decided != Some(Decided::Holds);
        if sampled.timings.are_recorded() && sampled.rulings.iter().any(is_open) {
            sampled.timings.spent = self.spent().await;
        }
        Ok(sampled)
    }

    async fn run(&self) -> Result<Timing, SetupError> {
        let input = self.input().await?;
        self.runner.run(input, &self.work, &self.failure).await
    }

    async fn input(&self) -> Result<I, SetupError> {
        let limit = self.latency.time_out;
        let input = tokio::time::timeout(limit, (self.inputs)()).await;
        input.map_err(|_| {
            SetupError::latency(
                format!("the input of a run was not made within {limit:?}"),
                "let it end, or allow it more: `time_out = 120s`",
            )
        })
    }

    fn judge(&self) -> Judge {
        let judge = Judge::new(self.latency, self.runner.waits_are_known());
        judge.simulated(self.runner.db.rtt().is_some())
    }

    /// One go: until all is decided by so many runs, or a bound is reached.
    async fn once(&self, at_least: usize) -> Result<Sampled, SetupError> {
        let go = Mutex::new(Go {
            judge: self.judge(),
            runs: Vec::new(),
            ahead: BTreeMap::new(),
            begun: 0,
            error: None,
            until: clock::now().saturating_add(self.latency.longest()),
            at_least,
            most: self.latency.samples,
        });
        let watch = Watch::begin();
        all((0..self.latency.concurrency)
            .map(|_| self.lane(&go))
            .collect())
        .await;
        let disturbances = watch.end();
        let go = go.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = go.error {
            return Err(error);
        }
        Ok(said(go.judge, self.timings(go.runs, disturbances)))
    }

    /// One after the other, as long as there is something to find out.
    async fn lane(&self, go: &Mutex<Go>) {
        loop {
            let Some(number) = lock(go).begin() else {
                break;
            };
            let run = self.run().await;
            lock(go).take(number, run);
            self.runner.look_again().await;
        }
    }

    fn timings(&self, runs: Vec<Timing>, disturbances: Disturbances) -> Timings {
        Timings {
            warm_up: self.latency.warm_up,
            concurrency: self.latency.concurrency,
            rtt: self.runner.db.rtt(),
            ..Timings::new(runs, self.runner.waits(), disturbances)
        }
    }

    /// Where the time of a typical run goes, where it goes through the recorder.
    async fn spent(&self) -> Option<TimeSpent> {
        let mut all = Vec::new();
        for _ in 0..RECORDED {
            let input = self.input().await.ok()?;
            let recording = self.runner.db.record((self.work)(input));
            let run = tokio::time::timeout(self.latency.time_out, recording)
                .await
                .ok()?;
            all.push(run.traffic().time());
        }
        all.sort_by_key(|spent| spent.elapsed);
        let spent = all.swap_remove(RECORDED / 2);
        (spent.in_database > Duration::ZERO).then_some(spent)
    }
}

fn lock(go: &Mutex<Go>) -> MutexGuard<'_, Go> {
    go.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until no other test takes times, on a thread of its own: this one may have other things to do.
pub(in crate::run) async fn turn(db: &PerfDb) -> Result<Turn, SetupError> {
    let is_taken = Arc::clone(&db.origin.takes_times);
    if is_taken.swap(true, Ordering::Relaxed) {
        return Err(SetupError::latency(
            "an assertion that takes times stands within the work of another one, or beside it"
                .to_owned(),
            "let one end before the other begins",
        ));
    }
    // Given back also where it is not waited for to the end.
    let taken = Taken(is_taken);
    let _told = Waiting::begin();
    let _waiting = progress::begin(
        "waiting for its turn to take times: one test does at a time",
        Unit::Nothing,
        None,
    );
    let turn = tokio::task::spawn_blocking(turn_to_take_times).await;
    let turn = turn.unwrap_or_else(|error| {
        Err(SetupError::system(
            "the turn to take times could not be waited for",
            &error,
        ))
    });
    Ok(Turn {
        _of_all_processes: turn?,
        _of_the_test: taken,
    })
}

/// It is this test's turn to take times, for as long as this lives.
pub(in crate::run) struct Turn {
    _of_all_processes: File,
    _of_the_test: Taken,
}

struct Taken(Arc<AtomicBool>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Statistic;

    #[test]
    fn runs_are_judged_in_the_order_in_which_they_began() {
        let latency = Latency::new().below(Statistic::P95, Duration::from_millis(10));
        let mut go = Go {
            judge: Judge::new(&latency, true),
            runs: Vec::new(),
            ahead: BTreeMap::new(),
            begun: 0,
            error: None,
            until: Duration::MAX,
            at_least: 0,
            most: 4,
        };
        let of = |millis| Timing {
            wall: Duration::from_millis(millis),
            ..Timing::default()
        };
        let numbers: Vec<usize> = (0..4).filter_map(|_| go.begin()).collect();
        assert_eq!((numbers, go.begin()), (vec![0, 1, 2, 3], None));
        go.take(1, Ok(of(1)));
        go.take(2, Ok(of(2)));
        assert!(go.runs.is_empty());
        go.take(0, Ok(of(9)));
        assert_eq!(go.runs, [of(9), of(1), of(2)]);
        go.take(3, Err(SetupError::latency("it failed".to_owned(), "")));
        assert_eq!(
            go.error.unwrap().to_string(),
            "it failed, after 3 that were well"
        );
    }
}
