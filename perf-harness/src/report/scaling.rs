//! Plans at rising sizes as text: whose work grows, how fast, and where its plan becomes another one.

use super::Subject;
use super::failure::{fitted, headline, noun, section};
use super::next::further;
use super::number::grouped;
use super::path::came_from;
use super::sql_line::one_line;
use crate::budget::{Assertion, Finding, rounded};
use crate::plan::{PlanGrowth, QueryScaling, Scale, Scaling};
use crate::record::Query;

/// All queries whose work grows faster than is allowed, the fastest first.
pub(super) fn scaling(subject: &Subject<'_>, finding: &Finding) -> String {
    let (scale, scaling) = match (&finding.assertion, &finding.scaling) {
        (Assertion::Scales(scale), Some(scaling)) => (scale, &**scaling),
        _ => unreachable!("a violation of scaling has it"),
    };
    let mut faults: Vec<&QueryScaling> = finding.scaling_faults(scale);
    faults.sort_by_key(|query| std::cmp::Reverse(query.growth(&scaling.sizes)));
    let count = faults.len();
    let grow = if count == 1 { "grows" } else { "grow" };
    let all = scaling.queries.len();
    let mut lines = vec![
        headline(subject, finding, "grows faster than it may"),
        String::new(),
        format!("  expected  {}", expected(scale, scaling)),
        format!("  actual    {count} of {all} {} {grow} faster", noun(all)),
        String::new(),
    ];
    let next = next(subject, finding, scale, scaling, &faults);
    let groups = faults.iter().map(|query| group(finding, scaling, query));
    lines.extend(section("because", &fitted(groups.collect(), next.len())));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

fn expected(scale: &Scale, scaling: &Scaling) -> String {
    let allowed = match scale.allowed {
        PlanGrowth::Constant => "work that is constant",
        PlanGrowth::Logarithmic => "work that is constant or logarithmic",
        PlanGrowth::Linear => "work that is linear at most",
        PlanGrowth::Worse => "work that grows in any way",
    };
    let names = scaling.tables.iter();
    let names: Vec<&str> = names.map(|name| plain(name)).collect();
    format!(
        "{allowed}, from {} to {} rows of {}",
        grouped(*scale.sizes.start()),
        grouped(*scale.sizes.end()),
        names.join(", ")
    )
}

/// Without the schema that everybody has.
fn plain(name: &str) -> &str {
    name.strip_prefix("public.").unwrap_or(name)
}

fn group(finding: &Finding, scaling: &Scaling, query: &QueryScaling) -> Vec<String> {
    let all: Vec<&Query> = finding.traffic.queries().collect();
    let shapes = finding.traffic.by_place(vec![all[query.at]]);
    let mut lines = vec![format!(
        "{}: cost {}",
        word(query.growth(&scaling.sizes)),
        costs(scaling, query)
    )];
    lines.extend(came_from(&shapes[0], "", &[]));
    lines.push(format!("  {}", one_line(shapes[0].fingerprint())));
    match query.flip(&scaling.sizes) {
        Some((size, before, after)) => lines.push(format!(
            "  at {} its plan becomes another one: {before}; then {after}",
            grouped(size)
        )),
        None => lines.extend(query.plans.last().map(|plan| format!("  by {plan}"))),
    }
    if query.is_offset {
        lines.push(
            "  OFFSET reads what it skips: asked for a page as deep, in proportion, at each size"
                .to_owned(),
        );
    }
    lines
}

fn word(growth: PlanGrowth) -> &'static str {
    match growth {
        PlanGrowth::Constant => "constant",
        PlanGrowth::Logarithmic => "logarithmic",
        PlanGrowth::Linear => "linear",
        PlanGrowth::Worse => "worse than linear",
    }
}

/// `31 at 1,000, 290 at 10,000, ..`
fn costs(scaling: &Scaling, query: &QueryScaling) -> String {
    let pairs = scaling.sizes.iter().zip(&query.costs);
    let told =
        pairs.map(|(size, cost)| format!("{} at {}", grouped(rounded(*cost)), grouped(*size)));
    told.collect::<Vec<_>>().join(", ")
}

fn next(
    subject: &Subject<'_>,
    finding: &Finding,
    scale: &Scale,
    scaling: &Scaling,
    faults: &[&QueryScaling],
) -> Vec<String> {
    let mut lines = Vec::new();
    if faults.iter().any(|query| query.is_offset) {
        lines.push(
            "page by a key: WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"
                .to_owned(),
        );
    }
    if faults.iter().any(|query| !query.is_offset) {
        lines.push(
            "see which index it lacks: assert_no_full_scan!; or bound what it gives: LIMIT"
                .to_owned(),
        );
    }
    let worst = faults
        .iter()
        .map(|query| query.growth(&scaling.sizes))
        .max();
    lines.extend(worst.map(|worst| {
        let loosened = Assertion::Scales(scale.clone().at_most(worst));
        format!("or allow it: {}", loosened.written(&finding.form))
    }));
    lines.extend(further(subject));
    lines
}
