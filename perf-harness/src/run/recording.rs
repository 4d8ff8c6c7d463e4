//! What one piece of work returned and what it sent, ready to be asserted on.

use std::panic::Location;
use std::sync::Arc;

use super::ledger::Ledger;
use crate::budget::{Asked, Assertion, Finding, Form, Problem, Queries};
use crate::record::{Counts, Query, Sample, Shape, Traffic};

/// The output of a piece of work and everything that crossed the wire meanwhile.
///
/// It is made once, by [`PerfDb::record`](crate::PerfDb::record), and asked many questions. An assertion that
/// does not hold is told when the test ends, together with all others.
#[derive(Clone, Debug)]
#[must_use = "a recording proves nothing until it is asserted on"]
pub struct Recording<T> {
    output: T,
    traffic: Arc<Traffic>,
    ledger: Arc<Ledger>,
    url: Arc<str>,
}

impl<T> Recording<T> {
    pub(super) fn new(output: T, traffic: Traffic, ledger: Arc<Ledger>, url: Arc<str>) -> Self {
        Self {
            output,
            traffic: Arc::new(traffic),
            ledger,
            url,
        }
    }

    pub(super) fn sample(self, size: usize, rows: u64) -> Sample {
        Sample {
            size,
            rows,
            traffic: self.traffic,
        }
    }

    /// What the work returned.
    pub fn output(&self) -> &T {
        &self.output
    }

    /// What the work returned, for keeps.
    pub fn into_output(self) -> T {
        self.output
    }

    /// Everything that crossed the wire.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The counters.
    pub fn counts(&self) -> &Counts {
        self.traffic.counts()
    }

    /// The program's own queries, in the order they were sent.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.traffic.queries()
    }

    /// The program's own queries grouped by shape, most frequent first.
    pub fn shapes(&self) -> Vec<Shape<'_>> {
        self.traffic.shapes()
    }

    /// Holds the recording against a budget. What does not hold is told when the test ends.
    ///
    /// The macros [`assert_max_queries!`](crate::assert_max_queries) and
    /// [`assert_queries!`](crate::assert_queries) are lines over this function.
    #[track_caller]
    pub fn check(&self, budget: Queries) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(budget, form, Location::caller());
    }

    /// Asserts that no place asks one question for each of many values.
    ///
    /// The macro [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one) is a line over this function.
    #[track_caller]
    pub fn check_no_n_plus_one(&self) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::NoNPlusOne, form, Location::caller());
    }

    /// Asserts that no place asks the same question with the same values again.
    ///
    /// The macro [`assert_no_duplicate_queries!`](crate::assert_no_duplicate_queries) is a line over this function.
    #[track_caller]
    pub fn check_no_duplicate_queries(&self) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::NoDuplicates, form, Location::caller());
    }

    /// The shapes that were asked more than once from one place, each path of calls apart, most frequent first.
    pub fn repeated(&self) -> Vec<Shape<'_>> {
        self.traffic.repeated()
    }

    /// The loose fingerprints of all that the program sent: [`Traffic::query_list`].
    pub fn query_list(&self) -> Vec<String> {
        self.traffic.query_list()
    }

    /// Does it hold? If not, that is told when the test ends.
    pub(crate) fn check_as(
        &self,
        assertion: impl Into<Assertion>,
        form: Form,
        location: &'static Location<'static>,
    ) -> bool {
        let assertion = assertion.into();
        let asked = Asked {
            form: &form,
            url: &self.url,
        };
        let problem = match assertion.judge(&self.traffic, &asked) {
            Ok(None) => return true,
            Ok(Some(violation)) => Problem::Violation(violation),
            Err(error) => Problem::Unmeasured(error),
        };
        self.ledger.add(Finding {
            location,
            form,
            assertion,
            problem,
            traffic: Arc::clone(&self.traffic),
            samples: Arc::from([]),
        });
        false
    }
}

/// What a recording or a database is called where its own name is not known, or too long to be told.
pub(super) const UNNAMED: &str = "recording";

/// The expression that an assertion was given, if it is short enough to be told.
pub(crate) fn told_name(expression: &str) -> String {
    const MOST: usize = 40;
    let name = if expression.len() > MOST {
        UNNAMED
    } else {
        expression
    };
    name.to_owned()
}

impl<T, E> Recording<Result<T, E>> {
    /// The work's error, or the recording of its success: `db.record(work).await.transpose()?`.
    pub fn transpose(self) -> Result<Recording<T>, E> {
        let Self {
            output,
            traffic,
            ledger,
            url,
        } = self;
        Ok(Recording {
            output: output?,
            traffic,
            ledger,
            url,
        })
    }
}
