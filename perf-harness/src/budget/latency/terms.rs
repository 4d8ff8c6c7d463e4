//! What an assertion on latency says: its rules, and how it is sampled.

use std::time::Duration;

use super::{LatencyRule, Statistic};
use crate::error::SetupError;
use crate::stats::ErrorRates;

/// What becomes of a rule that cannot be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undecided {
    /// It is told as a warning.
    Warn,
    /// The test fails.
    Fail,
}

/// Rules on how long a piece of work may take, and how it is sampled. The macro [`assert_latency!`](crate::assert_latency)
/// makes one.
///
/// ```
/// use std::time::Duration;
/// use perf_harness::{Latency, Statistic};
///
/// let latency = Latency::new()
///     .below(Statistic::P50, Duration::from_millis(20))
///     .below(Statistic::P99, Duration::from_millis(80))
///     .samples(2_000);
/// assert_eq!(latency.rules().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    pub(crate) rules: Vec<LatencyRule>,
    pub(crate) warm_up: usize,
    pub(crate) samples: usize,
    /// Where it is not said, as long as the rules take.
    pub(crate) time: Option<Duration>,
    pub(crate) time_out: Duration,
    pub(crate) concurrency: usize,
    /// Where it is not said, the environment says it.
    pub(crate) undecided: Option<Undecided>,
    pub(crate) rates: ErrorRates,
}

impl Eq for Latency {}

impl Default for Latency {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            // A driver's prepared statement gets the plan that it keeps in its sixth run.
            warm_up: 10,
            samples: 600,
            time: None,
            time_out: Duration::from_mins(1),
            concurrency: 1,
            undecided: None,
            rates: ErrorRates {
                false_fail: 0.001,
                false_pass: 0.01,
            },
        }
    }
}

impl Latency {
    /// No rule yet, and the defaults of [`assert_latency!`](crate::assert_latency).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These rules, with as many samples as they need.
    pub(crate) fn of(rules: Vec<LatencyRule>) -> Self {
        /// A budget near the true value takes more than the least.
        const ROOM: usize = 4;
        let mut latency = Self {
            rules,
            ..Self::default()
        };
        let needed = latency.rules.iter().map(|rule| latency.needed(rule)).max();
        let samples = needed.unwrap_or_default().saturating_mul(ROOM);
        latency.samples = latency.samples.max(samples);
        latency
    }

    /// The statistic is to be below `most`.
    #[must_use]
    pub fn below(mut self, statistic: Statistic, most: Duration) -> Self {
        self.rules.push(LatencyRule::new(statistic, most));
        self
    }

    /// So many runs come before the first that counts. 10 where it is not said.
    #[must_use]
    pub fn warm_up(mut self, runs: usize) -> Self {
        self.warm_up = runs;
        self
    }

    /// The most runs that are sampled. 600 where it is not said.
    #[must_use]
    pub fn samples(mut self, most: usize) -> Self {
        self.samples = most;
        self
    }

    /// How long is sampled at most. Where it is not said, as long as the rules take of work that just keeps them, and half as
    /// much again; and 10 s at least.
    #[must_use]
    pub fn time(mut self, most: Duration) -> Self {
        self.time = Some(most);
        self
    }

    /// How long one run may take. A minute where it is not said.
    #[must_use]
    pub fn time_out(mut self, most: Duration) -> Self {
        self.time_out = most;
        self
    }

    /// How many runs are under way at once. One where it is not said.
    #[must_use]
    pub fn concurrency(mut self, runs: usize) -> Self {
        self.concurrency = runs;
        self
    }

    /// What becomes of a rule that cannot be decided. Where it is not said, `PERF_HARNESS_UNDECIDED` says it, and a warning
    /// is told without that.
    #[must_use]
    pub fn undecided(mut self, undecided: Undecided) -> Self {
        self.undecided = Some(undecided);
        self
    }

    /// Its rules.
    #[must_use]
    pub fn rules(&self) -> &[LatencyRule] {
        &self.rules
    }

    /// Its rules as their author wrote them, or nearly.
    pub(crate) fn written(&self) -> String {
        let rules = self.rules.iter().map(ToString::to_string);
        rules.collect::<Vec<_>>().join(", ")
    }

