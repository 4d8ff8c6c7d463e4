//! Times for people.

use std::time::Duration;

/// Three digits and a unit: `850 µs`, `12.3 ms`, `1.23 s`.
pub(crate) fn told(time: Duration) -> String {
    seconds(time.as_secs_f64())
}

/// The same of seconds.
pub(crate) fn seconds(seconds: f64) -> String {
    let (number, unit) = match seconds {
        // What would be rounded up to a thousand has the next unit.
        seconds if seconds < 999.5e-6 => (seconds * 1e6, "µs"),
        seconds if seconds < 999.5e-3 => (seconds * 1e3, "ms"),
        seconds => (seconds, "s"),
    };
    let digits = match number {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{number:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_and_a_unit() {
        let check = |nanos, expected: &str| {
            assert_eq!(told(Duration::from_nanos(nanos)), expected);
        };
        check(0, "0 µs");
        check(850, "0.85 µs");
        check(850_000, "850 µs");
        check(999_600, "1 ms");
        check(12_345_678, "12.3 ms");
        check(200_000_000, "200 ms");
        check(1_234_567_890, "1.23 s");
        check(75_000_000_000, "75 s");
    }
}
