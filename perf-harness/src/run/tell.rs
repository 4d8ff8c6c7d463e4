//! What is printed. The test harness shows it for the tests that fail.
#![expect(clippy::print_stderr, reason = "this module is the one that prints")]

use std::panic::{Location, resume_unwind};
use std::sync::Once;

use super::perf_test::Failure;

/// Ends the test: prints why and unwinds, without the panic message of a bug.
pub(crate) fn report(failure: &Failure) -> ! {
    eprintln!("{failure}");
    resume_unwind(Box::new(failure.headline().to_owned()))
}

/// Findings of a test that failed for a reason of its own.
pub(super) fn beside(failure: &Failure) {
    eprintln!("besides, {failure}");
}

/// Which server was chosen, and why. Once in a process.
pub(super) fn server(told: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| eprintln!("perf-harness uses {told}"));
}

/// Where the database of a failed test can be looked at.
pub(super) fn kept(url: &str) {
    eprintln!("perf-harness keeps its database: psql '{url}'");
}

/// What was proved: for who looks at tests that pass, too.
pub(super) fn proof(location: &Location<'_>, text: &str) {
    eprintln!("{}:{}: {text}", location.file(), location.line());
}

pub(super) fn warning(text: &str) {
    eprintln!("perf-harness warns: {text}");
}
