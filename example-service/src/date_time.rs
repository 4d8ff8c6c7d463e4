//! A date and time in JSON as Django REST framework writes it.

use sea_orm::{
    prelude::{ChronoUtc, DateTimeUtc},
    sea_query::prelude::chrono::SubsecRound as _,
};
use serde::Serializer;

/// `timezone.now()`: as fine as Postgres keeps it, so that what is answered is what will be read.
pub(crate) fn now() -> DateTimeUtc {
    ChronoUtc::now().trunc_subsecs(6)
}

/// ISO 8601 as `DateTimeField.to_representation` gives it: six digits of a second, or none if they are all
/// zero, and `Z` for UTC. For `#[serde(serialize_with)]`.
pub(crate) fn iso_8601<S: Serializer>(at: &DateTimeUtc, serializer: S) -> Result<S::Ok, S::Error> {
    let format = match at.timestamp_subsec_micros() {
        0 => "%Y-%m-%dT%H:%M:%SZ",
        _ => "%Y-%m-%dT%H:%M:%S%.6fZ",
    };
    serializer.collect_str(&at.format(format))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        let at: DateTimeUtc = input.parse().unwrap();
        let written = iso_8601(&at, serde_json::value::Serializer).unwrap();
        assert_eq!(written, expected);
    }

    #[test]
    fn a_date_and_time_is_written_as_rest_framework_writes_it() {
        check("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z");
        check("2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123456Z");
        check("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z");
        check("2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.000001Z");
        check("2026-01-02T03:04:05.000000999Z", "2026-01-02T03:04:05Z");
        check("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z");
        check("0999-01-02T03:04:05Z", "0999-01-02T03:04:05Z");
    }
}
