//! An entry of the file of budgets as text: each limit with its slack, and what went over the worst of them.

use super::Subject;
use super::failure::{MOST_LINES, because, fitted, headline, section};
use super::limits;
use super::next::{edit_of, further};
use super::number::grouped;
use super::plans::shares;
use crate::budget::{Finding, Held, Limit, Measured, Metric, PlanRule, Within};
use crate::units::milliseconds;

/// How many limits are told each on a line, if there is room.
const MOST_LIMITS: usize = 9;
/// So many are told in any case.
const LEAST_LIMITS: usize = 3;

/// Limits that are exceeded, and those beside them.
pub(super) fn within(subject: &Subject<'_>, finding: &Finding, within: &Within) -> String {
    let over = within.over();
    let next = next(subject, finding, within, &over);
    let wanted = within.held.len().min(MOST_LIMITS);
    let because = details(subject, finding, over[0], wanted + 1 + next.len());
    // Beside them stand the headline, what was expected and what came, with a blank line after each part.
    let room = MOST_LINES.saturating_sub(7 + because.len() + next.len());
    let mut lines = vec![
        headline(subject, finding, "went over its budget"),
        String::new(),
        format!("  expected  within \"{}\", {}", within.entry, within.place),
        format!(
            "  actual    {} of {} limits exceeded",
            over.len(),
            within.held.len()
        ),
        String::new(),
    ];
    let limits = each_limit(within, wanted.min(room.max(LEAST_LIMITS)));
    lines.extend(section("limits", &limits));
    lines.push(String::new());
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

/// A line for each limit, the worst first, then the others in their order: at most so many lines.
fn each_limit(within: &Within, most: usize) -> Vec<String> {
    let others = within.held.iter().filter(|held| !held.is_over());
    let all: Vec<&Held> = within.over().into_iter().chain(others).collect();
    let shown = if all.len() > most {
        most - 1
    } else {
        all.len()
    };
    let (shown, rest) = all.split_at(shown);
    let width = shown.iter().map(|held| held.of.key().len()).max();
    let mut lines: Vec<String> = shown
        .iter()
        .map(|held| line(held, width.unwrap_or_default()))
        .collect();
    let over = rest.iter().filter(|held| held.is_over()).count();
    let words = match over {
        0 => String::new(),
        over => format!(", {over} of them over"),
    };
    lines.extend((!rest.is_empty()).then(|| format!("and {} more{words}", rest.len())));
    lines
}

/// `over    max_queries  101 of 3`
fn line(held: &Held, width: usize) -> String {
    let key = held.of.key();
    let most = told(held.of, held.most);
    match &held.actual {
        Ok(actual) if held.is_over() => format!(
            "over    {key:<width$}  {} of {most}",
            told(held.of, *actual)
        ),
        Ok(actual) => format!(
            "within  {key:<width$}  {} of {most}",
            told(held.of, *actual)
        ),
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

/// Where the worst of it comes from.
fn details(subject: &Subject<'_>, finding: &Finding, worst: &Held, others: usize) -> Vec<String> {
    let Measured::Work(metric) = worst.of else {
        return because(finding, subject.values, others);
    };
    let rule = match metric {
        Metric::Queries => return because(finding, subject.values, others),
        Metric::RowsExamined => PlanRule::MaxRowsExamined(worst.most),
        Metric::Buffers => PlanRule::MaxBuffers(worst.most),
        _ => {
            let limit = Limit::new(metric, worst.most);
            let (groups, asides) = limits::because(subject, finding, &limit);
            let mut lines = fitted(groups, others + asides.len());
            lines.extend(asides);
            return lines;
        }
    };
    match finding.plans.as_deref() {
        Some(plans) => shares(subject, finding, &rule, plans, others),
        None => Vec::new(),
    }
}

fn next(subject: &Subject<'_>, finding: &Finding, within: &Within, over: &[&Held]) -> Vec<String> {
    let mut lines: Vec<String> = edit(finding, over[0]).into_iter().collect();
    let or = if lines.is_empty() {
        "allow it"
    } else {
        "or allow it"
    };
    lines.push(format!("{or}, below {}: {}", within.place, allowed(over)));
    lines.extend(further(subject));
    lines
}

/// The one edit that most likely helps against the worst.
fn edit(finding: &Finding, worst: &Held) -> Option<String> {
    match worst.of {
        Measured::Work(Metric::Queries) => {
            let shapes = finding.traffic.shapes();
            shapes.iter().find(|shape| shape.count() > 1).map(edit_of)
        }
        Measured::Work(Metric::RowsExamined | Metric::Buffers) | Measured::Latency(_) => None,
        Measured::Work(metric) => Some(limits::edit(finding, &Limit::new(metric, worst.most))),
    }
}

/// What the entry would have to say.
fn allowed(over: &[&Held]) -> String {
    const MOST: usize = 3;
    let wanted = over.iter().take(MOST).map(|held| {
        let actual = *held.actual.as_ref().unwrap_or(&held.most);
        let value = if held.of.is_time() {
            milliseconds(actual)
        } else {
            grouped(actual).replace(',', "_")
        };
        format!("{} = {value}", held.of.key())
    });
    let mut wanted: Vec<String> = wanted.collect();
    wanted.extend((over.len() > MOST).then(|| "..".to_owned()));
    wanted.join(", ")
}
