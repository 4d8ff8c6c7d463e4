//! What the last run says of each limit.

use std::path::Path;

use super::*;
use crate::budgets::budgets;
use crate::history::sample_point as point;

const FILE: &str = "perf-budgets.toml";

fn file(text: &str) -> Budgets {
    budgets(text, Path::new(FILE)).unwrap()
}

/// A test checked an entry, with these values.
fn checked(run: &str, at: &str, test: &str, entry: &str, values: &[(&str, u64)]) -> Point {
    let mut point = point(run, at, 0);
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    point.fact.test = test.to_owned();
    point.fact.entry = Some(entry.to_owned());
    point.fact.budgets = Some(FILE.to_owned());
    point.fact.values = values.collect();
    point
}

fn told(table: &Table) -> Vec<String> {
    let told = table.rows.iter().map(|row| {
        let today = row.today.map_or("-".to_owned(), |today| today.to_string());
        let slack = row
            .slack_percent
            .map_or("-".to_owned(), |slack| slack.to_string());
        let test = row.test.as_deref().unwrap_or("-");
        format!(
            "{} {} {today}/{} {slack}% {:?} {test} +{} line {}",
            row.entry, row.limit, row.most, row.state, row.others, row.line
        )
    });
    told.collect()
}

const TWO: &str = "[budgets.a]\nmax_queries = 4\nlatency_p95_ms = false\nmax_rows = 100\n\n[budgets.b]\nlatency_p95_ms = false\n";

#[test]
fn each_limit_is_told_beside_the_most_that_the_last_run_measured() {
    let points = [
        checked("1", "1", "old", "a", &[("queries", 9)]),
        checked("2", "2", "list", "a", &[("queries", 3), ("rows", 70)]),
        checked("2", "3", "page", "a", &[("queries", 5)]),
        checked("2", "3", "other", "b", &[("queries", 5)]),
    ];
    let table = table(&file(TWO), FILE, &points);
    let expected = [
        "a max_queries 5/4 -25% Over perf page +1 line 2",
        "a max_rows 70/100 30% Holds perf list +0 line 4",
        "b max_queries 5/5 0% Holds perf other +0 line 6",
    ];
    assert_eq!(told(&table), expected);
    assert!(table.is_red());
    let run = table.run.unwrap();
    assert_eq!(
        (run.id.as_str(), run.ended.as_str(), run.tests),
        ("2", "3", 3)
    );
}

#[test]
fn a_try_that_was_repeated_counts_no_more() {
    let points = [
        checked("1", "1", "list", "a", &[("queries", 9), ("rows", 1)]),
        checked("1", "2", "list", "a", &[("queries", 3), ("rows", 1)]),
        checked("1", "2", "other", "b", &[("queries", 1)]),
    ];
    let table = table(&file(TWO), FILE, &points);
    assert_eq!(
        told(&table)[0],
        "a max_queries 3/4 25% Holds perf list +0 line 2"
    );
    assert!(!table.is_red());
}

#[test]
fn an_entry_that_the_last_run_did_not_check_is_told_with_the_run_that_did() {
    let points = [
        checked("1", "1", "list", "b", &[("queries", 2)]),
        checked("2", "2", "list", "a", &[("queries", 1), ("rows", 1)]),
    ];
    let table = table(&file(TWO), FILE, &points);
    let b = &table.rows[2];
    assert_eq!((b.state, b.is_red()), (State::Unchecked, true));
    let before = Before {
        at: "1".to_owned(),
        test: "perf list".to_owned(),
        value: 2,
    };
    assert_eq!(b.before, Some(before));
}

#[test]
fn of_a_checked_entry_only_its_own_limits_must_be_judged() {
    let points = [
        checked("1", "1", "list", "a", &[("queries", 1)]),
        checked("1", "1", "other", "b", &[("rows", 1)]),
    ];
    let rows = table(&file(TWO), FILE, &points).rows;
    let red: Vec<_> = rows.iter().map(|row| (row.state, row.is_red())).collect();
    let expected = [
        (State::Holds, false),
        (State::NotJudged, true),
        (State::NotJudged, false),
    ];
    assert_eq!(red, expected);
}

#[test]
fn what_was_held_against_another_file_or_no_entry_is_none_of_this() {
    let mut other = checked("1", "1", "list", "a", &[("queries", 1)]);
    other.fact.budgets = Some("other.toml".to_owned());
    let mut later = point("2", "2", 1);
    later.fact.budgets = Some(FILE.to_owned());
    let table = table(&file(TWO), FILE, &[other, later]);
    assert_eq!(table.run, None);
    assert!(
        table
            .rows
            .iter()
            .all(|row| row.state == State::Unchecked && row.before.is_none())
    );
}

#[test]
fn a_latency_is_what_its_verdict_says() {
    let text = "[budgets.a]\nmax_queries = false\nlatency_p95_ms = 40\n";
    let check = |us: u64, verdict: Verdict, expected: State| {
        let mut point = checked("1", "1", "list", "a", &[("latency_p95_us", us)]);
        // Of the others it does not depend.
        point.fact.verdict = Verdict::Failed;
        point.fact.verdicts = [("latency_p95_us".to_owned(), verdict)].into();
        point.fact.intervals = [("latency_p95_us".to_owned(), (us - 1, us + 2))].into();
        let row = table(&file(text), FILE, &[point]).rows[0].clone();
        assert_eq!((row.state, row.today_high), (expected, Some(us + 2)));
    };
    check(39_000, Verdict::Passed, State::Holds);
    check(41_000, Verdict::Passed, State::Holds);
    check(41_000, Verdict::Undecided, State::Undecided);
    check(41_000, Verdict::Failed, State::Over);
    check(39_000, Verdict::Failed, State::Over);
}
