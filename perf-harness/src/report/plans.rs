//! Plans as text: which query reads what, how, and what to do about it.

mod query;
mod reach;
mod work;

use self::query::{advised, asides, asked, conditions, together, told_query, what};
use self::reach::reached;
pub(super) use self::work::{told_shares as shares, work};
use super::Subject;
use super::failure::{fitted, headline, noun, section};
use super::next::further;
use super::number::grouped;
use crate::budget::{Fault, Finding, PlanRule, rounded};
use crate::plan::{Node, NodeKind, PlanOf, Plans};
use crate::record::Query;

/// All queries whose plan is not as it must be.
pub(super) fn plans(subject: &Subject<'_>, finding: &Finding) -> String {
    let (rule, plans) = asked(finding);
    let faults = rule.faults(plans);
    let mut lines = vec![
        headline(subject, finding, &what(rule)),
        String::new(),
        format!("  expected  {}", expected(rule, plans)),
        format!("  actual    {}", actual(rule, &faults, plans)),
        String::new(),
    ];
    let next = next(subject, finding, rule, &faults);
    let groups = alike(finding, &faults);
    let groups = groups
        .iter()
        .map(|(fault, alike)| group(subject, finding, rule, fault, *alike));
    let asides = asides(finding, plans);
    let mut because = fitted(groups.collect(), next.len() + asides.len());
    because.extend(asides);
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

/// The queries that read all of a table, each shape from one place once.
pub(super) fn full_scans(subject: &Subject<'_>, finding: &Finding) -> Vec<Vec<String>> {
    let rule = PlanRule::NoFullScan(None);
    let plans = finding.plans.as_deref();
    let faults = plans.map_or_else(Vec::new, |plans| rule.faults(plans));
    let groups = alike(finding, &faults).into_iter();
    let told = groups.map(|(fault, alike)| group(subject, finding, &rule, fault, alike));
    told.collect()
}

fn expected(rule: &PlanRule, plans: &Plans) -> String {
    let of = |table: &Option<String>| table.as_deref().unwrap_or("any table").to_owned();
    let expected = match rule {
        PlanRule::IndexUsed(index) => format!("a query that goes through {index}"),
        PlanRule::NoFullScan(table) => format!("no full scan of {}", of(table)),
        PlanRule::NoSeqScan(table) => format!("no sequential scan of {}", of(table)),
        PlanRule::NoDiskSpill => "no sort, hash or aggregate on disk".to_owned(),
        PlanRule::SortedByIndex => "no sort: the order comes out of an index".to_owned(),
        PlanRule::MaxRowsExamined(_) | PlanRule::MaxBuffers(_) => unreachable!("that is work"),
    };
    format!("{expected}{}", as_if(plans))
}

/// `   (as if articles had 1,000,000 rows)`
fn as_if(plans: &Plans) -> String {
    const MOST: usize = 3;
    let rows = plans.rows();
    let told = rows
        .tables()
        .take(MOST)
        .map(|(table, rows)| format!("{table} had {} rows", grouped(rows)));
    let mut told: Vec<String> = told.collect();
    let more = rows.tables().count().saturating_sub(MOST);
    told.extend((more > 0).then(|| format!("{more} more")));
    if told.is_empty() {
        return String::new();
    }
    format!("   (as if {})", told.join(", "))
}

fn actual(rule: &PlanRule, faults: &[Fault<'_>], plans: &Plans) -> String {
    let queries: usize = faults.iter().map(|fault| fault.query.times).sum();
    let all: usize = plans.queries.iter().map(|query| query.times).sum();
    let do_it = match rule {
        PlanRule::IndexUsed(_) if queries == 1 => "reads its table otherwise",
        PlanRule::IndexUsed(_) => "read its table otherwise",
        PlanRule::NoDiskSpill if queries == 1 => "spills to disk",
        PlanRule::NoDiskSpill => "spill to disk",
        PlanRule::SortedByIndex if queries == 1 => "sorts its result",
        PlanRule::SortedByIndex => "sort their result",
        _ if queries == 1 => "reads all of one",
        _ => "read all of one",
    };
    format!("{queries} of {all} {} {do_it}", noun(all))
}

/// Each shape from one place once, with how many sets of values it has: the first of them, and how many are like it.
fn alike<'f, 'p>(finding: &Finding, faults: &'f [Fault<'p>]) -> Vec<(&'f Fault<'p>, usize)> {
    let all: Vec<&Query> = finding.traffic.queries().collect();
    let groups = together(faults.iter(), |fault| {
        let query = all[fault.query.at];
        let access = fault.reach.as_ref().map(|reach| reach.access);
        (query.fingerprint(), finding.traffic.path(query), access)
    });
    let groups = groups.into_iter();
    groups.map(|group| (group[0], group.len() - 1)).collect()
}

/// One query: what its plan does, where it came from, its text and its values.
fn group(
    subject: &Subject<'_>,
    finding: &Finding,
    rule: &PlanRule,
    fault: &Fault<'_>,
    alike: usize,
) -> Vec<String> {
    let mut lines = vec![first_line(rule, fault)];
    lines.extend(
        told_query(subject, finding, fault.query)
            .into_iter()
            .map(|line| format!("  {line}")),
    );
    let conditions = conditions(subject, fault.node).into_iter();
    lines.extend(conditions.map(|line| format!("  {line}")));
    lines.extend(which(fault).map(|line| format!("  {line}")));
    lines.extend((alike > 0).then(|| format!("  and {alike} more like it, with other values")));
    lines
}

fn first_line(rule: &PlanRule, fault: &Fault<'_>) -> String {
    let times = match fault.query.times {
        1 => String::new(),
        times => format!(", {} times", grouped(times as u64)),
    };
    if let Some(reach) = &fault.reach {
        return format!("{}{times}", reached(reach));
    }
    match rule {
        PlanRule::NoDiskSpill => format!("{}{times}", spilled(fault.node)),
        _ => format!("{}{times}", sorted(fault.node)),
    }
}

fn sorted(node: &Node) -> String {
    let keys = node.texts("Sort Key").join(", ");
    let rows = node
        .children()
        .first()
        .map_or(0.0, |child| child.estimate().rows);
    let part = match node.kind() {
        NodeKind::IncrementalSort => "sorted in groups",
        _ => "sorted",
    };
    format!("{} rows are {part} by {keys}", grouped(rounded(rows)))
}

fn spilled(node: &Node) -> String {
    let name = node.kind().name();
    node.spilled()
        .map_or_else(|| name.to_owned(), |spill| format!("{name}: {spill}"))
}

/// Which of its plans, where they are not alike.
fn which(fault: &Fault<'_>) -> Option<String> {
    if fault.of.len() == fault.looked_at && fault.of != [PlanOf::Inside] {
        return None;
    }
    let told = match fault.of[0] {
        PlanOf::Run => "that is the plan that ran; the one that it would come to have is better",
        PlanOf::Values => {
            "that is the plan for these values; the one for all values, from the sixth run on, is better"
        }
        PlanOf::AllValues => {
            "that is the plan for all values, which the server takes from the sixth run on; for these it is better"
        }
        PlanOf::Inside => "that ran inside of it, in a function or a trigger",
    };
    Some(told.to_owned())
}

fn next(
    subject: &Subject<'_>,
    finding: &Finding,
    rule: &PlanRule,
    faults: &[Fault<'_>],
) -> Vec<String> {
    let (_, plans) = asked(finding);
    let mut lines = advised(finding);
    if faults.iter().all(|fault| fault.of == [PlanOf::AllValues]) {
        lines.push(
            "have it planned for its values each time: sqlx .persistent(false), or SET plan_cache_mode = force_custom_plan"
                .to_owned(),
        );
    }
    if *rule == PlanRule::NoDiskSpill {
        lines.push("have it sort or hash less, or give it more: SET work_mem = '64MB'".to_owned());
    }
    lines.extend(sizing(plans, faults));
    lines.extend(further(subject));
    lines
}

/// A small table is rightly read whole: at production's size it may not be.
fn sizing(plans: &Plans, faults: &[Fault<'_>]) -> Option<String> {
    /// The server would seldom look anything up in less.
    const SMALL: f64 = 10_000.0;
    let is_inside = faults.iter().all(|fault| fault.of == [PlanOf::Inside]);
    if !plans.rows.is_empty() || is_inside {
        return None;
    }
    let reach = faults.iter().find_map(|fault| fault.reach.as_ref())?;
    let table = reach.table;
    (table.rows < SMALL).then(|| {
        format!(
            "{} has {} rows here; judge it at production's size: #[perf_test(rows({} = 1_000_000))]",
            table.name,
            grouped(rounded(table.rows.max(0.0))),
            table.name
        )
    })
}
