//! A budget on the number of queries.

use super::allowed::{Allowance, Allowed};
use super::finding::Violation;
use crate::error::SetupError;
use crate::record::Traffic;

/// How many queries a piece of work may cost.
///
/// Only the program's own queries count: no transaction control and no driver queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queries {
    allowed: Allowed,
    /// Written as a maximum: then a recording without any query proves nothing.
    maximum: bool,
}

impl Queries {
    /// At most so many, and at least one: a recording without any query is an error, not a success.
    #[must_use]
    pub fn at_most(max: usize) -> Self {
        Self {
            allowed: (..=max).allowed(),
            maximum: true,
        }
    }

    /// A number within a range, or exactly a number. `within(0)` says that none is meant.
    #[must_use]
    pub fn within(allowed: impl Allowance) -> Self {
        Self {
            allowed: allowed.allowed(),
            maximum: false,
        }
    }

    /// The violation, if there is one. An error says why the question could not be answered.
    pub(crate) fn judge(
        &self,
        traffic: &Traffic,
        told: &Asked<'_>,
    ) -> Result<Option<Violation>, SetupError> {
        let counts = traffic.counts();
        if counts.undecoded > 0 {
            return Err(SetupError::Undecoded {
                messages: counts.undecoded,
            });
        }
        let none_is_meant = self.allowed.is_none() && !self.maximum;
        if counts.queries == 0 && !none_is_meant {
            return Err(nothing(traffic, self.written(told.form), told));
        }
        // What was not kept could not be chosen.
        if traffic.chosen.is_some() && counts.unsampled > 0 {
            return Err(SetupError::Unsampled {
                statements: counts.unsampled,
            });
        }
        let violation = Violation::Queries {
            allowed: self.allowed,
            actual: counts.queries,
        };
        Ok((!self.allowed.contains(counts.queries)).then_some(violation))
    }

    /// Are so many more than it allows?
    pub(crate) fn is_exceeded_by(&self, queries: usize) -> bool {
        self.allowed.max.is_some_and(|max| queries > max)
    }

    /// The most that it allows.
    pub(crate) fn most(&self) -> Option<usize> {
        self.allowed.max
    }

    /// The assertion as its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        let Allowed { min, max } = self.allowed;
        let (name, allowed) = match (self.maximum, max) {
            (true, Some(max)) => ("assert_max_queries", max.to_string()),
            (_, Some(max)) if min == max => ("assert_queries", min.to_string()),
            (_, Some(max)) => ("assert_queries", format!("{min}..={max}")),
            (_, None) => ("assert_queries", format!("{min}..")),
        };
        form.written(name, Some(&allowed))
    }

    /// The assertion that would hold for `actual` queries.
    pub(crate) fn loosened(&self, form: &Form, actual: usize) -> String {
        let min = self.allowed.min.min(actual);
        let max = self.allowed.max.map(|max| max.max(actual));
        let exact = self.allowed.max == Some(self.allowed.min);
        let allowed = if exact {
            actual.allowed()
        } else {
            Allowed { min, max }
        };
        Self { allowed, ..*self }.written(form)
    }
}

/// Why there was nothing to hold against a budget.
pub(crate) fn nothing(traffic: &Traffic, budget: String, told: &Asked<'_>) -> SetupError {
    let counts = traffic.counts();
    match &traffic.chosen {
        Some(chosen) if chosen.of > 0 => SetupError::NothingChosen {
            budget,
            of: chosen.of,
            tables: chosen.tables.clone(),
        },
        _ if traffic.is_unrecorded => SetupError::Unrecorded { budget },
        _ => SetupError::NothingRecorded {
            budget,
            url: told.url.to_owned(),
            connected: counts.connects + counts.round_trips > 0,
        },
    }
}

/// How an assertion is written: on a recording, or recording and asserting in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `assert_max_queries!(list, 3)`: the recording's name.
    OfRecording(String),
    /// `assert_max_queries!(db, 3, work)`: the database's name.
    OneStep(String),
}

