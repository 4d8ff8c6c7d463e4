//! A failure as text: what, expected, actual, because, next. At most 25 lines for each finding.

use super::defects::{Told, defects};
use super::growth::growth;
use super::next::advice;
use super::path::came_from;
use super::setup;
use super::sql_line::one_line;
use super::values::values_line;
use super::{Subject, Values};
use crate::budget::{Allowed, Finding, Problem, Violation, duplicates, n_plus_ones};
use crate::record::{Counts, Repetition, Shape, Traffic};

/// How many groups of repeated queries are told; the JSON twin has all.
pub(super) const MOST_GROUPS: usize = 3;
/// How many queries are listed where none is repeated.
const MOST_SINGLES: usize = 6;

/// All findings of a test, the first one first.
pub(crate) fn failure(subject: &Subject<'_>, findings: &[Finding]) -> String {
    let count = findings.len();
    let numbered = findings.iter().zip(1..).map(|(finding, number)| {
        let told = one(subject, finding);
        if count > 1 {
            format!("problem {number} of {count}\n{told}")
        } else {
            told
        }
    });
    numbered.collect::<Vec<_>>().join("\n")
}

fn one(subject: &Subject<'_>, finding: &Finding) -> String {
    match &finding.problem {
        Problem::Violation(Violation::Queries { allowed, actual }) => {
            over_budget(subject, finding, *allowed, *actual)
        }
        Problem::Violation(Violation::NPlusOne { .. }) => defects(
            subject,
            finding,
            &Told::N_PLUS_ONE,
            &n_plus_ones(&finding.traffic),
        ),
        Problem::Violation(Violation::Duplicates { .. }) => defects(
            subject,
            finding,
            &Told::DUPLICATE,
            &duplicates(&finding.traffic),
        ),
        Problem::Violation(Violation::Growth { .. }) => growth(subject, finding),
        Problem::Unmeasured(error) => {
            let headline = headline(subject, finding, "could not be judged");
            format!("{headline}\n\n{}", setup::cause_and_cure(error))
        }
    }
}

pub(super) fn headline(subject: &Subject<'_>, finding: &Finding, what: &str) -> String {
    let left = format!("{} {what}", subject.test);
    let location = finding.location;
    format!("{left:<62}  {}:{}", location.file(), location.line())
}

fn over_budget(
    subject: &Subject<'_>,
    finding: &Finding,
    allowed: Allowed,
    actual: usize,
) -> String {
    let over = actual > allowed.min;
    let what = if over {
        "went over its budget"
    } else {
        "stayed under its budget"
    };
    let mut lines = vec![
        headline(subject, finding, what),
        String::new(),
        format!(
            "  expected  {allowed} {}",
            noun(allowed.max.unwrap_or(allowed.min))
        ),
        format!(
            "  actual    {}",
            counted(allowed, actual, finding.traffic.counts())
        ),
        String::new(),
    ];
    lines.extend(section(
        "because",
        &because(&finding.traffic, subject.values),
    ));
    lines.push(String::new());
    lines.extend(section("next", &advice(subject, finding, allowed, actual)));
    lines.join("\n") + "\n"
}

fn counted(allowed: Allowed, actual: usize, counts: &Counts) -> String {
    let difference = match allowed.max {
        Some(max) if actual > max => format!("{} more than allowed", actual - max),
        _ => format!("{} fewer than expected", allowed.min.saturating_sub(actual)),
    };
    let aside = not_counted(counts);
    format!("{actual} {}, {difference}{aside}", noun(actual))
}

/// What the budget does not count, if there was any.
fn not_counted(counts: &Counts) -> String {
    let parts: Vec<String> = [
        ("transaction control", counts.transaction_control),
        ("driver", counts.driver),
    ]
    .iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| format!("{name} {count}"))
    .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("   (not counted: {})", parts.join(", "))
}

/// Biggest group first, single queries together.
fn because(traffic: &Traffic, values: Values) -> Vec<String> {
    let shapes = traffic.shapes();
    let (paths, proven) = (traffic.repeated(), n_plus_ones(traffic));
    let (repeated, single): (Vec<_>, Vec<_>) = shapes.iter().partition(|shape| shape.count() > 1);
    let mut lines = Vec::new();
    for shape in repeated.iter().take(MOST_GROUPS) {
        lines.extend(group(shape, &paths, &proven, values));
    }
    if repeated.is_empty() {
        lines.extend(
            single
                .iter()
                .take(MOST_SINGLES)
                .map(|shape| format!("once: {}", one_line(shape.fingerprint()))),
        );
    }
    let told_singles = if repeated.is_empty() {
        single.len().min(MOST_SINGLES)
    } else {
        0
    };
    lines.extend(rest(&repeated, single.len() - told_singles));
    lines.extend(traffic.counts().unsampled.checked_sub(1).map(|_| {
        format!(
            "{} more are counted, but their text was not kept",
            traffic.counts().unsampled
        )
    }));
    lines
}

/// One shape that was sent more than once, and where the most of it came from.
fn group(
    shape: &Shape<'_>,
    paths: &[Shape<'_>],
    proven: &[Shape<'_>],
    values: Values,
) -> Vec<String> {
    let kind = match shape.repetition() {
        Repetition::Once => unreachable!("a group has more than one query"),
        Repetition::DifferentValues => {
            let is_it =
                |one: &Shape<'_>| one.fingerprint() == shape.fingerprint() && one.path().is_some();
            // Without the path it may be one helper that many places call.
            let likely = if proven.iter().any(is_it) {
                ""
            } else {
                "likely "
            };
            format!("{likely}an N+1: one shape, other values each time")
        }
        Repetition::SameValues => "a duplicate: the same values each time".to_owned(),
        Repetition::Mixed => format!(
            "one shape, {} different sets of values",
            shape.distinct_values()
        ),
    };
    let most = paths
        .iter()
        .find(|path| path.fingerprint() == shape.fingerprint() && path.path().is_some());
    let count = match most {
        Some(most) if most.count() < shape.count() => format!(", {} of them", most.count()),
        _ => String::new(),
    };
    let mut lines = vec![format!("{} times, {kind}", shape.count())];
    lines.extend(most.map_or_else(Vec::new, |most| came_from(most, &count)));
    lines.push(format!("  {}", one_line(shape.fingerprint())));
    lines.extend(values_line(shape, values).map(|line| format!("  {line}")));
    lines
}

/// What was not told in full.
fn rest(repeated: &[&Shape<'_>], singles: usize) -> Option<String> {
    let untold: usize = repeated
        .iter()
        .skip(MOST_GROUPS)
        .map(|shape| shape.count())
        .sum();
    let groups = repeated.len().saturating_sub(MOST_GROUPS);
    let mut parts = Vec::new();
    if groups > 0 {
        parts.push(format!("{untold} more in {groups} other groups"));
    }
    match singles {
        0 => {}
        1 => parts.push("1 other query, once".to_owned()),
        _ => parts.push(format!("{singles} other queries, once each")),
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Lines under a word in the margin.
pub(super) fn section(word: &str, lines: &[String]) -> Vec<String> {
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| format!("  {:<8}  {line}", if at == 0 { word } else { "" }))
        .collect()
}

pub(super) fn noun(count: usize) -> &'static str {
    if count == 1 { "query" } else { "queries" }
}
