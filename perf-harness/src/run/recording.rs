//! What one piece of work returned and what it sent, ready to be asserted on.

use std::panic::Location;
use std::sync::Arc;

use super::advice::advice;
use super::limits::Cost;
use super::origin::{Origin, below_the_package};
use super::plans::Known;
use super::scaling::scaling;
use crate::budget::{
    Asked, Assertion, Defect, Excuse, Finding, Form, PlanRule, Problem, Queries, Violation,
    scaling_faults,
};
use crate::error::SetupError;
use crate::plan::{Advice, Plans, Rows, Scale, Scaling};
use crate::record::{Counts, Kind, Query, Sample, Shape, Traffic};

/// The output of a piece of work and everything that crossed the wire meanwhile.
///
/// It is made once, by [`PerfDb::record`](crate::PerfDb::record), and asked many questions. An assertion that
/// does not hold is told when the test ends, together with all others.
#[derive(Clone, Debug)]
#[must_use = "a recording proves nothing until it is asserted on"]
pub struct Recording<T> {
    pub(super) output: T,
    pub(super) traffic: Arc<Traffic>,
    pub(super) excuses: Arc<[Excuse]>,
    pub(super) rows: Rows,
    pub(super) known: Arc<Known>,
    pub(super) cost: Cost,
    pub(super) origin: Arc<Origin>,
}

