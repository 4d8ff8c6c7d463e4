//! Repeated queries as text: an N+1, a duplicate.

use super::Subject;
use super::failure::{MOST_GROUPS, headline, section};
use super::next::{edit_of, further};
use super::path::came_from;
use super::sql_line::one_line;
use super::values::values_line;
use crate::budget::{Finding, Queries};
use crate::record::Shape;

/// The words for one kind of defect.
pub(super) struct Told {
    headline: &'static str,
    name: &'static str,
    names: &'static str,
}

impl Told {
    pub(super) const N_PLUS_ONE: Self = Self {
        headline: "asks for each value apart",
        name: "N+1",
        names: "N+1s",
    };
    pub(super) const DUPLICATE: Self = Self {
        headline: "asks the same again",
        name: "duplicate",
        names: "duplicates",
    };
}

/// All of one kind, the biggest first.
pub(super) fn defects(
    subject: &Subject<'_>,
    finding: &Finding,
    told: &Told,
    found: &[Shape<'_>],
) -> String {
    let name = if found.len() == 1 {
        told.name
    } else {
        told.names
    };
    let queries: usize = found.iter().map(Shape::count).sum();
    let mut lines = vec![
        headline(subject, finding, told.headline),
        String::new(),
        format!("  expected  no {}", told.name),
        format!(
            "  actual    {} {name}, {queries} of {} queries",
            found.len(),
            finding.traffic.counts().queries
        ),
        String::new(),
    ];
    lines.extend(section("because", &because(subject, found)));
    lines.push(String::new());
    lines.extend(section("next", &next(subject, finding, found)));
    lines.join("\n") + "\n"
}

fn because(subject: &Subject<'_>, found: &[Shape<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for shape in found.iter().take(MOST_GROUPS) {
        lines.push(format!("{} times", shape.count()));
        if shape.path().is_none() {
            lines.push(format!("  from where is not known: {}", unknown(shape)));
        }
        lines.extend(came_from(shape, ""));
        lines.push(format!("  {}", one_line(shape.fingerprint())));
        lines.extend(values_line(shape, subject.values).map(|line| format!("  {line}")));
    }
    let more = found.len().saturating_sub(MOST_GROUPS);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

fn unknown(shape: &Shape<'_>) -> &'static str {
    if shape.is_told() {
        "its stack names no line of this workspace (debug = \"line-tables-only\" in the profile?)"
    } else {
        "its driver told of none on the test's own threads"
    }
}

fn next(subject: &Subject<'_>, finding: &Finding, found: &[Shape<'_>]) -> Vec<String> {
    let now = Queries::at_most(finding.traffic.counts().queries);
    let mut lines: Vec<String> = found.first().map(edit_of).into_iter().collect();
    lines.push(format!(
        "or only hold it at what it is: {}",
        now.written(&finding.form)
    ));
    lines.extend(further(subject));
    lines
}
