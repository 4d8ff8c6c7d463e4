//! Two pieces of work in pairs: is the second better by as much as it must be?

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::panic::Location;
use std::sync::Arc;

use super::latency::{Runner, turn};
use super::perf_db::PerfDb;
use super::tell;
use crate::budget::{
    Assertion, Compared, Finding, Form, Improvement, Measure, Problem, Violation, gain_of_count,
};
use crate::clock;
use crate::error::SetupError;
use crate::record::Counts;
use crate::report::gains;
use crate::timing::Pair;

/// A piece of work, and whether what it gave is an error.
type Side<'s, W, F> = &'s (W, F);

impl PerfDb {
    /// Asserts that `after` is better than `before`, by so much: both are run in pairs, in random order. What does not hold is
    /// told when the test ends.
    ///
    /// The macro [`assert_improves!`](crate::assert_improves) is a line over this function, and sees to it that work that gives
    /// an error is told as that: give it a value that is `Ok`, or panic.
    #[track_caller]
    pub fn check_improvement<T, U>(
        &self,
        improvement: Improvement,
        before: impl AsyncFn() -> T,
        after: impl AsyncFn() -> U,
    ) -> impl Future<Output = ()> {
        let asked = (
            improvement,
            Form::OneStep("db".to_owned()),
            Location::caller(),
        );
        async move {
            let never = (|_: &T| None, |_: &U| None);
            self.check_improvement_as(asked, (before, never.0), (after, never.1))
                .await;
        }
    }

    pub(crate) async fn check_improvement_as<T, U>(
        &self,
        (improvement, form, location): (Improvement, Form, &'static Location<'static>),
        before: (impl AsyncFn() -> T, impl Fn(&T) -> Option<String>),
        after: (impl AsyncFn() -> U, impl Fn(&U) -> Option<String>),
    ) {
        let compared = match improvement.must_be_decidable() {
            Ok(()) => self.compared(&improvement, &before, &after).await,
            Err(error) => Err(error),
        };
        let (problem, compared) = match compared {
            Ok(compared) if compared.gains.iter().all(|gain| *gain == Some(true)) => {
                tell::proof(location, &gains(&improvement, &compared).join(", "));
                return;
            }
            Ok(compared) => {
                let count = |gain| compared.gains.iter().filter(|it| **it == gain).count();
                let violation = Violation::Improvement {
                    missed: count(Some(false)),
                    undecided: count(None),
                };
                (Problem::Violation(violation), Some(Arc::new(compared)))
            }
            Err(error) => (Problem::Unmeasured(error), None),
        };
        let ledger = &self.origin.ledger;
        ledger.add(Finding {
            compared,
            ..Finding::new(
                (Assertion::Improves(improvement), form, location),
                problem,
                &ledger.baseline,
            )
        });
    }

    async fn compared<T, U>(
        &self,
        improvement: &Improvement,
        before: Side<'_, impl AsyncFn() -> T, impl Fn(&T) -> Option<String>>,
        after: Side<'_, impl AsyncFn() -> U, impl Fn(&U) -> Option<String>>,
    ) -> Result<Compared, SetupError> {
        let _turn = turn(self).await?;
        let mut runner = Runner::new(self, improvement.time_out);
        for _ in 0..improvement.warm_up {
            run(&runner, before).await?;
            run(&runner, after).await?;
        }
        runner.find_server().await;
        let counts = self.counts(improvement, before, after).await?;
        let (mut pairs, mut of_time) = (Vec::new(), None);
        if let Some(required) = improvement.of_time() {
            let until = clock::now().saturating_add(improvement.time);
            let mut coin = Coin::new();
            while of_time.is_none() && pairs.len() < improvement.pairs && clock::now() < until {
                pairs.push(pair(&runner, coin.toss(), before, after).await?);
                if improvement.is_look(pairs.len()) {
                    of_time = improvement.judge_time(&pairs, required);
                }
            }
            // Where the time was over first.
            of_time = of_time.or_else(|| improvement.judge_time(&pairs, required));
        }
        let gains = improvement.gains.iter().map(|(measure, percent)| {
            let Some((before, after)) = measure.of(&counts.0).zip(measure.of(&counts.1)) else {
                return of_time;
            };
            Some(gain_of_count(before, after)? >= percent / 100.0)
        });
        Ok(Compared {
            gains: gains.collect(),
            pairs,
            counts,
        })
    }

    /// What crosses the wire for each, once.
    async fn counts<T, U>(
        &self,
        improvement: &Improvement,
        before: Side<'_, impl AsyncFn() -> T, impl Fn(&T) -> Option<String>>,
        after: Side<'_, impl AsyncFn() -> U, impl Fn(&U) -> Option<String>>,
    ) -> Result<(Counts, Counts), SetupError> {
        let first = *self.record((before.0)()).await.counts();
        let second = *self.record((after.0)()).await.counts();
        let undecoded = first.undecoded + second.undecoded;
        if undecoded > 0 {
            return Err(SetupError::Undecoded {
                messages: undecoded,
            });
        }
        let is_counted = |measure: &Measure| *measure != Measure::Latency;
        let measures = improvement.gains.iter().map(|(measure, _)| measure);
        for measure in measures.filter(|measure| is_counted(measure)) {
            if measure.of(&first) == Some(0) {
                return Err(SetupError::latency(
                    format!(
                        "the work as it was has no {}, so nothing can be less",
                        measure.name()
                    ),
                    "have it go through the recorder: `db.pool()`, `db.url()`",
                ));
            }
        }
        Ok((first, second))
    }
}

async fn run<T>(
    runner: &Runner<'_>,
    (work, failure): Side<'_, impl AsyncFn() -> T, impl Fn(&T) -> Option<String>>,
) -> Result<crate::timing::Timing, SetupError> {
    runner.run((), &async |()| work().await, failure).await
}

/// One of each, in the order that the coin says.
async fn pair<T, U>(
    runner: &Runner<'_>,
    is_first: bool,
    before: Side<'_, impl AsyncFn() -> T, impl Fn(&T) -> Option<String>>,
    after: Side<'_, impl AsyncFn() -> U, impl Fn(&U) -> Option<String>>,
) -> Result<Pair, SetupError> {
    if is_first {
        let before = run(runner, before).await?;
        let after = run(runner, after).await?;
        return Ok(Pair { before, after });
    }
    let after = run(runner, after).await?;
    let before = run(runner, before).await?;
    Ok(Pair { before, after })
}

/// Random enough that nothing else of the machine keeps its time: Marsaglia's xorshift.
struct Coin(u64);

impl Coin {
    fn new() -> Self {
        Self(RandomState::new().build_hasher().finish() | 1)
    }

    fn toss(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & 1 == 1
    }
}
