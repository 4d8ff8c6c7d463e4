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

/// The microseconds of `5ms`, `500us` or `1s`, as it stands in the source. With another unit, or none, the program does not
/// compile.
#[must_use]
pub const fn micros(written: &str) -> u64 {
    let bytes = written.as_bytes();
    let (mut number, mut at) = (0_u64, 0);
    while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'_') {
        if bytes[at] != b'_' {
            number = number * 10 + (bytes[at] - b'0') as u64;
        }
        at += 1;
    }
    assert!(at > 0, "not a time: write `5ms`, `500us` or `1s`");
    let (_, unit) = bytes.split_at(at);
    match unit {
        b"us" => number,
        b"ms" => number * 1_000,
        b"s" => number * 1_000_000,
        _ => panic!("not a unit of time: write `5ms`, `500us` or `1s`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(micros("5ms"), 5_000);
        assert_eq!(micros("1_500us"), 1_500);
        assert_eq!(micros("2s"), 2_000_000);
    }

    #[test]
    #[should_panic(expected = "not a unit of time")]
    fn a_number_alone_is_no_time() {
        micros("5");
    }

    #[test]
    #[should_panic(expected = "not a unit of time")]
    fn a_fraction_is_no_time() {
        micros("0.5s");
    }
}
