//! What came of one assertion that did not hold.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use perf_harness_allocator::Allocated;

use super::allowed::Allowed;
use super::assertion::Assertion;
use super::defect::{Defect, Found};
use super::excuse::{Excuse, Excuses};
use super::growth::{Grown, occurrences, unknown_growth};
use super::improvement::Compared;
use super::known::{Baseline, Objection, Occurrence};
use super::latency::{Ruling, Statistic};
use super::limit::Metric;
use super::queries::Form;
use super::within::Within;
use crate::error::SetupError;
use crate::plan::{Advice, Plans, QueryScaling, Scale, Scaling};
use crate::record::{Sample, Traffic};
use crate::stats::{quantile, quantile_interval};
use crate::timing::Timings;

/// One fact that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// Another number of queries than is allowed.
    Queries {
        /// What is allowed.
        allowed: Allowed,
        /// What was counted.
        actual: usize,
    },
    /// Something that is wrong however few queries it costs.
    Defects {
        /// What.
        defect: Defect,
        /// How many of it: shapes and paths, or transactions.
        found: usize,
    },
    /// Queries whose plan is not as it must be.
    Plans {
        /// How many.
        found: usize,
    },
    /// More of something than is allowed.
    Limit {
        /// Of what.
        metric: Metric,
        /// The most that is allowed: a count, bytes, or microseconds.
        allowed: u64,
        /// What it was.
        actual: u64,
    },
    /// Queries whose work grows faster with their tables than it may.
    Scaling {
        /// How many shapes.
        found: usize,
    },
    /// Rules on latency that are broken, or that could not be decided.
    Latency {
        /// How many are broken.
        broken: usize,
        /// How many could not be decided.
        undecided: usize,
    },
    /// Gains that are not there, or could not be decided.
    Improvement {
        /// How many are not there.
        missed: usize,
        /// How many could not be decided.
        undecided: usize,
    },
    /// Limits of an entry of the file of budgets that are exceeded.
    Budget {
        /// How many.
        over: usize,
        /// Of how many.
        of: usize,
    },
    /// Shapes that are asked more often the more there is, or less often.
    Growth {
        /// How many such shapes.
        found: usize,
    },
}

/// Why an assertion did not hold: the code is over its budget, or it could not be told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The code under test is over its budget.
    Violation(Violation),
    /// The question could not be answered.
    Unmeasured(SetupError),
}

/// Runs of a piece of work, and what they say of each rule.
#[derive(Clone, Debug)]
pub(crate) struct Sampled {
    pub(crate) timings: Timings,
    pub(crate) rulings: Vec<Ruling>,
}

impl Sampled {
    /// Is there a fault that is none without what the machine can have added?
    pub(crate) fn is_excused(&self) -> bool {
        self.rulings.iter().any(|ruling| ruling.is_excused)
    }

    /// What the samples say of a statistic.
    pub(crate) fn estimate(&self, statistic: Statistic) -> Duration {
        let times = self.timings.judged();
        #[expect(clippy::cast_precision_loss, reason = "a number of runs")]
        let seconds = match statistic {
            Statistic::Mean => times.iter().sum::<f64>() / times.len().max(1) as f64,
            other => quantile(&times, other.quantile().unwrap_or(1.0)).unwrap_or_default(),
        };
        Duration::from_secs_f64(seconds)
    }

    /// Where a percentile lies with a certainty of 98 %, if there are samples enough to say.
    pub(crate) fn interval(&self, statistic: Statistic) -> Option<(Duration, Duration)> {
        const ERROR_OF_A_SIDE: f64 = 0.01;
        let (times, quantile) = (self.timings.judged(), statistic.quantile()?);
        let interval = quantile_interval(&times, quantile, ERROR_OF_A_SIDE)?;
        let time = Duration::from_secs_f64;
        Some((time(interval.low), time(interval.high)))
    }
}

