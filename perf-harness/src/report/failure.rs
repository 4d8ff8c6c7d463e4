//! A failure as text: what, expected, actual, because, next. At most 25 lines for each finding.

use super::defects::{at_once, defects};
use super::growth::growth;
use super::known::known_line;
use super::limits::over_limit;
use super::next::advice;
use super::parent::parent_line;
use super::path::came_from;
use super::plans::plans;
use super::scaling::scaling;
use super::setup;
use super::sql_line::one_line;
use super::values::values_line;
use super::within::within;
use super::{Subject, Values};
use crate::budget::{Allowed, Finding, Problem, Violation, n_plus_ones};
use crate::record::{Counts, Repetition, Shape, Traffic};

/// How many groups of repeated queries are told; the JSON twin has all.
const MOST_GROUPS: usize = 3;
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
        Problem::Violation(Violation::Defects { defect, .. }) => defects(subject, finding, *defect),
        Problem::Violation(Violation::Growth { .. }) => growth(subject, finding),
        Problem::Violation(Violation::Plans { .. }) => plans(subject, finding),
        Problem::Violation(Violation::Scaling { .. }) => scaling(subject, finding),
        Problem::Violation(Violation::Limit {
            allowed, actual, ..
        }) => over_limit(subject, finding, *allowed, *actual),
        Problem::Violation(Violation::Budget { .. }) => match finding.within.as_deref() {
            Some(held) => within(subject, finding, held),
            None => unreachable!("a violation of a budget has its limits"),
        },
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
    let next = advice(subject, finding, allowed, actual);
    let because = because(finding, subject.values, next.len());
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
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
pub(super) fn because(finding: &Finding, values: Values, next: usize) -> Vec<String> {
    let traffic = &*finding.traffic;
    let shapes = traffic.shapes();
    let (paths, proven) = (traffic.repeated(), n_plus_ones(traffic));
    let (repeated, single): (Vec<_>, Vec<_>) = shapes.iter().partition(|shape| shape.count() > 1);
    let mut asides = asides(traffic);
    let known = finding.occurrences().into_iter().next();
    asides.extend(known.and_then(|known| known_line(finding, &known.key)));
    let groups: Vec<Vec<String>> = repeated
        .iter()
        .take(MOST_GROUPS)
        .map(|shape| group(traffic, shape, &paths, &proven, values))
        .collect();
    let told = that_fit(&groups, next + asides.len());
    let mut lines: Vec<String> = groups.into_iter().take(told).flatten().collect();
    let told_singles = if repeated.is_empty() {
        single.len().min(MOST_SINGLES)
    } else {
        0
    };
    lines.extend(
        single
            .iter()
            .take(told_singles)
            .map(|shape| format!("once: {}", one_line(shape.fingerprint()))),
    );
    lines.extend(rest(&repeated[told..], single.len() - told_singles));
    lines.extend(asides);
    lines
}

/// What must be known of the queries to believe their number.
fn asides(traffic: &Traffic) -> Vec<String> {
    let late = traffic.queries().filter(|query| query.is_late()).count();
    let running = traffic.queries().filter(|query| query.is_running()).count();
    let unsampled = traffic.counts().unsampled;
    let was = |count| if count == 1 { "was" } else { "were" };
    let lines = [
        (late > 0).then(|| {
            let noun = noun(late);
            format!("{late} {noun} arrived after the work had ended, from what it left running")
        }),
        (running > 0).then(|| {
            format!(
                "{running} {} still running when the recording ended",
                was(running)
            )
        }),
        (unsampled > 0)
            .then(|| format!("{unsampled} more are counted, but their text was not kept")),
    ];
    lines.into_iter().flatten().collect()
}

/// One shape that was sent more than once, and where the most of it came from.
fn group(
    traffic: &Traffic,
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
    let at_once = at_once(shape);
    let mut lines = vec![format!("{} times{at_once}, {kind}", shape.count())];
    lines.extend(most.map_or_else(Vec::new, |most| came_from(most, &count, paths)));
    lines.push(format!("  {}", one_line(shape.fingerprint())));
    lines.extend(values_line(shape, values).map(|line| format!("  {line}")));
    if shape.repetition() == Repetition::DifferentValues {
        lines.extend(parent_line(traffic, shape).map(|line| format!("  {line}")));
    }
    lines
}

/// What was not told in full.
fn rest(untold: &[&Shape<'_>], singles: usize) -> Option<String> {
    let queries: usize = untold.iter().map(|shape| shape.count()).sum();
    let mut parts = Vec::new();
    match untold.len() {
        0 => {}
        1 => parts.push(format!("{queries} more in another group")),
        groups => parts.push(format!("{queries} more in {groups} other groups")),
    }
    match singles {
        0 => {}
        1 => parts.push("1 other query, once".to_owned()),
        _ => parts.push(format!("{singles} other queries, once each")),
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The most lines of one finding.
pub(super) const MOST_LINES: usize = 25;

/// How many groups fit beside so many other lines of a finding: at least the first.
fn that_fit(groups: &[Vec<String>], others: usize) -> usize {
    // Above stand the headline, what was expected and what came, with a blank line after each part; one is for the rest.
    let room = MOST_LINES.saturating_sub(7 + others);
    let lines = groups.iter().scan(0, |lines, group| {
        *lines += group.len();
        Some(*lines)
    });
    let fitting = lines.take_while(|lines| *lines <= room).count();
    fitting.clamp(1.min(groups.len()), MOST_GROUPS)
}

/// As many groups as fit, and how many do not.
pub(super) fn fitted(groups: Vec<Vec<String>>, others: usize) -> Vec<String> {
    let told = that_fit(&groups, others);
    let more = groups.len() - told;
    let mut lines: Vec<String> = groups.into_iter().take(told).flatten().collect();
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
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
