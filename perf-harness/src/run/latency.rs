//! How long a piece of work takes: it is run until its rules are decided, and what does not hold is added to the ledger.

pub mod experiment;
mod lanes;
pub(crate) mod output;
mod runner;
mod sampler;
mod server;

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::perf_db::PerfDb;
use super::tell;
use crate::budget::{
    Assertion, Decided, Estimate, Finding, Form, Latency, Problem, Ruling, Sampled, Undecided,
    Violation,
};
use crate::clock;
use crate::config;
use crate::error::SetupError;
use crate::report::too_noisy;

pub(super) use self::runner::Runner;
use self::sampler::Sampler;
pub(super) use self::sampler::turn;

impl PerfDb {
    /// Asserts that a piece of work is fast enough. It is run with the same input again and again, until each rule is decided:
    /// a statistical verdict. What does not hold is told when the test ends.
    ///
    /// The macro [`assert_latency!`](crate::assert_latency) is a line over this function, and sees to it that work that gives an
    /// error is told as that: give it a value that is `Ok`, or panic.
    #[track_caller]
    pub fn check_latency<T>(
        &self,
        latency: Latency,
        work: impl AsyncFn() -> T,
    ) -> impl Future<Output = ()> {
        let location = Location::caller();
        let form = Form::OneStep("db".to_owned());
        async move {
            let work = async |()| work().await;
            let asked = (latency, form, location);
            self.check_latency_as(asked, async || (), work, |_| None)
                .await;
        }
    }

    pub(crate) async fn check_latency_as<I, T>(
        &self,
        (latency, form, location): (Latency, Form, &'static Location<'static>),
        inputs: impl AsyncFn() -> I,
        work: impl AsyncFn(I) -> T,
        failure: impl Fn(&T) -> Option<String>,
    ) {
        let sampled = match latency.must_be_decidable(clock::resolution()) {
            Ok(()) => {
                let sampler = Sampler::new(self, &latency, (inputs, work, failure));
                sampler.sample().await
            }
            Err(error) => Err(error),
        };
        self.note_latency(&latency, &form, location, sampled.as_ref());
        let (problem, sampled) = match sampled {
            Ok(sampled) => (
                judge(&latency, &form, location, &sampled),
                Some(Arc::new(sampled)),
            ),
            Err(error) => (Some(Problem::Unmeasured(error)), None),
        };
        let Some(problem) = problem else { return };
        let ledger = &self.origin.ledger;
        ledger.add(Finding {
            latency: sampled,
            ..Finding::new(
                (Assertion::Latency(latency), form, location),
                problem,
                &ledger.baseline,
            )
        });
    }

    /// What came of each rule of an entry of the budgets, in microseconds, on its side of what is allowed.
    pub(super) async fn held_latency<T>(
        &self,
        (latency, form, location): (&Latency, &Form, &'static Location<'static>),
        work: impl AsyncFn(()) -> T,
        failure: impl Fn(&T) -> Option<String>,
    ) -> Vec<(Result<u64, SetupError>, Option<Estimate>)> {
        let sampled = match latency.must_be_decidable(clock::resolution()) {
            Ok(()) => {
                let sampler = Sampler::new(self, latency, (async || (), work, failure));
                sampler.sample().await
            }
            Err(error) => Err(error),
        };
        let sampled = match sampled {
            Ok(sampled) => sampled,
            Err(error) => {
                return latency
                    .rules
                    .iter()
                    .map(|_| (Err(error.clone()), None))
                    .collect();
            }
        };
        let fails = config::undecided_fails();
        if fails.as_ref().is_ok_and(|fails| !fails)
            && sampled
                .rulings
                .iter()
                .any(|ruling| ruling.decided.is_none())
        {
            let written = Assertion::Latency(latency.clone()).written(form);
            tell::warning(&too_noisy(location, &written, &sampled));
        }
        let rulings = sampled.rulings.iter();
        rulings
            .map(|ruling| {
                (
                    held(ruling, &sampled, &fails),
                    Some(estimate(ruling, &sampled)),
                )
            })
            .collect()
    }
}

/// What is wrong, if anything is. What could not be decided is at least told.
fn judge(
    latency: &Latency,
    form: &Form,
    location: &'static Location<'static>,
    sampled: &Sampled,
) -> Option<Problem> {
    let count = |decided| {
        let rulings = sampled.rulings.iter();
        rulings.filter(|ruling| ruling.decided == decided).count()
    };
    let (broken, open) = (count(Some(Decided::IsBroken)), count(None));
    let said = latency
        .undecided
        .map(|undecided| undecided == Undecided::Fail);
    let fails = match said.map_or_else(config::undecided_fails, Ok) {
        Ok(fails) => fails,
        Err(error) => return Some(Problem::Unmeasured(error)),
    };
    if broken > 0 || (open > 0 && fails) {
        let undecided = open;
        return Some(Problem::Violation(Violation::Latency { broken, undecided }));
    }
    if open > 0 {
        let written = Assertion::Latency(latency.clone()).written(form);
        tell::warning(&too_noisy(location, &written, sampled));
    }
    None
}

/// What is told of one rule, on the side of the limit that the verdict says: what is estimated may lie on the other.
fn held(
    ruling: &Ruling,
    sampled: &Sampled,
    fails: &Result<bool, SetupError>,
) -> Result<u64, SetupError> {
    let most = micros(ruling.rule.most());
    let estimate = micros(sampled.estimate(ruling.rule.statistic()));
    match (ruling.decided, fails) {
        (Some(Decided::IsBroken), _) => Ok(estimate.max(most.saturating_add(1))),
        (Some(Decided::Holds), _) | (None, Ok(false)) => Ok(estimate.min(most)),
        (None, Ok(true)) => Err(SetupError::latency(
            format!("`{}` is too noisy to judge", ruling.rule),
            "allow more, or measure where less else is going on",
        )),
        (None, Err(error)) => Err(error.clone()),
    }
}

/// What the samples say of it.
fn estimate(ruling: &Ruling, sampled: &Sampled) -> Estimate {
    let statistic = ruling.rule.statistic();
    let interval = sampled.interval(statistic);
    Estimate {
        value: micros(sampled.estimate(statistic)),
        interval: interval.map(|(low, high)| (micros(low), micros(high))),
        samples: sampled.timings.runs.len() as u64,
        is_undecided: ruling.decided.is_none(),
    }
}

/// A time as the history and the budgets have it.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
