//! What `assert_within_budget!` expands to.

use std::panic::Location;

use crate::budget::Form;
use crate::run::{BudgetedWork, HasStatus, PerfDb, Recording, ResponseSize, Work, told_name};

/// `assert_within_budget!(recording, "GET /api/users/")`
#[track_caller]
pub fn check_within<T>(
    recording: &Recording<T>,
    budget: Option<&str>,
    status: Option<u16>,
    name: &str,
) {
    let form = Form::OfRecording(told_name(name));
    recording.check_within_as(budget, (status, Vec::new()), &form, Location::caller());
}

/// `assert_within_budget!(db, "GET /api/users/", work)`
#[track_caller]
pub fn record_within<Kind, W: Work<Kind>>(
    db: &PerfDb,
    budget: Option<&str>,
    name: &str,
    work: W,
) -> impl Future<Output = BudgetedWork<W::Output, W::Again>> {
    let form = Form::OneStep(told_name(name));
    db.hold(budget, form, Location::caller(), work)
}

/// What can be known of an output by its type: a method of its own goes before the same one of [`OfUnknown`].
#[derive(Debug)]
pub struct Probe<'r, T>(pub &'r Recording<T>);

impl<T: HasStatus> Probe<'_, T> {
    /// That of the response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.output().status()
    }
}

impl<T: ResponseSize> Probe<'_, T> {
    /// Has the size of the response measured.
    pub fn note_size(&self) {
        self.0.response_bytes();
    }
}

/// An output of which nothing is known.
pub trait OfUnknown {
    /// None.
    fn status(&self) -> Option<u16> {
        None
    }

    /// It stays unknown.
    fn note_size(&self) {}
}

impl<T> OfUnknown for Probe<'_, T> {}