impl<T> Recording<T> {
    pub(super) fn new(output: T, traffic: Traffic, cost: Cost, origin: Arc<Origin>) -> Self {
        Self {
            output,
            traffic: Arc::new(traffic),
            excuses: Arc::from([]),
            rows: origin.rows.clone(),
            known: Arc::default(),
            cost,
            origin,
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
        self.check_as(budget, &form, Location::caller());
    }

    /// Asserts that there is no defect of a kind. What does not hold is told when the test ends.
    ///
    /// The macros [`assert_no_n_plus_one!`](crate::assert_no_n_plus_one),
    /// [`assert_no_duplicate_queries!`](crate::assert_no_duplicate_queries) and their fellows are lines over this function.
    #[track_caller]
    pub fn check_no(&self, defect: Defect) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::No(defect), &form, Location::caller());
    }

    /// Asserts that there is no [`Defect`] of any kind.
    ///
    /// The macro [`assert_efficient!`](crate::assert_efficient) is a line over this function.
    #[track_caller]
    pub fn check_efficient(&self) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::Efficient, &form, Location::caller());
    }

    /// Asserts that the plans of its queries are as they must be. What does not hold is told when the test ends.
    ///
    /// The macros [`assert_index_used!`](crate::assert_index_used), [`assert_no_full_scan!`](crate::assert_no_full_scan) and
    /// their fellows are lines over this function.
    #[track_caller]
    pub fn check_plans(&self, rule: PlanRule) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::Plan(rule), &form, Location::caller());
    }

    /// Asserts that the work of its queries grows no faster with their tables than it may, by the planner's own estimate: the
    /// plan of each shape's first query is asked for at rising sizes.
    ///
    /// The macro [`assert_plan_scales!`](crate::assert_plan_scales) is a line over this function.
    #[track_caller]
    pub fn check_scale(&self, scale: impl Into<Scale>) {
        let form = Form::OfRecording(UNNAMED.to_owned());
        self.check_as(Assertion::Scales(scale.into()), &form, Location::caller());
    }

    /// Lets defects stay whose query has this part in its shape, as messages show it; or, where it is a name alone, whose
    /// query names a table of this name or whose call path goes through a function of it.
    ///
    /// The reason is for those who read the test. An excuse that no defect needs fails the test: the defect is gone, or it
    /// is called otherwise now. Budgets on the number of queries know no excuse.
    ///
    /// ```no_run
    /// # use perf_harness::{Recording, assert_no_n_plus_one};
    /// # fn check(list: Recording<()>) {
    /// let list = list.excuse("FROM avatars", "they are behind a cache in production, see #12");
    /// assert_no_n_plus_one!(list);
    /// # }
    /// ```
    pub fn excuse(mut self, part: &str, reason: &str) -> Self {
        let excuse = Excuse {
            part: part.into(),
            reason: reason.into(),
        };
        self.excuses = self.excuses.iter().cloned().chain([excuse]).collect();
        self
    }

    /// Only the queries that name this table: `list.on_table("articles")`, with or without a schema.
    ///
    /// Ready to be asserted on like the whole. Its queries and rows are counted anew, its other counters are the whole
    /// recording's. A maximum that none of the queries was chosen for is an error: the table's name may be wrong.
    pub fn on_table(&self, table: &str) -> Recording<()> {
        self.choose(|query| query.statement().names_table(table))
    }

    /// Only the queries of one kind: `list.of_kind(Kind::Update)`. See [`on_table`](Self::on_table).
    pub fn of_kind(&self, kind: Kind) -> Recording<()> {
        self.choose(|query| query.kind() == kind)
    }

    /// Only the queries that `is_chosen` says. See [`on_table`](Self::on_table).
    pub fn choose(&self, is_chosen: impl Fn(&Query) -> bool) -> Recording<()> {
        Recording {
            output: (),
            traffic: Arc::new(self.traffic.choose(is_chosen)),
            excuses: Arc::clone(&self.excuses),
            rows: self.rows.clone(),
            known: Arc::default(),
            cost: Cost::default(),
            origin: Arc::clone(&self.origin),
        }
    }

    /// The shapes that were asked more than once from one place, each path of calls apart, most frequent first.
    pub fn repeated(&self) -> Vec<Shape<'_>> {
        self.traffic.repeated()
    }

    /// Takes tables for as large as is told, in all assertions about plans: production's size, although the test's tables
    /// are small. `#[perf_test(rows(articles = 1_000_000))]` says so for all recordings of a test.
    pub fn at_rows(mut self, rows: Rows) -> Self {
        self.rows = below_the_package(rows);
        self.known = Arc::default();
        self
    }

    /// The plans of its queries: asked for now, once, on a connection past the recorder. The thread waits meanwhile.
    ///
    /// Nothing is executed, and nothing stays: it is a transaction that is rolled back.
    pub fn plans(&self) -> Result<Arc<Plans>, SetupError> {
        self.known.plans(&self.traffic, &self.origin, &self.rows)
    }

    /// The same with what came of each query: rows, blocks, files. In a test with `plans` it is what was told when it ran.
    /// Otherwise what only reads is run again, in a transaction that may not write.
    pub fn executed_plans(&self) -> Result<Arc<Plans>, SetupError> {
        self.known.figures(&self.traffic, &self.origin, &self.rows)
    }

    /// The loose fingerprints of all that the program sent: [`Traffic::query_list`].
    pub fn query_list(&self) -> Vec<String> {
        self.traffic.query_list()
    }

    /// Does it hold? If not, that is told when the test ends.
    pub(crate) fn check_as(
        &self,
        assertion: impl Into<Assertion>,
        form: &Form,
        location: &'static Location<'static>,
    ) -> bool {
        let assertion = assertion.into();
        let asked = Asked {
            form,
            url: &self.origin.masked_url,
        };
        let mut facts = Facts::default();
        let problems = match self.judge(&assertion, &asked, &mut facts) {
            Ok(violations) => violations.into_iter().map(Problem::Violation).collect(),
            Err(error) => vec![Problem::Unmeasured(error)],
        };
        let holds = problems.is_empty();
        self.note(&assertion, form, location, &problems);
        for problem in problems {
            self.origin.ledger.add(Finding {
                traffic: Arc::clone(&self.traffic),
                excuses: Arc::clone(&self.excuses),
                plans: facts.plans.clone(),
                advice: facts.advice.clone(),
                scaling: facts.scaling.clone(),
                allocated: self.cost.allocated,
                ..Finding::new(
                    (assertion.clone(), form.clone(), location),
                    problem,
                    &self.origin.ledger.baseline,
                )
            });
        }
        holds
    }

    fn judge(
        &self,
        assertion: &Assertion,
        asked: &Asked<'_>,
        facts: &mut Facts,
    ) -> Result<Vec<Violation>, SetupError> {
        let unreasoned = self
            .excuses
            .iter()
            .find(|excuse| excuse.reason.trim().is_empty());
        if let Some(excuse) = unreasoned {
            return Err(SetupError::ExcuseWithoutReason {
                part: excuse.part.to_string(),
            });
        }
        let baseline = &self.origin.ledger.baseline;
        // Excuses are for defects.
        let excuses = if assertion.is_about_plans() {
            &[][..]
        } else {
            &self.excuses
        };
        let mut violations = assertion.judge(&self.traffic, excuses, baseline, asked)?;
        match assertion {
            Assertion::Plan(rule) => violations.extend(self.judge_rule(rule, facts)?),
            Assertion::Limit(limit) => violations.extend(self.judge_limit(limit, facts)?),
            Assertion::Scales(scale) => violations.extend(self.judge_scale(scale, facts)?),
            #[cfg(feature = "snapshot")]
            Assertion::PlanSnapshot => drop(self.plans()?),
            _ => {}
        }
        Ok(violations)
    }

    fn judge_rule(
        &self,
        rule: &PlanRule,
        facts: &mut Facts,
    ) -> Result<Option<Violation>, SetupError> {
        let plans = facts.plans.insert(self.plans_for(rule)?);
        let violation = rule.judge(&self.traffic, plans)?;
        if violation.is_some() {
            let found = advice(rule, plans, &self.traffic, &self.origin, &self.rows);
            facts.advice = found.map(Arc::new);
        }
        Ok(violation)
    }

    fn judge_scale(
        &self,
        scale: &Scale,
        facts: &mut Facts,
    ) -> Result<Option<Violation>, SetupError> {
        let plans = self.plans()?;
        let scaling = scaling(&self.traffic, &self.origin, &self.rows, &plans, scale)?;
        let found = scaling_faults(scale, facts.scaling.insert(Arc::new(scaling))).len();
        Ok((found > 0).then_some(Violation::Scaling { found }))
    }
}

/// What was found out to answer a question.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) plans: Option<Arc<Plans>>,
    advice: Option<Arc<Result<Advice, SetupError>>>,
    scaling: Option<Arc<Scaling>>,
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
            excuses,
            rows,
            known,
            cost,
            origin,
        } = self;
        Ok(Recording {
            output: output?,
            traffic,
            excuses,
            rows,
            known,
            cost,
            origin,
        })
    }
}
