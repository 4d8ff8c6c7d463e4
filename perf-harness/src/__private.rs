//! Every name that generated code may use. Not under SemVer.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

pub use crate::run::TestOutput;
#[cfg(feature = "snapshot")]
pub use core::option::Option::Some;
pub use core::stringify;
#[cfg(feature = "snapshot")]
pub use insta;

/// What the program `perf-harness` does: it prints what these give.
pub use crate::baseline::command as baseline;
pub use crate::postgres::running;
pub use crate::run::indexes::command as indexes;

use crate::budget::{Assertion, Defect, Form, Queries, Slope};
use crate::config;
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

/// `assert_query_snapshot!(recording)`
#[cfg(feature = "snapshot")]
#[track_caller]
pub fn query_snapshot(recording: &impl crate::run::QuerySnapshot, name: &str) -> Option<String> {
    recording.snapshot(told_name(name), Location::caller())
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