/// An assertion that did not hold, and the facts that it was asked about.
#[derive(Clone, Debug)]
pub struct Finding {
    pub(crate) location: &'static Location<'static>,
    pub(crate) form: Form,
    pub(crate) assertion: Assertion,
    pub(crate) problem: Problem,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) excuses: Arc<[Excuse]>,
    pub(crate) baseline: Arc<Baseline>,
    /// The same work at several sizes, if that is what was asked about. The traffic is that of the last one.
    pub(crate) samples: Arc<[Sample]>,
    /// The plans of its queries, if they were asked for.
    pub(crate) plans: Option<Arc<Plans>>,
    /// What would help, if that was looked for.
    pub(crate) advice: Option<Arc<Result<Advice, SetupError>>>,
    /// Those at rising sizes, if they were.
    pub(crate) scaling: Option<Arc<Scaling>>,
    /// How long its runs took, if that is what was asked about.
    pub(crate) latency: Option<Arc<Sampled>>,
    /// Pairs of runs, if that is what was asked about.
    pub(crate) compared: Option<Arc<Compared>>,
    /// What the work allocated, if the program's allocator counts.
    pub(crate) allocated: Option<Allocated>,
    /// The limits of an entry and what was measured, if it was held against one.
    pub(crate) within: Option<Arc<Within>>,
}

impl Finding {
    /// Of an assertion, with no facts yet.
    pub(crate) fn new(
        (assertion, form, location): (Assertion, Form, &'static Location<'static>),
        problem: Problem,
        baseline: &Arc<Baseline>,
    ) -> Self {
        Self {
            location,
            form,
            assertion,
            problem,
            traffic: Arc::default(),
            excuses: Arc::from([]),
            baseline: Arc::clone(baseline),
            samples: Arc::from([]),
            plans: None,
            advice: None,
            scaling: None,
            latency: None,
            compared: None,
            allocated: None,
            within: None,
        }
    }

    /// Where the assertion stands.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Why it did not hold.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The defects of one kind that have no excuse and are not known.
    pub(crate) fn found(&self, defect: Defect) -> Found<'_> {
        let excuses = Excuses::of(&self.excuses);
        self.baseline
            .apply(excuses.apply(defect.find(&self.traffic)))
    }

    /// The shapes that grow more than is allowed and are not known.
    pub(crate) fn grown(&self) -> Vec<Grown<'_>> {
        let Assertion::Constant(allowed) = self.assertion else {
            return Vec::new();
        };
        unknown_growth(&self.samples, allowed, &self.baseline)
    }

    /// The queries whose work grows faster than is allowed.
    pub(crate) fn scaling_faults(&self, scale: &Scale) -> Vec<&QueryScaling> {
        let scaling = self.scaling.as_deref();
        scaling.map_or_else(Vec::new, |scaling| scaling_faults(scale, scaling))
    }

    /// What a baseline would have to know for the assertion to hold.
    pub(crate) fn occurrences(&self) -> Vec<Occurrence> {
        match self.problem {
            Problem::Unmeasured(_)
            | Problem::Violation(
                Violation::Plans { .. }
                | Violation::Limit { .. }
                | Violation::Scaling { .. }
                | Violation::Latency { .. }
                | Violation::Improvement { .. }
                | Violation::Budget { .. },
            ) => Vec::new(),
            Problem::Violation(Violation::Queries { actual, .. }) => {
                let one = self.assertion.occurrence(actual, &self.form);
                one.into_iter().collect()
            }
            Problem::Violation(Violation::Defects { defect, .. }) => {
                self.found(defect).occurrences()
            }
            Problem::Violation(Violation::Growth { .. }) => {
                Occurrence::sum(occurrences(&self.samples, &self.grown()).into_iter())
            }
        }
    }

    /// Why a part of it may not stay although it is known: each of what was found that is.
    pub(crate) fn objections(&self) -> Vec<(Occurrence, Objection<'_>)> {
        if self.baseline.is_empty() {
            return Vec::new();
        }
        let known = self.occurrences().into_iter().filter_map(|one| {
            let objection = self.baseline.objection(&one)?;
            Some((one, objection))
        });
        known.collect()
    }

    /// The facts that it was asked about.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// The queries whose work grows faster than is allowed.
pub(crate) fn scaling_faults<'s>(scale: &Scale, scaling: &'s Scaling) -> Vec<&'s QueryScaling> {
    let queries = scaling.queries.iter();
    queries
        .filter(|query| query.growth(&scaling.sizes) > scale.allowed)
        .collect()
}
