//! What an assertion asks: a number of queries, or that none is repeated without need.

use super::finding::Violation;
use super::growth::grown;
use super::queries::{Asked, Form, Queries};
use super::repeated;
use crate::error::SetupError;
use crate::record::{Sample, Traffic};

/// One question about a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    Queries(Queries),
    NoNPlusOne,
    NoDuplicates,
    Constant,
    Snapshot,
}

impl Assertion {
    /// The violation, if there is one. An error says why the question could not be answered.
    pub(crate) fn judge(
        &self,
        traffic: &Traffic,
        told: &Asked<'_>,
    ) -> Result<Option<Violation>, SetupError> {
        match self {
            Self::Queries(budget) => budget.judge(traffic, told),
            Self::NoNPlusOne => {
                self.must_be_measured(traffic, told)?;
                let found = repeated::n_plus_ones(traffic).len();
                Ok((found > 0).then_some(Violation::NPlusOne { found }))
            }
            Self::NoDuplicates => {
                self.must_be_measured(traffic, told)?;
                let found = repeated::duplicates(traffic).len();
                Ok((found > 0).then_some(Violation::Duplicates { found }))
            }
            // One recording alone has not grown, and a snapshot is compared by who keeps it.
            Self::Constant | Self::Snapshot => self.must_be_measured(traffic, told).map(|()| None),
        }
    }

    /// A recording without any query, or with texts that were not kept, proves nothing.
    fn must_be_measured(&self, traffic: &Traffic, told: &Asked<'_>) -> Result<(), SetupError> {
        let counts = traffic.counts();
        if counts.undecoded > 0 {
            return Err(SetupError::Undecoded {
                messages: counts.undecoded,
            });
        }
        if counts.queries == 0 {
            return Err(SetupError::NothingRecorded {
                budget: self.written(told.form),
                url: told.url.to_owned(),
                connected: counts.connects + counts.round_trips > 0,
            });
        }
        if counts.unsampled > 0 {
            return Err(SetupError::Unsampled {
                statements: counts.unsampled,
            });
        }
        Ok(())
    }

    /// The assertion as its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        match self {
            Self::Queries(budget) => budget.written(form),
            Self::NoNPlusOne => form.written("assert_no_n_plus_one", None),
            Self::NoDuplicates => form.written("assert_no_duplicate_queries", None),
            Self::Constant => form.written("assert_constant_queries", None),
            Self::Snapshot => form.written("assert_query_snapshot", None),
        }
    }
}

/// The violation of work that should ask as much at every size, if there is one.
pub(crate) fn judge_growth(
    samples: &[Sample],
    told: &Asked<'_>,
) -> Result<Option<Violation>, SetupError> {
    for sample in samples {
        Assertion::Constant.judge(sample.traffic(), told)?;
    }
    for pair in samples.windows(2) {
        if pair[1].rows() <= pair[0].rows() {
            return Err(SetupError::NotGrown {
                sizes: (pair[0].size(), pair[1].size()),
                rows: (pair[0].rows(), pair[1].rows()),
            });
        }
    }
    let found = grown(samples).len();
    Ok((found > 0).then_some(Violation::Growth { found }))
}

impl From<Queries> for Assertion {
    fn from(budget: Queries) -> Self {
        Self::Queries(budget)
    }
}
