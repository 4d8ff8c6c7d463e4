//! Every name that generated code may use. Not under SemVer.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

pub use crate::run::TestOutput;
pub use crate::run::latency::output::{AnyOutput, OfNoStatus, Output, ResultOutput, no_input};
pub use core::option::Option::{None, Some};
pub use core::stringify;
#[cfg(feature = "snapshot")]
pub use insta;
pub use perf_harness_macros::duration;

/// What the program `perf-harness` does: it prints what these give.
pub use crate::baseline::command as baseline;
pub use crate::postgres::running;
pub use crate::run::history::command as history;
pub use crate::run::indexes::command as indexes;
pub use crate::run::latency::experiment as latency;
pub use crate::run::slack::command as slack;

mod limits;
mod within;

pub use crate::run::BudgetedWork;
pub use limits::{check_limit, check_response, record_and_check_limit, record_and_check_response};
pub use within::{OfUnknown, Probe, check_within, record_within};
/// The file of budgets, for `perf-harness budgets`.
pub mod budgets {
    pub use crate::budgets::{
        Budgets, Entry, Measured, Place, Ruled, Source, budgets, latency_rules, of_file, places,
        schema,
    };
}

use crate::budget::{Assertion, Defect, Form, Improvement, Latency, PlanRule, Queries, Slope};
use crate::config;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{self, Rows, Scale};
use crate::run::{Growth, PerfDb, PerfTest, Recording, report, told_name};

/// The known word that was probably meant.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    crate::nearest::nearest(word, known.iter().copied())
}

/// The test's path, as the test runner shows it.
///
/// Cases of one function share its path, but each runs in a thread of its own name.
#[must_use]
pub fn test(module: &str, function: &str) -> PerfTest {
    let in_crate = module.split_once("::").map_or("", |(_, rest)| rest);
    let path = if in_crate.is_empty() {
        function.to_owned()
    } else {
        format!("{in_crate}::{function}")
    };
    let thread = std::thread::current().name().map(str::to_owned);
    let told = config::nextest_test_name().or(thread);
    let is_ours = |told: &String| told.split("::").any(|part| part == function);
    PerfTest::new(told.filter(is_ours).unwrap_or_else(|| numbered(path)))
}

/// Where the runner gives no name, the cases of one function are told apart by their order.
fn numbered(path: String) -> String {
    static SEEN: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let times = seen
        .get_or_insert_default()
        .entry(path.clone())
        .or_default();
    *times += 1;
    match *times {
        1 => path,
        again => format!("{path}::{again}"),
    }
}

/// Runs a test under a test harness: a failure is printed and unwinds.
pub fn run<F, Fut>(test: PerfTest, function: F) -> Fut::Output
where
    F: FnOnce(PerfDb) -> Fut,
    Fut: Future,
    Fut::Output: TestOutput,
{
    test.run(function)
        .unwrap_or_else(|failure| report(&failure))
}

/// `assert_max_queries!(recording, 3)`
#[track_caller]
pub fn check<T>(recording: &Recording<T>, budget: Queries, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(budget, &form, Location::caller());
}

/// `assert_no_n_plus_one!(recording)` and its fellows.
#[track_caller]
pub fn check_no<T>(recording: &Recording<T>, defect: Defect, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(Assertion::No(defect), &form, Location::caller());
}

/// `assert_efficient!(recording)`
#[track_caller]
pub fn check_efficient<T>(recording: &Recording<T>, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(Assertion::Efficient, &form, Location::caller());
}

/// What an assertion names.
pub fn text(name: impl Into<String>) -> String {
    name.into()
}

/// `assert_index_used!(recording, "..")` and its fellows.
#[track_caller]
pub fn check_plans<T>(recording: &Recording<T>, rule: PlanRule, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(Assertion::Plan(rule), &form, Location::caller());
}

/// `assert_index_used!(db, "..", work)` and its fellows.
#[track_caller]
pub fn record_and_check_plans<F: Future>(
    db: &PerfDb,
    rule: PlanRule,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(Assertion::Plan(rule), form, Location::caller(), work)
}

/// `assert_plan_scales!(recording, 1_000..=10_000_000)`
#[track_caller]
pub fn check_scale<T>(recording: &Recording<T>, scale: impl Into<Scale>, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(Assertion::Scales(scale.into()), &form, Location::caller());
}

/// `assert_plan_scales!(db, 1_000..=10_000_000, work)`
#[track_caller]
pub fn record_and_check_scale<F: Future>(
    db: &PerfDb,
    scale: impl Into<Scale>,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(
        Assertion::Scales(scale.into()),
        form,
        Location::caller(),
        work,
    )
}

/// `assert_query_snapshot!(recording)`
#[cfg(feature = "snapshot")]
#[track_caller]
pub fn query_snapshot(recording: &impl crate::run::QuerySnapshot, name: &str) -> Option<String> {
    recording.snapshot(told_name(name), Location::caller())
}

