//! An entry of the file of budgets as text: each limit with its slack, and what went over the worst of them.

use std::cmp::Reverse;

use super::Subject;
use super::failure::{because, fitted, headline, section};
use super::next::{edit_of, further};
use super::number::grouped;
use super::path::came_from;
use super::plans::{faults, shares};
use super::sql_line::one_line;
use crate::budget::{Finding, Held, Measured, Metric, PlanRule, Within};
use crate::record::Shape;

/// How many limits are told each on a line.
const MOST_LIMITS: usize = 9;

/// Limits that are exceeded, and those beside them.
pub(super) fn within(subject: &Subject<'_>, finding: &Finding, within: &Within) -> String {
    let over = within.over();
    let limits = limits(within);
    let next = next(subject, finding, within, &over);
    let because = details(subject, finding, over[0], limits.len() + 1 + next.len());
    let mut lines = vec![
        headline(subject, finding, "went over its budget"),
        String::new(),
        format!("  expected  within \"{}\", {}", within.entry, within.place),
        format!("  actual    {} of {} limits exceeded", over.len(), within.held.len()),
        String::new(),
    ];
    lines.extend(section("limits", &limits));
    lines.push(String::new());
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

/// A line for each limit, the worst first, then the others in their order.
fn limits(within: &Within) -> Vec<String> {
    let others = within.held.iter().filter(|held| !held.is_over());
    let all: Vec<&Held> = within.over().into_iter().chain(others).collect();
    let shown = if all.len() > MOST_LIMITS { MOST_LIMITS - 1 } else { all.len() };
    let key = all.iter().map(|held| held.of.key().len()).max();
    let mut lines: Vec<String> = all[..shown].iter().map(|held| line(held, key.unwrap_or_default())).collect();
    let rest = &all[shown..];
    let over = rest.iter().filter(|held| held.is_over()).count();
    let words = if over > 0 { format!(", {over} of them over") } else { String::new() };
    lines.extend((!rest.is_empty()).then(|| format!("and {} more{words}", rest.len())));
    lines
}

/// `over    max_queries  101 of 3`
fn line(held: &Held, width: usize) -> String {
    let key = held.of.key();
    let most = told(held.of, held.most);
    match &held.actual {
        Ok(actual) if held.is_over() => format!("over    {key:<width$}  {} of {most}", told(held.of, *actual)),
        Ok(actual) => format!("within  {key:<width$}  {} of {most}", told(held.of, *actual)),
        Err(error) => format!("untold  {key:<width$}  ? of {most}: {error}"),
    }
}

/// As the file has it: times in milliseconds.
fn told(of: Measured, value: u64) -> String {
    if !of.is_time() {
        return grouped(value);
    }
    format!("{} ms", milliseconds(value))
}

#[expect(clippy::cast_precision_loss, reason = "it is told to a person")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// Where the worst of it comes from.
fn details(subject: &Subject<'_>, finding: &Finding, worst: &Held, others: usize) -> Vec<String> {
    let plans = finding.plans.as_deref();
    match (worst.of, plans) {
        (Measured::Work(Metric::FullScans), Some(plans)) => {
            faults(subject, finding, &PlanRule::NoFullScan(None), plans, others)
        }
        (Measured::Work(Metric::RowsExamined), Some(plans)) => {
            shares(subject, finding, &PlanRule::MaxRowsExamined(worst.most), plans, others)
        }
        (Measured::Work(Metric::Buffers), Some(plans)) => {
            shares(subject, finding, &PlanRule::MaxBuffers(worst.most), plans, others)
        }
        (Measured::Work(Metric::Rows), _) => by_rows(finding, others),
        _ => because(finding, subject.values, others),
    }
}

/// The shapes that most rows were sent for.
fn by_rows(finding: &Finding, others: usize) -> Vec<String> {
    let rows = |shape: &Shape<'_>| shape.queries().iter().map(|query| query.rows()).sum::<u64>();
    let queries = finding.traffic.queries().collect();
    let mut shapes = finding.traffic.by_place(queries);
    shapes.retain(|shape| rows(shape) > 0);
    shapes.sort_by_key(|shape| Reverse(rows(shape)));
    let groups = shapes.iter().map(|shape| {
        let by = match shape.count() {
            1 => "1 query".to_owned(),
            count => format!("{} queries", grouped(count as u64)),
        };
        let mut lines = vec![format!("{} rows, by {by}", grouped(rows(shape)))];
        lines.extend(came_from(shape, "", &[]));
        lines.push(format!("  {}", one_line(shape.fingerprint())));
        lines
    });
    fitted(groups.collect(), others)
}

fn next(subject: &Subject<'_>, finding: &Finding, within: &Within, over: &[&Held]) -> Vec<String> {
    let shapes = finding.traffic.shapes();
    let is_of_queries = |held: &&&Held| matches!(held.of, Measured::Work(Metric::Queries | Metric::RoundTrips));
    let biggest = shapes.iter().find(|shape| shape.count() > 1);
    let edit = over.iter().find(is_of_queries).and(biggest).map(edit_of);
    let mut lines: Vec<String> = edit.into_iter().collect();
    let or = if lines.is_empty() { "allow it" } else { "or allow it" };
    lines.push(format!("{or}, below {}: {}", within.place, allowed(over)));
    lines.extend(further(subject));
    lines
}

/// What the entry would have to say.
fn allowed(over: &[&Held]) -> String {
    const MOST: usize = 3;
    let wanted = over.iter().take(MOST).map(|held| {
        let actual = *held.actual.as_ref().unwrap_or(&held.most);
        let value = if held.of.is_time() { milliseconds(actual).to_string() } else { grouped(actual).replace(',', "_") };
        format!("{} = {value}", held.of.key())
    });
    let mut wanted: Vec<String> = wanted.collect();
    wanted.extend((over.len() > MOST).then(|| "..".to_owned()));
    wanted.join(", ")
}
