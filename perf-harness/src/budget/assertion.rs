//! What an assertion asks: a number of queries, or that none is repeated without need.

use super::defect::Defect;
use super::excuse::{Excuse, Excuses};
use super::finding::Violation;
use super::growth::unknown_growth;
use super::improvement::Improvement;
use super::known::{Baseline, Key, KnownKind, Occurrence};
use super::latency::Latency;
use super::limit::{Limit, Metric};
use super::plan_rule::PlanRule;
use super::queries::{Asked, Form, Queries, nothing};
use super::slope::Slope;
use crate::error::SetupError;
use crate::plan::{PlanGrowth, Scale};
use crate::record::{Sample, Traffic};

/// One question about a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    Queries(Queries),
    No(Defect),
    /// No defect of any kind.
    Efficient,
    Constant(Slope),
    Plan(PlanRule),
    Scales(Scale),
    Latency(Latency),
    Improves(Improvement),
    Limit(Limit),
    /// All that an entry of the file of budgets says; with its name, if the assertion has it.
    Within(Option<String>),
    #[cfg(feature = "snapshot")]
    Snapshot,
    #[cfg(feature = "snapshot")]
    PlanSnapshot,
}

impl Assertion {
    /// The violations, if there are any. An error says why the question could not be answered.
    pub(crate) fn judge(
        &self,
        traffic: &Traffic,
        excuses: &[Excuse],
        baseline: &Baseline,
        told: &Asked<'_>,
    ) -> Result<Vec<Violation>, SetupError> {
        let defects: &[Defect] = match self {
            Self::Queries(budget) => {
                let violation = budget.judge(traffic, told)?;
                let known = self.occurrence(traffic.counts().queries, told.form);
                let is_allowed = known.is_some_and(|known| baseline.allows(&known));
                return Ok(violation.into_iter().filter(|_| !is_allowed).collect());
            }
            Self::No(defect) => std::slice::from_ref(defect),
            Self::Efficient => &Defect::ALL,
            // One recording alone has not grown, plans and budgets are judged by who has them, and times by who takes them.
            Self::Constant(_)
            | Self::Plan(_)
            | Self::Scales(_)
            | Self::Latency(_)
            | Self::Improves(_)
            | Self::Within(_) => &[],
            // What it costs is judged by who has measured it.
            Self::Limit(limit) => {
                limit.must_be_testable(traffic, told)?;
                return Ok(Vec::new());
            }
            // It is compared by who keeps it.
            #[cfg(feature = "snapshot")]
            Self::Snapshot | Self::PlanSnapshot => &[],
        };
        self.must_be_measured(traffic, told)?;
        let excuses = Excuses::of(excuses);
        let found = defects.iter().map(|defect| {
            let found = baseline.apply(excuses.apply(defect.find(traffic))).count;
            (*defect, found)
        });
        let found: Vec<_> = found.filter(|(_, found)| *found > 0).collect();
        excuses.must_be_used()?;
        let violations = found
            .into_iter()
            .map(|(defect, found)| Violation::Defects { defect, found });
        Ok(violations.collect())
    }

    /// Does it ask how queries are planned?
    pub(crate) fn is_about_plans(&self) -> bool {
        match self {
            Self::Plan(_) | Self::Scales(_) => true,
            Self::Limit(limit) => limit.metric() == Metric::FullScans,
            #[cfg(feature = "snapshot")]
            Self::PlanSnapshot => true,
            _ => false,
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
            return Err(nothing(traffic, self.written(told.form), told));
        }
        if counts.unsampled > 0 {
            return Err(SetupError::Unsampled {
                statements: counts.unsampled,
            });
        }
        Ok(())
    }

