//! What the macros of limits expand to.

use std::panic::Location;

use crate::budget::{Form, Limit, Metric};
use crate::run::{PerfDb, Recording, ResponseSize, told_name};

/// `assert_max_round_trips!(recording, 3)` and its fellows.
#[track_caller]
pub fn check_limit<T>(recording: &Recording<T>, limit: Limit, name: &str) {
    let form = Form::OfRecording(told_name(name));
    recording.check_as(limit, &form, Location::caller());
}

/// `assert_max_round_trips!(db, 3, work)` and its fellows.
#[track_caller]
pub fn record_and_check_limit<F: Future>(
    db: &PerfDb,
    limit: Limit,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output> {
    let form = Form::OneStep(told_name(name));
    db.check_as(limit, form, Location::caller(), work)
}

/// `assert_max_response_bytes!(recording, 10_000)`
#[track_caller]
pub fn check_response<T: ResponseSize>(recording: &Recording<T>, most: u64, name: &str) {
    recording.response_bytes();
    check_limit(recording, Limit::new(Metric::ResponseBytes, most), name);
}

/// `assert_max_response_bytes!(db, 10_000, work)`
#[track_caller]
pub fn record_and_check_response<F>(
    db: &PerfDb,
    most: u64,
    name: &str,
    work: F,
) -> impl Future<Output = F::Output>
where
    F: Future,
    F::Output: ResponseSize,
{
    let form = Form::OneStep(told_name(name));
    let location = Location::caller();
    async move {
        let recording = db.record(work).await;
        recording.response_bytes();
        recording.check_as(Limit::new(Metric::ResponseBytes, most), &form, location);
        recording.into_output()
    }
}
