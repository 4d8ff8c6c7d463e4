//! Numbers for people: times, changes, counts.

use crate::outcome::Change;

const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];

/// Nanoseconds in three digits and a unit: `850 ns`, `12.3 ms`, `1.20 s`.
pub(super) fn time(ns: f64) -> String {
    // What would be rounded up to a thousand has the next unit.
    let fits = |(_, size): &&(&str, f64)| ns / size < 999.5;
    let (unit, size) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    format!("{} {unit}", three_digits(ns / size))
}

/// How long something took: `31.4 s`, `2 min 5 s`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 99.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round();
    format!("{:.0} min {:.0} s", (whole / 60.0).floor(), whole % 60.0)
}

/// As many times as much: `1.25 x`, `12.3 x`.
pub(super) fn times(ratio: f64) -> String {
    format!("{} x", three_digits(ratio))
}

/// A share as percent, with one decimal below 10: `12 %`, `3.4 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", points(share))
}

/// The same with its sign: `+12 %`, `-3.4 %`, `0.0 %`.
pub(super) fn signed_percent(share: f64) -> String {
    format!("{} %", signed_points(share))
}

/// `+12 % [+8.2, +16]`.
pub(super) fn change(change: &Change) -> String {
    let (low, high) = (signed_points(change.low), signed_points(change.high));
    format!("{} [{low}, {high}]", signed_percent(change.estimate))
}

/// What was counted on both sides, with as many digits as it takes to see that they differ: `3 -> 4`.
pub(super) fn counts(base: f64, head: f64) -> String {
    let (mut before, mut after) = (count(base), count(head));
    if before == after && differ(base, head) {
        (before, after) = (base.to_string(), head.to_string());
    }
    format!("{before} -> {after}")
}

/// Not the same number.
pub(super) fn differ(one: f64, other: f64) -> bool {
    (one - other).abs() > 0.0
}

/// `3`, `1,200`, `2.25`.
pub(super) fn count(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        let left = digits.len() - at;
        if left.is_multiple_of(3) && text.ends_with(|last: char| last.is_ascii_digit()) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn three_digits(number: f64) -> String {
    let digits = match number.abs() {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.digits$}")
}

fn signed_points(share: f64) -> String {
    let text = points(share);
    let is_more = share > 0.0 && text.contains(|digit: char| matches!(digit, '1'..='9'));
    if is_more { format!("+{text}") } else { text }
}

fn points(share: f64) -> String {
    let percent = share * 100.0;
    let digits = decimals(percent);
    let text = format!("{percent:.digits$}");
    let is_nothing = !text.contains(|digit: char| matches!(digit, '1'..='9'));
    if is_nothing {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

fn decimals(percent: f64) -> usize {
    // A hundred percent less would be no time at all, which no program takes.
    match percent {
        near if near > -100.0 && near <= -99.95 => 3,
        near if near > -100.0 && near <= -99.5 => 1,
        small if small.abs() < 9.95 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_and_a_unit() {
        let told = |ns| time(ns);
        assert_eq!(told(0.0), "0.00 ns");
        assert_eq!(told(0.85), "0.85 ns");
        assert_eq!(told(850.4), "850 ns");
        assert_eq!(told(999.6), "1.00 µs");
        assert_eq!(told(12_345_678.0), "12.3 ms");
        assert_eq!(told(99_960.0), "100 µs");
        assert_eq!(told(1_234_567_890.0), "1.23 s");
        assert_eq!(told(7.5e12), "7500 s");
    }

    #[test]
    fn a_share_has_a_decimal_below_ten() {
        let told = [0.0, 0.034, 0.0994, 0.0996, 0.124, 1.5, 11.3].map(percent);
        let expected = ["0.0 %", "3.4 %", "9.9 %", "10 %", "12 %", "150 %", "1130 %"];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_change_has_a_sign_unless_it_is_nothing() {
        let told = [0.12, -0.034, 0.000_4, -0.000_4].map(signed_percent);
        assert_eq!(told, ["+12 %", "-3.4 %", "0.0 %", "0.0 %"]);
    }

    #[test]
    fn a_gain_is_never_rounded_up_to_all_of_it() {
        let told = [-0.92, -0.994, -0.996, -0.999_7].map(signed_percent);
        assert_eq!(told, ["-92 %", "-99 %", "-99.6 %", "-99.970 %"]);
    }

    #[test]
    fn an_interval_follows_its_estimate() {
        let told = change(&Change {
            estimate: 0.12,
            low: -0.012,
            high: 0.163,
        });
        assert_eq!(told, "+12 % [-1.2, +16]");
    }

    #[test]
    fn counts_are_told_as_exactly_as_it_takes_to_see_that_they_differ() {
        assert_eq!(counts(3.0, 4.0), "3 -> 4");
        assert_eq!(counts(1_200.0, 1_234_567.0), "1,200 -> 1,234,567");
        assert_eq!(counts(2.25, 2.5), "2.25 -> 2.5");
        assert_eq!(counts(2.001, 2.002), "2.001 -> 2.002");
        assert_eq!(counts(100.0, 100.0), "100 -> 100");
    }

    #[test]
    fn a_duration_has_minutes_where_it_is_long() {
        let told = [0.61, 31.42, 99.97, 125.4].map(duration);
        assert_eq!(told, ["0.6 s", "31.4 s", "1 min 40 s", "2 min 5 s"]);
    }
}
