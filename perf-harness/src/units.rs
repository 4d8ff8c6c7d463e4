//! How times are written where they are exact: as whole microseconds, in files, and in the source.

use std::time::Duration;

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds as the milliseconds of a file: `0.25`, `1.5`, `200`.
pub(crate) fn milliseconds(micros: u64) -> String {
    let rest = format!("{:03}", micros % 1_000);
    match rest.trim_end_matches('0') {
        "" => (micros / 1_000).to_string(),
        rest => format!("{}.{rest}", micros / 1_000),
    }
}

/// As in the source, in the largest unit that needs no fraction: `2s`, `5ms`, `1500us`, `90ns`.
pub(crate) fn as_written(time: Duration) -> String {
    let (number, unit) = match time.as_nanos() {
        nanos if nanos.is_multiple_of(1_000_000_000) => (nanos / 1_000_000_000, "s"),
        nanos if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, "ms"),
        nanos if nanos.is_multiple_of(1_000) => (nanos / 1_000, "us"),
        nanos => (nanos, "ns"),
    };
    format!("{number}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_milliseconds() {
        let written = [42_000, 1_500, 250, 5, 0].map(milliseconds);
        assert_eq!(written, ["42", "1.5", "0.25", "0.005", "0"]);
    }

    #[test]
    fn the_source_has_no_fractions() {
        let written = |nanos| as_written(Duration::from_nanos(nanos));
        assert_eq!(written(200_000_000), "200ms");
        assert_eq!(written(2_000_000_000), "2s");
        assert_eq!(written(1_500_000), "1500us");
        assert_eq!(written(90), "90ns");
        assert_eq!(written(0), "0s");
    }
}
