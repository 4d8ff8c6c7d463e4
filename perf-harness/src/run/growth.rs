//! What one piece of work sent at several sizes of its data, ready to be asserted on.

use std::panic::Location;
use std::sync::Arc;

use super::ledger::Ledger;
use super::recording::UNNAMED;
use crate::budget::{Asked, Assertion, Finding, Form, Problem, Slope, judge_growth};
use crate::record::Sample;

/// One piece of work at several sizes of its data, made by [`PerfDb::record_at`](crate::PerfDb::record_at).
#[derive(Clone, Debug)]
#[must_use = "it proves nothing until it is asserted on"]
pub struct Growth {
    samples: Arc<[Sample]>,
    ledger: Arc<Ledger>,
    url: Arc<str>,
}

impl Growth {
    pub(super) fn new(samples: Vec<Sample>, ledger: Arc<Ledger>, url: Arc<str>) -> Self {
        Self {
            samples: samples.into(),
            ledger,
            url,
        }
    }

    /// The work at each size, in their order.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Asserts that every shape is asked as often at every size.
    ///
    /// The macro [`assert_constant_queries!`](crate::assert_constant_queries) is a line over this function.
    #[track_caller]
    pub fn check_constant_queries(&self) {
        self.check_growth(Slope::NONE);
    }

    /// Asserts that no shape is asked so much more often at a larger size than is allowed, and none less often.
    ///
    /// `assert_constant_queries!(growth, +1 per 100)` is a line over this function.
    #[track_caller]
    pub fn check_growth(&self, allowed: Slope) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(allowed, form, Location::caller());
    }

    pub(crate) fn check_as(
        &self,
        allowed: Slope,
        form: Form,
        location: &'static Location<'static>,
    ) {
        let asked = Asked {
            form: &form,
            url: &self.url,
        };
        let problem = match judge_growth(&self.samples, allowed, &self.ledger.baseline, &asked) {
            Ok(None) => None,
            Ok(Some(violation)) => Some(Problem::Violation(violation)),
            Err(error) => Some(Problem::Unmeasured(error)),
        };
        let notes = &self.ledger.notes;
        notes.at_sizes(&self.samples, &form, location, problem.as_slice());
        let Some(problem) = problem else {
            return;
        };
        let last = self
            .samples
            .last()
            .map(|sample| Arc::clone(&sample.traffic));
        self.ledger.add(Finding {
            traffic: last.unwrap_or_default(),
            samples: Arc::clone(&self.samples),
            ..Finding::new(
                (Assertion::Constant(allowed), form, location),
                problem,
                &self.ledger.baseline,
            )
        });
    }
}