    /// Each rule can be kept, and can be decided within the bounds.
    pub(crate) fn must_be_decidable(&self, resolution: Duration) -> Result<(), SetupError> {
        let refused = |cause: String, cure: &str| Err(SetupError::latency(cause, cure));
        if self.rules.is_empty() {
            return refused(
                "no rule says how fast the work must be".to_owned(),
                "add one: `p95 < 200ms`",
            );
        }
        if self.concurrency == 0 {
            return refused(
                "`concurrency = 0` runs nothing".to_owned(),
                "the least is 1",
            );
        }
        for rule in &self.rules {
            if rule.most().is_zero() {
                return refused(
                    format!("`{rule}` cannot be kept"),
                    "a budget is more than zero",
                );
            }
            if rule.most() < resolution.saturating_mul(10) {
                let cause = format!(
                    "`{rule}` is too fine for this machine's clock, which tells {resolution:?} apart"
                );
                return refused(
                    cause,
                    "have the work do its part many times, and the budget be as many times larger",
                );
            }
            let needed = self.needed(rule);
            if self.samples < needed {
                let cause = format!(
                    "`{rule}` cannot be decided by {} samples: it needs {needed}, even if it is far from its budget",
                    self.samples
                );
                return refused(
                    cause,
                    &format!("allow them, `samples = {needed}`, or assert a lower percentile"),
                );
            }
        }
        Ok(())
    }

    /// How long is sampled at most.
    pub(crate) fn longest(&self) -> Duration {
        const LEAST: Duration = Duration::from_secs(10);
        let each = self.rules.iter().map(|rule| {
            let needed = u32::try_from(self.needed(rule)).unwrap_or(u32::MAX);
            rule.most().saturating_mul(needed).saturating_mul(3) / 2
        });
        self.time
            .unwrap_or_else(|| each.max().unwrap_or_default().max(LEAST))
    }

    /// How many samples it takes to decide a rule, at least.
    pub(crate) fn needed(&self, rule: &LatencyRule) -> usize {
        super::judge::needed(rule.statistic(), self.rates_of_each())
    }

    /// With several rules each has its share of what may go wrong.
    pub(crate) fn rates_of_each(&self) -> ErrorRates {
        let rules = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        self.rates.of_each(rules.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(latency: &Latency, expected: Result<(), &str>) {
        let found = latency.must_be_decidable(Duration::from_nanos(50));
        let found = found.map_err(|error| format!("{error}; {}", error.hint()));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    fn p(statistic: Statistic, most: Duration) -> Latency {
        Latency::new().below(statistic, most)
    }

    #[test]
    fn it_is_sampled_for_as_long_as_work_takes_that_just_keeps_its_rules() {
        let at = |most| p(Statistic::P95, Duration::from_millis(most)).longest();
        assert_eq!(at(1), Duration::from_secs(10));
        // 107 runs, and half as many.
        assert_eq!(at(200), Duration::from_millis(32_100));
        let said = p(Statistic::P95, Duration::from_millis(200)).time(Duration::from_secs(3));
        assert_eq!(said.longest(), Duration::from_secs(3));
    }

    #[test]
    fn what_cannot_be_decided_is_refused_with_what_it_needs() {
        let fine = Duration::from_millis(200);
        check(&p(Statistic::P95, fine), Ok(()));
        check(
            &Latency::new(),
            Err("no rule says how fast the work must be; add one: `p95 < 200ms`"),
        );
        check(
            &p(Statistic::P99, fine).samples(100),
            Err(
                "`p99 < 200ms` cannot be decided by 100 samples: it needs 542, even if it is far from its budget; \
                 allow them, `samples = 542`, or assert a lower percentile",
            ),
        );
        check(
            &p(Statistic::P999, fine),
            Err(
                "`p999 < 200ms` cannot be decided by 600 samples: it needs 5441, even if it is far from its budget; \
                 allow them, `samples = 5441`, or assert a lower percentile",
            ),
        );
        check(
            &p(Statistic::P50, Duration::ZERO),
            Err("`p50 < 0s` cannot be kept; a budget is more than zero"),
        );
        check(
            &p(Statistic::P50, Duration::from_nanos(499)),
            Err(
                "`p50 < 499ns` is too fine for this machine's clock, which tells 50ns apart; \
                 have the work do its part many times, and the budget be as many times larger",
            ),
        );
        check(
            &p(Statistic::P50, fine).concurrency(0),
            Err("`concurrency = 0` runs nothing; the least is 1"),
        );
    }
}