/// `assert_plan_snapshot!(recording)`
#[cfg(feature = "snapshot")]
#[track_caller]
pub fn plan_snapshot<T>(recording: &Recording<T>, name: &str) -> Option<String> {
    recording.plan_snapshot(told_name(name), Location::caller())
}

/// `assert_max_queries!(db, 3, work)`
#[track_caller]
pub fn record_and_check<F: Future>(
    db: &PerfDb,
    budget: Queries,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(budget, form, Location::caller(), work)
}

/// `assert_latency!(db, p95 < 200ms, || work())`
#[track_caller]
pub fn check_latency<'a, I, T>(
    db: &'a PerfDb,
    latency: Latency,
    name: &str,
    inputs: impl AsyncFn() -> I + 'a,
    work: impl AsyncFn(I) -> T + 'a,
    failure: impl Fn(&T) -> Option<String> + 'a,
) -> impl Future<Output = ()> + 'a
where
    I: 'a,
    T: 'a,
{
    let asked = (latency, Form::OneStep(told_name(name)), Location::caller());
    db.check_latency_as(asked, inputs, work, failure)
}

/// `assert_improves!(db, || before(), || after(), 50%)`
#[track_caller]
pub fn check_improvement<'a, T: 'a, U: 'a>(
    db: &'a PerfDb,
    improvement: Improvement,
    name: &str,
    before: (impl AsyncFn() -> T + 'a, impl Fn(&T) -> Option<String> + 'a),
    after: (impl AsyncFn() -> U + 'a, impl Fn(&U) -> Option<String> + 'a),
) -> impl Future<Output = ()> + 'a {
    let asked = (
        improvement,
        Form::OneStep(told_name(name)),
        Location::caller(),
    );
    db.check_improvement_as(asked, before, after)
}

/// `assert_constant_queries!(growth)`, `assert_constant_queries!(growth, +1 per 100)`
#[track_caller]
pub fn check_growth(growth: &Growth, (more, per): (usize, usize), name: &str) {
    let form = Form::OfRecording(told_name(name));
    growth.check_as(Slope::new(more, per), form, Location::caller());
}

/// `assert_no_n_plus_one!(db, work)` and its fellows.
#[track_caller]
pub fn record_and_check_no<F: Future>(
    db: &PerfDb,
    defect: Defect,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(Assertion::No(defect), form, Location::caller(), work)
}

/// `assert_efficient!(db, work)`
#[track_caller]
pub fn record_and_check_efficient<F: Future>(
    db: &PerfDb,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(Assertion::Efficient, form, Location::caller(), work)
}

/// Advice on a statement whose parameters are texts: for the harness's own tests. `goal` is `reach TABLE`, `use INDEX`,
/// `sorted` or `cheaper`.
pub fn advise(
    database: &str,
    sql: &str,
    parameters: &[&str],
    rows: &Rows,
    goal: &str,
) -> Result<Advised, SetupError> {
    let database = Url::parse(database).map_err(|error| SetupError::system("no URL", &error))?;
    let value = |text: &&str| plan::Value {
        type_oid: 0,
        is_binary: false,
        bytes: Some(Arc::from(text.as_bytes())),
        is_cut: false,
    };
    let question = plan::Question {
        sql: Arc::from(sql),
        form: plan::Form::Prepared,
        values: parameters.iter().map(value).collect(),
        settings: Arc::from([]),
        is_prepared: !parameters.is_empty(),
    };
    let goal = match goal.split_once(' ') {
        Some(("reach", table)) => plan::Goal::Reach(table.to_owned()),
        Some(("use", index)) => plan::Goal::Use(index.to_owned()),
        _ if goal == "sorted" => plan::Goal::Sorted,
        _ => plan::Goal::Cheaper,
    };
    let rows = rows.clone();
    let advice =
        in_background_waiting(
            async move { plan::advise(&database, &question, &rows, &goal).await },
        )?;
    let (sql, extension) = match &advice.outcome {
        plan::Outcome::Proposal(proposal) => (proposal.sql.clone(), proposal.extension),
        _ => (Vec::new(), None),
    };
    Ok(Advised {
        sql,
        extension,
        lines: crate::report::advice_lines(&advice),
    })
}

/// What [`advise`] gives.
#[derive(Debug)]
pub struct Advised {
    /// The statements that make what is proposed.
    pub sql: Vec<String>,
    /// An extension that they need.
    pub extension: Option<&'static str>,
    /// As a failure tells it.
    pub lines: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_without_a_name_are_told_apart() {
        let names = [(); 3].map(|()| numbered("users::list".to_owned()));
        assert_eq!(names, ["users::list", "users::list::2", "users::list::3"]);
        assert_eq!(numbered("users::other".to_owned()), "users::other");
    }
}
