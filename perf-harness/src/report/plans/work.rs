//! Work as text: who looks at more rows, or touches more blocks, than is allowed.

use super::super::Subject;
use super::super::failure::{fitted, headline, section};
use super::super::next::further;
use super::super::number::grouped;
use super::query::{advised, asides, asked, shown, together, told_query, what};
use crate::budget::{Finding, PlanRule};
use crate::plan::{Node, NodeKind, Plan, Plans, QueryPlans};
use crate::record::Query;

/// More rows or blocks than are allowed: which queries they are.
pub(in crate::report) fn work(
    subject: &Subject<'_>,
    finding: &Finding,
    allowed: u64,
    actual: u64,
) -> String {
    let (rule, plans) = asked(finding);
    let unit = unit(rule);
    let returned = finding.traffic.counts().rows;
    let returned = match rule {
        PlanRule::MaxRowsExamined(_) => format!(", for {} returned", grouped(returned)),
        _ => String::new(),
    };
    let mut lines = vec![
        headline(subject, finding, &what(rule)),
        String::new(),
        format!("  expected  at most {} {unit}", grouped(allowed)),
        format!(
            "  actual    {} {unit}{returned}, {} more than allowed",
            grouped(actual),
            grouped(actual - allowed)
        ),
        String::new(),
    ];
    let next = loosened(subject, finding, rule, actual);
    let because = told_shares(subject, finding, rule, plans, next.len());
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

/// As many of them as fit beside other lines.
pub(in crate::report) fn told_shares(
    subject: &Subject<'_>,
    finding: &Finding,
    rule: &PlanRule,
    plans: &Plans,
    others: usize,
) -> Vec<String> {
    let groups = shares(finding, rule, plans);
    let groups = groups
        .iter()
        .map(|share| told_share(subject, finding, rule, share));
    let asides = asides(finding, plans);
    let mut because = fitted(groups.collect(), others + asides.len());
    because.extend(asides);
    because
}

fn unit(rule: &PlanRule) -> &'static str {
    match rule {
        PlanRule::MaxBuffers(_) => "blocks of 8 KiB touched",
        _ => "rows examined",
    }
}

/// What queries of one shape from one place did of the work, the most of it first.
struct Share<'p> {
    /// The one of them that did the most.
    most: &'p QueryPlans,
    queries: usize,
    amount: u64,
    returned: u64,
}

fn shares<'p>(finding: &Finding, rule: &PlanRule, plans: &'p Plans) -> Vec<Share<'p>> {
    let all: Vec<&Query> = finding.traffic.queries().collect();
    let key = |query: &Query| (query.fingerprint(), finding.traffic.path(query));
    let groups = together(plans.queries.iter(), |plans| key(all[plans.at]));
    let shares = groups.into_iter().filter_map(|group| {
        let most = *group.iter().rev().max_by_key(|plans| rule.work_of(plans))?;
        let of = key(all[most.at]);
        let same = all.iter().filter(|query| key(query) == of);
        Some(Share {
            most,
            queries: group.iter().map(|plans| plans.times).sum(),
            amount: group.iter().map(|plans| rule.work_of(plans)).sum(),
            returned: same.map(|query| query.rows()).sum(),
        })
    });
    let mut shares: Vec<Share<'p>> = shares.filter(|share| share.amount > 0).collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.amount));
    shares
}

fn told_share(
    subject: &Subject<'_>,
    finding: &Finding,
    rule: &PlanRule,
    share: &Share<'_>,
) -> Vec<String> {
    let queries = match share.queries {
        1 => "1 query".to_owned(),
        queries => format!("{} queries", grouped(queries as u64)),
    };
    let amount = grouped(share.amount);
    let mut lines = vec![match rule {
        PlanRule::MaxBuffers(_) => format!("{amount} blocks, by {queries}"),
        _ => format!(
            "{amount} rows for {} returned, by {queries}",
            grouped(share.returned)
        ),
    }];
    let told = told_query(subject, finding, share.most).into_iter();
    lines.extend(told.map(|line| format!("  {line}")));
    if let Some(node) = share.most.ran.as_ref().and_then(dearest) {
        lines.push(format!("  most of it: {}", node_line(subject, node)));
    }
    lines
}

/// The scan that looked at the most rows.
fn dearest(plan: &Plan) -> Option<&Node> {
    plan.nodes()
        .filter(|node| node.relation().is_some() && *node.kind() != NodeKind::ModifyTable)
        .max_by(|one, other| {
            let examined = |node: &Node| node.rows_examined().unwrap_or_default();
            examined(one).total_cmp(&examined(other))
        })
}

fn node_line(subject: &Subject<'_>, node: &Node) -> String {
    let table = node.relation().unwrap_or_default();
    let by = node
        .index()
        .map_or_else(String::new, |index| format!(" through {index}"));
    let condition = node
        .filter()
        .or(node.index_condition())
        .map_or_else(String::new, |condition| {
            format!(", {}", shown(subject, node, condition))
        });
    format!("{} on {table}{by}{condition}", node.kind().name())
}

fn loosened(subject: &Subject<'_>, finding: &Finding, rule: &PlanRule, actual: u64) -> Vec<String> {
    let allowing = match rule {
        PlanRule::MaxBuffers(_) => PlanRule::MaxBuffers(actual),
        _ => PlanRule::MaxRowsExamined(actual),
    };
    let mut lines = advised(finding);
    let or = if lines.is_empty() {
        "allow it"
    } else {
        "or allow it"
    };
    lines.push(format!("{or}: {}", allowing.written(&finding.form)));
    lines.extend(further(subject));
    lines
}