    /// More queries than it allows, as a baseline knows them. Fewer are never known: then the test asks about something else.
    pub(crate) fn occurrence(&self, queries: usize, form: &Form) -> Option<Occurrence> {
        let Self::Queries(budget) = self else {
            return None;
        };
        let key = Key {
            kind: KnownKind::Queries,
            subject: budget.written(form),
            function: None,
        };
        let count = queries;
        budget
            .is_exceeded_by(queries)
            .then_some(Occurrence { key, count })
    }

    /// The assertion as its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        match self {
            Self::Queries(budget) => budget.written(form),
            Self::No(defect) => form.written(defect.assertion(), None),
            Self::Plan(rule) => rule.written(form),
            Self::Scales(scale) => form.written("assert_plan_scales", Some(&written_scale(scale))),
            Self::Improves(improvement) => improvement.written(form),
            Self::Latency(latency) => form.written("assert_latency", Some(&latency.written())),
            Self::Limit(limit) => limit.written(form),
            Self::Within(name) => {
                let name = name.as_ref().map(|name| format!("{name:?}"));
                form.written("assert_within_budget", name.as_deref())
            }
            Self::Efficient => form.written("assert_efficient", None),
            Self::Constant(slope) if *slope == Slope::NONE => {
                form.written("assert_constant_queries", None)
            }
            Self::Constant(slope) => {
                form.written("assert_constant_queries", Some(&slope.to_string()))
            }
            #[cfg(feature = "snapshot")]
            Self::Snapshot => form.written("assert_query_snapshot", None),
            #[cfg(feature = "snapshot")]
            Self::PlanSnapshot => form.written("assert_plan_snapshot", None),
        }
    }
}

/// As its author wrote it, or nearly.
fn written_scale(scale: &Scale) -> String {
    let (first, last) = (*scale.sizes.start(), *scale.sizes.end());
    let range = format!("{}..={}", in_source(first), in_source(last));
    let is_plain = scale.tables.is_empty() && scale.allowed == PlanGrowth::Logarithmic;
    if is_plain {
        return range;
    }
    let tables = scale
        .tables
        .iter()
        .map(|table| format!(".table(\"{table}\")"));
    let tables: String = tables.collect();
    match scale.allowed {
        PlanGrowth::Logarithmic => format!("Scale::of({range}){tables}"),
        allowed => format!("Scale::of({range}){tables}.at_most(PlanGrowth::{allowed:?})"),
    }
}

/// A number as one writes it: `10_000_000`.
pub(super) fn in_source(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("_")
}

/// The violation of work that should ask as much at every size, if there is one.
pub(crate) fn judge_growth(
    samples: &[Sample],
    allowed: Slope,
    baseline: &Baseline,
    told: &Asked<'_>,
) -> Result<Option<Violation>, SetupError> {
    for sample in samples {
        Assertion::Constant(allowed).judge(sample.traffic(), &[], baseline, told)?;
    }
    for pair in samples.windows(2) {
        if pair[1].rows() <= pair[0].rows() {
            return Err(SetupError::NotGrown {
                sizes: (pair[0].size(), pair[1].size()),
                rows: (pair[0].rows(), pair[1].rows()),
            });
        }
    }
    let found = unknown_growth(samples, allowed, baseline).len();
    Ok((found > 0).then_some(Violation::Growth { found }))
}

impl From<Queries> for Assertion {
    fn from(budget: Queries) -> Self {
        Self::Queries(budget)
    }
}

/// What has rules of its own keeps them: queries, and what plans cost.
impl From<Limit> for Assertion {
    fn from(limit: Limit) -> Self {
        if limit.each().is_some() {
            return Self::Limit(limit);
        }
        match limit.metric() {
            Metric::Queries if limit.most() > 0 => {
                let most = usize::try_from(limit.most()).unwrap_or(usize::MAX);
                Self::Queries(Queries::at_most(most))
            }
            Metric::RowsExamined => Self::Plan(PlanRule::MaxRowsExamined(limit.most())),
            Metric::Buffers => Self::Plan(PlanRule::MaxBuffers(limit.most())),
            _ => Self::Limit(limit),
        }
    }
}
