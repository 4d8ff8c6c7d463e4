//! What all messages about plans say of a query, and of what is known beside it.

use super::super::advice;
use super::super::failure::noun;
use super::super::path::came_from;
use super::super::sql_line::one_line;
use super::super::values::values_line;
use super::super::{Subject, Values};
use crate::budget::{Assertion, Finding, PlanRule};
use crate::plan::{Literals, Node, Plans, QueryPlans, condition_told};
use crate::record::Query;

pub(super) fn asked(finding: &Finding) -> (&PlanRule, &Plans) {
    match (&finding.assertion, &finding.plans) {
        (Assertion::Plan(rule), Some(plans)) => (rule, plans),
        _ => unreachable!("a violation of plans has them"),
    }
}

pub(super) fn what(rule: &PlanRule) -> String {
    match rule {
        PlanRule::IndexUsed(index) => format!("does not use {index}"),
        PlanRule::NoFullScan(_) | PlanRule::NoSeqScan(_) => "reads all of a table".to_owned(),
        PlanRule::MaxRowsExamined(_) => "looks at too many rows".to_owned(),
        PlanRule::MaxBuffers(_) => "touches too many blocks".to_owned(),
        PlanRule::NoDiskSpill => "needs temporary files".to_owned(),
        PlanRule::SortedByIndex => "sorts what an index could give in order".to_owned(),
    }
}

/// What is alike together, in the order of the first of each.
pub(super) fn together<T, K: PartialEq>(
    all: impl Iterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Vec<T>> {
    let mut keys: Vec<K> = Vec::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for one in all {
        let key = key(&one);
        let at = keys.iter().position(|known| *known == key);
        let at = at.unwrap_or_else(|| {
            keys.push(key);
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(one);
    }
    groups
}

/// Where it came from, its text and its values.
pub(super) fn told_query(
    subject: &Subject<'_>,
    finding: &Finding,
    query: &QueryPlans,
) -> Vec<String> {
    let all: Vec<&Query> = finding.traffic.queries().collect();
    let shapes = finding.traffic.by_place(vec![all[query.at]]);
    let shape = &shapes[0];
    let mut lines: Vec<String> = came_from(shape, "", &[])
        .into_iter()
        .map(|line| line.strip_prefix("  ").unwrap_or(&line).to_owned())
        .collect();
    lines.push(one_line(shape.fingerprint()));
    lines.extend(values_line(shape, subject.values));
    lines
}

/// What each row is tested for.
pub(super) fn conditions(subject: &Subject<'_>, node: &Node) -> Vec<String> {
    let told = [
        ("looked up by", "Index Cond"),
        ("each row is tested for", "Filter"),
    ];
    let told = told.iter().filter_map(|(words, name)| {
        let condition = node.text(name)?;
        Some(format!("{words} {}", shown(subject, node, condition)))
    });
    told.collect()
}

pub(super) fn shown(subject: &Subject<'_>, node: &Node, condition: &str) -> String {
    const MOST: usize = 90;
    let literals = match subject.values {
        Values::Shown => Literals::Shown,
        Values::Masked => Literals::Masked,
    };
    let text = condition_told(condition, node.alias(), literals);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Why nothing better was to be had, and what must be known of the plans to believe them.
pub(super) fn asides(finding: &Finding, plans: &Plans) -> Vec<String> {
    let refused = plans
        .queries
        .iter()
        .filter(|query| query.refusal.is_some())
        .count();
    let lines = [
        (refused > 0).then(|| format!("{refused} {} had no plan to be asked for", noun(refused))),
        (plans.unasked > 0).then(|| {
            format!(
                "{} more {} of these shapes, with other values, {} not asked about",
                plans.unasked,
                noun(plans.unasked),
                if plans.unasked == 1 { "was" } else { "were" }
            )
        }),
        plans
            .unheard
            .as_ref()
            .map(|why| format!("the plans that ran are not known, and were asked for: {why}")),
    ];
    let why = finding.advice.as_deref().map(|advice| match advice {
        Ok(advice) => advice::because(advice),
        Err(error) => vec![format!("no index was tried: {error}")],
    });
    let lines = lines.into_iter().flatten();
    why.unwrap_or_default().into_iter().chain(lines).collect()
}

/// What would help, tried.
pub(super) fn advised(finding: &Finding) -> Vec<String> {
    match finding.advice.as_deref() {
        Some(Ok(advice)) => advice::next(advice),
        _ => Vec::new(),
    }
}
