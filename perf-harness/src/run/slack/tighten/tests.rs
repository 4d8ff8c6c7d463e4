//! What becomes of a file, and of no other value in it.

use super::*;
use crate::budget::Statistic;

const FILE: &str = "\
# Ours.
[defaults]
max_queries = 6 # of the mission

[budgets.\"GET /api/users/\"] # the list
# Two, since the join.
max_queries = 5   # was 101
latency_p95_ms = 200

[budgets]
report = { max_queries = 30, max_bytes = 64_000 } # nightly
";

fn row(entry: &str, limit: &'static str, most: u64, today: u64) -> Row {
    Row {
        entry: entry.to_owned(),
        line: 1,
        limit,
        is_time: limit.ends_with("_ms"),
        is_own: true,
        most,
        today: Some(today),
        today_high: None,
        slack: None,
        slack_percent: None,
        state: State::Holds,
        test: None,
        others: 0,
        before: None,
    }
}

fn tightened(rows: &[Row], margin: Margin) -> String {
    rewritten(FILE, &changes(rows, margin))
}

#[test]
fn only_values_change_and_comments_and_blanks_stay() {
    let rows = [
        row("GET /api/users/", "max_queries", 5, 2),
        row("GET /api/users/", "latency_p95_ms", 200_000, 41_234),
        row("report", "max_bytes", 64_000, 12_345),
    ];
    let expected = FILE
        .replace("= 5   #", "= 2   #")
        .replace("latency_p95_ms = 200", "latency_p95_ms = 62")
        // A tenth more: bytes are not the same each time.
        .replace("64_000", "13_580");
    assert_eq!(tightened(&rows, Margin::default()), expected);
}

#[test]
fn a_limit_by_default_is_written_below_the_entry_s_head_where_it_has_one() {
    let of = |entry: &str, limit: &'static str, today: u64| Row {
        is_own: false,
        ..row(entry, limit, 1_000, today)
    };
    let rows = [
        of("GET /api/users/", "max_rows", 7),
        of("GET /api/users/", "max_bytes", 8),
        of("report", "max_rows", 7),
    ];
    let head = "[budgets.\"GET /api/users/\"] # the list\n";
    let expected = FILE.replace(head, &format!("{head}max_rows = 7\nmax_bytes = 9\n"));
    assert_eq!(tightened(&rows, Margin::default()), expected);
}

#[test]
fn nothing_is_loosened_and_what_is_not_known_to_hold_stays() {
    let not = |state: State| Row {
        state,
        ..row("GET /api/users/", "max_queries", 5, 2)
    };
    let rows = [
        row("GET /api/users/", "max_queries", 5, 5),
        row("GET /api/users/", "latency_p95_ms", 200_000, 199_000),
        not(State::Over),
        not(State::Undecided),
        Row {
            today: None,
            ..not(State::Unchecked)
        },
    ];
    assert_eq!(changes(&rows, Margin::default()), []);
    assert_eq!(tightened(&rows, Margin::default()), FILE);
}

#[test]
fn a_margin_that_is_named_is_for_counts_and_times() {
    let rows = [
        row("GET /api/users/", "max_queries", 50, 20),
        row("GET /api/users/", "latency_p95_ms", 200_000, 100_000),
    ];
    let to = |margin| -> Vec<u64> {
        changes(&rows, margin)
            .iter()
            .map(|change| change.to)
            .collect()
    };
    assert_eq!(to(Margin::default()), [20, 150_000]);
    assert_eq!(to(Margin::percent(10.0)), [22, 110_000]);
    assert_eq!(to(Margin::percent(0.0)), [20, 100_000]);
}

#[test]
fn the_upper_end_of_an_interval_is_what_a_time_may_be() {
    let estimated = Row {
        today_high: Some(60_000),
        ..row("GET /api/users/", "latency_p95_ms", 200_000, 41_000)
    };
    assert_eq!(changes(&[estimated], Margin::default())[0].to, 90_000);
}

#[test]
fn no_percentile_is_allowed_less_than_one_below_it() {
    let p50 = row("report", "latency_p50_ms", 100_000, 90_000);
    let of_p95 = |p50: Row| -> Vec<(&str, u64)> {
        let p95 = row("report", "latency_p95_ms", 200_000, 20_000);
        let elsewhere = row("other", "latency_p50_ms", 150_000, 150_000);
        let max = row("report", "max_queries", 900_000, 900_000);
        let changes = changes(&[p50, p95, elsewhere, max], Margin::default());
        let told = changes.iter().map(|change| (change.limit, change.to));
        told.collect()
    };
    // With its margin the p50 would be allowed more than it is, so it stays, and holds the p95 up.
    assert_eq!(of_p95(p50.clone()), [("latency_p95_ms", 100_000)]);
    let undecided = Row {
        state: State::Undecided,
        ..p50.clone()
    };
    assert_eq!(of_p95(undecided), [("latency_p95_ms", 100_000)]);
    let lower = Row {
        today: Some(10_000),
        ..p50
    };
    let both = [("latency_p50_ms", 15_000), ("latency_p95_ms", 30_000)];
    assert_eq!(of_p95(lower), both);
}

#[test]
fn what_can_be_none_may_be_none_and_nothing_else() {
    let none =
        |limit: &'static str| changes(&[row("report", limit, 9, 0)], Margin::default())[0].to;
    assert_eq!(none("max_full_scans"), 0);
    assert_eq!(none("max_queries"), 1);
}

#[test]
fn a_time_is_rounded_up_to_what_one_reads() {
    let check = |value: u64, expected: u64| assert_eq!(readable(value), expected, "{value}");
    check(0, 0);
    check(9, 9);
    check(41_234, 42_000);
    check(42_000, 42_000);
    check(99_001, 100_000);
    check(1_500, 1_500);
    let limit = Measured::Latency(Statistic::P95);
    assert_eq!(with_margin(limit, 1, Margin::default()), 2);
}
