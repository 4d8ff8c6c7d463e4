//! How long a piece of work takes: it is run until its rules are decided, and what does not hold is added to the ledger.

pub mod experiment;
mod goes;
mod lanes;
pub(crate) mod output;
mod runner;
mod sampler;
mod server;

use std::panic::Location;
use std::sync::Arc;

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
use crate::units::micros;

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
        let sampled = self.sampled(&latency, (inputs, work, failure)).await;
        let noted = sampled.as_ref().map(|(sampled, _)| sampled);
        self.note_latency(&latency, &form, location, noted);
        let (problem, sampled) = match sampled {
            Ok((sampled, fails)) => {
                if is_to_be_told(&sampled, fails) {
                    let written = Assertion::Latency(latency.clone()).written(&form);
                    tell::warning(&too_noisy(location, &written, &sampled));
                }
                (judge(&sampled, fails), Some(Arc::new(sampled)))
            }
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

    /// The runs, and whether what they leave undecided is a failure. What keeps them from saying anything is found out first.
    async fn sampled<I, T>(
        &self,
        latency: &Latency,
        what: (
            impl AsyncFn() -> I,
            impl AsyncFn(I) -> T,
            impl Fn(&T) -> Option<String>,
        ),
    ) -> Result<(Sampled, bool), SetupError> {
        let said = latency
            .undecided
            .map(|undecided| undecided == Undecided::Fail);
        let fails = said.map_or_else(config::undecided_fails, Ok)?;
        latency.must_be_decidable(clock::resolution())?;
        let sampled = Sampler::new(self, latency, what).sample().await?;
        Ok((sampled, fails))
    }

    /// What came of each rule of an entry of the budgets, in microseconds, on its side of what is allowed.
    pub(super) async fn held_latency<T>(
        &self,
        (latency, form, location): (&Latency, &Form, &'static Location<'static>),
        work: impl AsyncFn(()) -> T,
        failure: impl Fn(&T) -> Option<String>,
    ) -> Vec<(Result<u64, SetupError>, Option<Estimate>)> {
        let (sampled, fails) = match self.sampled(latency, (async || (), work, failure)).await {
            Ok(sampled) => sampled,
            Err(error) => {
                return latency
                    .rules
                    .iter()
                    .map(|_| (Err(error.clone()), None))
                    .collect();
            }
        };
        if is_to_be_told(&sampled, fails) {
            let written = Assertion::Latency(latency.clone()).written(form);
            tell::warning(&too_noisy(location, &written, &sampled));
        }
        let rulings = sampled.rulings.iter();
        rulings
            .map(|ruling| {
                (
                    held(ruling, &sampled, fails),
                    Some(estimate(ruling, &sampled)),
                )
            })
            .collect()
    }
}

/// Is there something that could not be decided, and that is not a failure? That is told: it is no silent success.
fn is_to_be_told(sampled: &Sampled, undecided_fails: bool) -> bool {
    let count = |decided| count(sampled, decided);
    !undecided_fails && count(None) > 0 && count(Some(Decided::IsBroken)) == 0
}

fn count(sampled: &Sampled, decided: Option<Decided>) -> usize {
    let rulings = sampled.rulings.iter();
    rulings.filter(|ruling| ruling.decided == decided).count()
}

/// What is wrong, if anything is.
fn judge(sampled: &Sampled, undecided_fails: bool) -> Option<Problem> {
    let broken = count(sampled, Some(Decided::IsBroken));
    let undecided = count(sampled, None);
    let is_wrong = broken > 0 || (undecided > 0 && undecided_fails);
    is_wrong.then_some(Problem::Violation(Violation::Latency { broken, undecided }))
}

/// What is told of one rule, on the side of the limit that the verdict says: what is estimated may lie on the other.
fn held(ruling: &Ruling, sampled: &Sampled, undecided_fails: bool) -> Result<u64, SetupError> {
    let most = micros(ruling.rule.most());
    let estimate = micros(sampled.estimate(ruling.rule.statistic()));
    match (ruling.decided, undecided_fails) {
        (Some(Decided::IsBroken), _) => Ok(estimate.max(most.saturating_add(1))),
        (Some(Decided::Holds), _) | (None, false) => Ok(estimate.min(most)),
        (None, true) => Err(SetupError::latency(
            format!("`{}` is too noisy to judge", ruling.rule),
            "allow more, or measure where less else is going on",
        )),
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
