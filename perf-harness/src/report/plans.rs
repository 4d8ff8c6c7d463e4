//! Plans as text: which query reads what, how, and what to do about it.

use super::advice;
use super::failure::{fitted, headline, noun, section};
use super::next::further;
use super::number::grouped;
use super::path::came_from;
use super::sql_line::one_line;
use super::values::values_line;
use super::{Subject, Values};
use crate::budget::{Assertion, Fault, Finding, PlanRule, rounded};
use crate::plan::{
    Access, Literals, Node, NodeKind, Plan, PlanOf, Plans, QueryPlans, Reach, Table, condition_told,
};
use crate::record::{CallPath, Query};

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

/// More rows or blocks than are allowed: which queries they are.
pub(super) fn work(subject: &Subject<'_>, finding: &Finding, allowed: u64, actual: u64) -> String {
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
    let groups = shares(finding, rule, plans);
    let groups = groups
        .iter()
        .map(|share| told_share(subject, finding, rule, share));
    let asides = asides(finding, plans);
    let mut because = fitted(groups.collect(), next.len() + asides.len());
    because.extend(asides);
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

fn asked(finding: &Finding) -> (&PlanRule, &Plans) {
    match (&finding.assertion, &finding.plans) {
        (Assertion::Plan(rule), Some(plans)) => (rule, plans),
        _ => unreachable!("a violation of plans has them"),
    }
}

fn what(rule: &PlanRule) -> String {
    match rule {
        PlanRule::IndexUsed(index) => format!("does not use {index}"),
        PlanRule::NoFullScan(_) | PlanRule::NoSeqScan(_) => "reads all of a table".to_owned(),
        PlanRule::MaxRowsExamined(_) => "looks at too many rows".to_owned(),
        PlanRule::MaxBuffers(_) => "touches too many blocks".to_owned(),
        PlanRule::NoDiskSpill => "needs temporary files".to_owned(),
        PlanRule::SortedByIndex => "sorts what an index could give in order".to_owned(),
    }
}

fn unit(rule: &PlanRule) -> &'static str {
    match rule {
        PlanRule::MaxBuffers(_) => "blocks of 8 KiB touched",
        _ => "rows examined",
    }
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
    let mut seen: Vec<(String, Option<CallPath>, Option<Access>)> = Vec::new();
    let mut groups: Vec<(&Fault<'_>, usize)> = Vec::new();
    for fault in faults {
        let query = all[fault.query.at];
        let place = finding.traffic.path(query);
        let access = fault.reach.as_ref().map(|reach| reach.access);
        let key = (query.fingerprint(), place, access);
        match seen.iter().position(|seen| *seen == key) {
            Some(at) => groups[at].1 += 1,
            None => {
                seen.push(key);
                groups.push((fault, 0));
            }
        }
    }
    groups
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

/// `all of articles is read: 1,000,000 rows, for 2,000`
fn reached(reach: &Reach<'_>) -> String {
    let table = &reach.table.name;
    let index = reach.indexes.first().map(|index| index.name.as_str());
    let how = match (reach.access, index) {
        (Access::Seek, Some(index)) => format!("{table} is reached by a seek in {index}"),
        (Access::Seek, None) => format!("{table} is reached by its rows' addresses"),
        (Access::Bounded, Some(index)) => format!("{table} is read through {index} up to a limit"),
        (Access::Bounded, None) => format!("{table} is read from its first block up to a limit"),
        (Access::Pieces, Some(index)) => {
            format!(
                "all of {table} is read by seeks in {index}, one for each row that it is joined with"
            )
        }
        (Access::IndexWalk, Some(index)) => {
            format!("all of {table} is read through {index}, in which nothing is looked up")
        }
        (Access::SequentialScan, _) => {
            format!("all of {table} is read, from its first block to its last")
        }
        (Access::Tiny, _) => format!("{table} is read whole: it has {}", pages(reach.table)),
        _ => format!("{table} is read in another way"),
    };
    format!("{how}{}", rows(reach))
}

fn pages(table: &Table) -> String {
    match table.pages {
        1 => "one block".to_owned(),
        pages => format!("{pages} blocks"),
    }
}

/// How many rows are looked at, and how many are of use.
fn rows(reach: &Reach<'_>) -> String {
    let node = reach.node;
    if !reach.access.is_full() || reach.access == Access::Pieces {
        return String::new();
    }
    match node.actual() {
        Some(actual) => format!(
            ": {} rows, for {}",
            grouped(rounded(node.rows_examined().unwrap_or_default())),
            grouped(rounded(actual.rows * actual.loops))
        ),
        None => format!(
            ": {} rows, for {}",
            grouped(rounded(reach.table.rows.max(0.0))),
            grouped(rounded(node.estimate().rows))
        ),
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

/// Where it came from, its text and its values.
fn told_query(subject: &Subject<'_>, finding: &Finding, query: &QueryPlans) -> Vec<String> {
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
fn conditions(subject: &Subject<'_>, node: &Node) -> Vec<String> {
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

fn shown(subject: &Subject<'_>, node: &Node, condition: &str) -> String {
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
    let mut keys: Vec<(String, Option<CallPath>)> = Vec::new();
    let mut shares: Vec<Share<'p>> = Vec::new();
    for plans in &plans.queries {
        let query = all[plans.at];
        let key = (query.fingerprint(), finding.traffic.path(query));
        let one = Share {
            most: plans,
            queries: plans.times,
            amount: rule.work_of(plans),
            returned: query.rows() * plans.times as u64,
        };
        match keys.iter().position(|known| *known == key) {
            Some(at) => {
                let share = &mut shares[at];
                if one.amount > rule.work_of(share.most) {
                    share.most = plans;
                }
                share.queries += one.queries;
                share.amount += one.amount;
                share.returned += one.returned;
            }
            None => {
                keys.push(key);
                shares.push(one);
            }
        }
    }
    shares.retain(|share| share.amount > 0);
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

/// Why nothing better was to be had, and what must be known of the plans to believe them.
fn asides(finding: &Finding, plans: &Plans) -> Vec<String> {
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
        plans.unheard.clone(),
    ];
    let why = finding.advice.as_deref().map(advice::because);
    let lines = lines.into_iter().flatten();
    why.unwrap_or_default().into_iter().chain(lines).collect()
}

/// What would help, tried.
fn advised(finding: &Finding) -> Vec<String> {
    let advice = finding.advice.as_deref();
    advice.map(advice::next).unwrap_or_default()
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