impl Form {
    /// The assertion of this name, with what it allows if that is a part of it.
    pub(crate) fn written(&self, name: &str, allowed: Option<&str>) -> String {
        let allowed = allowed.map_or_else(String::new, |allowed| format!(", {allowed}"));
        match self {
            Self::OfRecording(recording) => format!("{name}!({recording}{allowed})"),
            Self::OneStep(db) => format!("{name}!({db}{allowed}, ..)"),
        }
    }
}

/// What the question was asked about, for the words of an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) form: &'a Form,
    /// The recorded URL, password masked.
    pub(crate) url: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Counts;

    fn list() -> Form {
        Form::OfRecording("list".to_owned())
    }

    fn ask(budget: Queries, traffic: &Traffic) -> Result<Option<Violation>, SetupError> {
        let asked = Asked {
            form: &list(),
            url: "postgres://u@127.0.0.1:1/d",
        };
        budget.judge(traffic, &asked)
    }

    fn judge(budget: Queries, queries: usize) -> Result<Option<usize>, String> {
        let traffic = Traffic {
            counts: Counts {
                queries,
                transaction_control: 7,
                driver: 7,
                ..Counts::default()
            },
            ..Traffic::default()
        };
        ask(budget, &traffic)
            .map(|violation| {
                violation.map(|violation| match violation {
                    Violation::Queries { actual, .. } => actual,
                    other => panic!("{other:?}"),
                })
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_maximum_holds_up_to_it_and_is_violated_beyond() {
        assert_eq!(judge(Queries::at_most(3), 3), Ok(None));
        assert_eq!(judge(Queries::at_most(3), 4), Ok(Some(4)));
    }

    #[test]
    fn a_range_is_violated_on_both_sides() {
        assert_eq!(judge(Queries::within(2..=3), 1), Ok(Some(1)));
        assert_eq!(judge(Queries::within(2..=3), 2), Ok(None));
        assert_eq!(judge(Queries::within(2..=3), 4), Ok(Some(4)));
        assert_eq!(judge(Queries::within(0), 1), Ok(Some(1)));
    }

    #[test]
    fn no_query_at_all_is_an_error_unless_it_is_meant() {
        let error = "no query was recorded, so `assert_max_queries!(list, 3)` was not tested";
        assert_eq!(judge(Queries::at_most(3), 0), Err(error.to_owned()));
        assert!(judge(Queries::at_most(0), 0).is_err());
        assert!(judge(Queries::within(0..=3), 0).is_err());
        assert!(judge(Queries::within(1..), 0).is_err());
        assert_eq!(judge(Queries::within(0), 0), Ok(None));
    }

    #[test]
    fn what_could_not_be_read_is_not_judged() {
        let mut traffic = Traffic::default();
        traffic.counts.queries = 1;
        traffic.counts.undecoded = 2;
        let error = ask(Queries::at_most(3), &traffic).unwrap_err();
        assert!(matches!(error, SetupError::Undecoded { messages: 2 }));
    }

    #[test]
    fn the_way_to_allow_it_is_the_same_assertion_with_another_number() {
        let check = |budget: Queries, actual, expected: &str| {
            assert_eq!(budget.loosened(&list(), actual), expected);
        };
        check(Queries::at_most(3), 101, "assert_max_queries!(list, 101)");
        check(
            Queries::within(1..=3),
            101,
            "assert_queries!(list, 1..=101)",
        );
        check(Queries::within(2..=3), 1, "assert_queries!(list, 1..=3)");
        check(Queries::within(3), 4, "assert_queries!(list, 4)");
        check(Queries::within(5..), 4, "assert_queries!(list, 4..)");
        let one_step = Form::OneStep("db".to_owned());
        let written = Queries::at_most(3).loosened(&one_step, 9);
        assert_eq!(written, "assert_max_queries!(db, 9, ..)");
    }
}
