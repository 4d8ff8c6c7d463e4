//! Work held against all limits of an entry at once.

use std::cmp::Ordering;

use super::finding::Violation;
use super::limited::Measured;
use crate::error::SetupError;

/// An entry of the file of budgets, as a piece of work was held against it.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    /// Its name.
    pub(crate) entry: String,
    /// Where it stands: `perf-budgets.toml:7`.
    pub(crate) place: String,
    /// Each limit and what was measured, in the order of the file's documentation.
    pub(crate) held: Vec<Held>,
}

/// One limit and what was measured: counts, bytes, or microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) of: Measured,
    pub(crate) most: u64,
    pub(crate) actual: Result<u64, SetupError>,
    /// What a verdict on an estimate rests on, if it is one.
    pub(crate) estimate: Option<Estimate>,
    /// Where it is written: `perf-budgets.toml:8`. None where it holds because nothing is said.
    pub(crate) place: Option<String>,
}

/// What the samples of a limit on latency say, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) value: u64,
    pub(crate) interval: Option<(u64, u64)>,
    pub(crate) samples: u64,
    /// It could not be decided, and is told as a warning.
    pub(crate) is_undecided: bool,
}

impl Held {
    pub(crate) fn is_over(&self) -> bool {
        self.actual.as_ref().is_ok_and(|actual| *actual > self.most)
    }

    /// How many times what is allowed it is.
    #[expect(clippy::cast_precision_loss, reason = "only its order matters")]
    fn excess(&self) -> f64 {
        let actual = *self.actual.as_ref().unwrap_or(&0);
        actual as f64 / (self.most as f64).max(0.5)
    }
}

impl Within {
    /// The violation, if there is one. What could not be measured is an error, unless something is over anyway.
    pub(crate) fn judge(&self) -> Result<Option<Violation>, SetupError> {
        let over = self.over().len();
        if over > 0 {
            let of = self.held.len();
            return Ok(Some(Violation::Budget { over, of }));
        }
        let mut held = self.held.iter();
        let untold = held.find_map(|held| Some((held, held.actual.as_ref().err()?)));
        untold.map_or(Ok(None), |(held, error)| Err(self.unmeasured(held, error)))
    }

    fn unmeasured(&self, held: &Held, error: &SetupError) -> SetupError {
        let place = held.place.as_ref().unwrap_or(&self.place);
        let others = self.held.iter().filter(|held| held.actual.is_err()).count() - 1;
        let others = match others {
            0 => String::new(),
            others => format!(" ({others} more could not be measured)"),
        };
        SetupError::Budgets {
            cause: format!(
                "{place}: `{}` of \"{}\" was not tested: {error}{others}",
                held.of.key(),
                self.entry
            ),
            cure: error.hint(),
        }
    }

    /// Could one of the limits not be decided?
    pub(crate) fn is_undecided(&self) -> bool {
        let mut estimates = self.held.iter().filter_map(|held| held.estimate);
        estimates.any(|estimate| estimate.is_undecided)
    }

    /// The limits that are exceeded, the worst one first.
    pub(crate) fn over(&self) -> Vec<&Held> {
        let mut over: Vec<&Held> = self.held.iter().filter(|held| held.is_over()).collect();
        over.sort_by(|one, other| {
            let order = other.excess().partial_cmp(&one.excess());
            order.unwrap_or(Ordering::Equal)
        });
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Metric;

    fn held(metric: Metric, most: u64, actual: Option<u64>) -> Held {
        Held {
            of: Measured::Work(metric),
            most,
            actual: actual.ok_or(SetupError::NothingPlanned),
            estimate: None,
            place: None,
        }
    }

    fn judged(held: Vec<Held>) -> Result<Option<Violation>, String> {
        let within = Within {
            entry: "GET /a".to_owned(),
            place: "perf-budgets.toml:7".to_owned(),
            held,
        };
        within.judge().map_err(|error| error.to_string())
    }

    #[test]
    fn each_limit_holds_up_to_it_and_all_are_judged_together() {
        let (queries, rows) = (Metric::Queries, Metric::Rows);
        let within = vec![held(queries, 3, Some(3)), held(rows, 0, Some(0))];
        assert_eq!(judged(within), Ok(None));
        let over = vec![
            held(queries, 3, Some(4)),
            held(rows, 9, Some(9)),
            held(rows, 0, Some(1)),
        ];
        assert_eq!(judged(over), Ok(Some(Violation::Budget { over: 2, of: 3 })));
    }

    #[test]
    fn what_could_not_be_measured_is_an_error_unless_something_is_over() {
        let unmeasured = held(Metric::FullScans, 0, None);
        let alone = judged(vec![held(Metric::Queries, 3, Some(3)), unmeasured.clone()]);
        let told = "perf-budgets.toml:7: `max_full_scans` of \"GET /a\" was not tested: \
                    no query recorded has a plan, so nothing was tested";
        assert_eq!(alone, Err(told.to_owned()));
        let two = judged(vec![unmeasured.clone(), unmeasured.clone()]).unwrap_err();
        assert!(two.ends_with(" (1 more could not be measured)"), "{two}");
        let beside = judged(vec![held(Metric::Queries, 3, Some(4)), unmeasured]);
        assert_eq!(beside, Ok(Some(Violation::Budget { over: 1, of: 2 })));
    }

    #[test]
    fn the_worst_is_the_furthest_over() {
        let within = Within {
            entry: String::new(),
            place: String::new(),
            held: vec![
                held(Metric::Queries, 3, Some(6)),
                held(Metric::Rows, 10, Some(100)),
                held(Metric::FullScans, 0, Some(1)),
            ],
        };
        let order: Vec<_> = within.over().iter().map(|held| held.of.key()).collect();
        assert_eq!(order, ["max_rows", "max_queries", "max_full_scans"]);
    }
}
