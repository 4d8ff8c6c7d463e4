//! Which node makes a plan dear.

use super::kind::NodeKind;
use super::node::Node;
use super::tree::Plan;

/// What a plan is weighed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Blocks that were touched, where it ran.
    Blocks,
    /// The planner's costs.
    Cost,
}

impl Scale {
    /// `92 % of the cost`
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Cost => "cost",
        }
    }
}

/// The node that weighs most by itself.
pub(super) struct Heaviest<'p> {
    pub(super) node: &'p Node,
    pub(super) scale: Scale,
    /// Of the whole plan: from 0 to 1.
    pub(super) share: f64,
}

/// Fewer blocks than these weigh nothing.
const FEW_BLOCKS: f64 = 10.0;

/// It is told only where there are others, and where it has at least a third of all.
pub(super) fn heaviest(plan: &Plan) -> Option<Heaviest<'_>> {
    const MUCH: f64 = 1.0 / 3.0;
    let root = plan.root();
    let scale = match blocks(root) {
        Some(all) if all < FEW_BLOCKS => return None,
        Some(_) => Scale::Blocks,
        None => Scale::Cost,
    };
    let mut weights = Vec::new();
    match scale {
        Scale::Blocks => touched(root, &mut weights),
        Scale::Cost => costs(root, root.estimate().total_cost, &mut weights),
    }
    let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let (node, weight) = weights
        .iter()
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    let share = weight / all;
    let is_told = weights.len() > 1 && share >= MUCH;
    is_told.then_some(Heaviest { node, scale, share })
}

#[expect(clippy::cast_precision_loss, reason = "only shares are told")]
fn blocks(node: &Node) -> Option<f64> {
    let buffers = node.buffers()?;
    Some((buffers.touched() + buffers.temp_read + buffers.temp_written) as f64)
}

/// What each node touched without its children. Who reads a common table expression is charged by the server with what
/// fills it.
fn touched<'p>(node: &'p Node, weights: &mut Vec<(&'p Node, f64)>) {
    let below: f64 = node.children().iter().filter_map(blocks).sum();
    let own = match node.kind() {
        NodeKind::CteScan | NodeKind::WorkTableScan => 0.0,
        _ => blocks(node).unwrap_or_default() - below,
    };
    weights.push((node, own.max(0.0)));
    for child in node.children() {
        touched(child, weights);
    }
}

/// What each node costs without its children, where it costs `whole` with them, as often as it runs.
fn costs<'p>(node: &'p Node, whole: f64, weights: &mut Vec<(&'p Node, f64)>) {
    let ratio = whole / node.estimate().total_cost.max(f64::MIN_POSITIVE);
    let children: Vec<f64> = node
        .children()
        .iter()
        .map(|child| charged(node, child) * ratio)
        .collect();
    let below: f64 = children.iter().sum();
    // A limit does not pay for all that it could have.
    let part = if below > whole { whole / below } else { 1.0 };
    // The costs of partitions that were left out are still in it.
    let is_append = matches!(node.kind(), NodeKind::Append | NodeKind::MergeAppend);
    let own = if is_append {
        0.0
    } else {
        (whole - below).max(0.0)
    };
    weights.push((node, own));
    for (child, cost) in node.children().iter().zip(children) {
        costs(child, cost * part, weights);
    }
}

/// What a node pays for a child in one run of its own.
fn charged(node: &Node, child: &Node) -> f64 {
    let (cost, runs) = (child.estimate().total_cost, runs(node, child));
    if runs <= 1.0 {
        return cost;
    }
    let others = node
        .children()
        .iter()
        .filter(|other| !std::ptr::eq(*other, child));
    let others: f64 = others.map(|other| other.estimate().total_cost).sum();
    let left = (node.estimate().total_cost - others).max(cost);
    (cost * runs).min(left)
}

fn runs(node: &Node, child: &Node) -> f64 {
    let is_sub_plan = child.relationship() == Some("SubPlan");
    match node.kind() {
        // What it has once it has for good.
        _ if *child.kind() == NodeKind::Materialize => 1.0,
        _ if is_sub_plan && !is_hashed(node, child) => node.estimate().rows,
        NodeKind::NestedLoop if child.relationship() == Some("Inner") => {
            let outer = node
                .children()
                .iter()
                .find(|outer| outer.relationship() == Some("Outer"));
            outer.map_or(1.0, |outer| outer.estimate().rows)
        }
        _ => 1.0,
    }
}

/// Is the sub-plan run once, for a hash table?
fn is_hashed(node: &Node, child: &Node) -> bool {
    let name = format!("hashed {}", child.subplan().unwrap_or_default());
    let conditions = ["Filter", "Join Filter", "One-Time Filter"];
    let told = conditions
        .iter()
        .filter_map(|condition| node.text(condition));
    let mut told = told.chain(node.texts("Output"));
    told.any(|text| text.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plan: &str, expected: Option<(&str, u32)>) {
        let parsed = Plan::parse(&format!(r#"{{"Plan": {plan}}}"#)).unwrap();
        let found = heaviest(&parsed);
        let found = found.map(|found| (found.node.kind().name(), (found.share * 100.0).round()));
        let expected = expected.map(|(name, share)| (name, f64::from(share)));
        assert_eq!(found, expected, "{plan}");
    }

    fn loop_of(cost: u32, inner: &str) -> String {
        let outer = r#"{"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Total Cost": 10, "Plan Rows": 100}"#;
        format!(
            r#"{{"Node Type": "Nested Loop", "Total Cost": {cost}, "Plans": [{outer}, {inner}]}}"#
        )
    }

    #[test]
    fn what_is_run_for_each_row_costs_as_often() {
        let inner =
            r#"{"Node Type": "Index Scan", "Parent Relationship": "Inner", "Total Cost": 8}"#;
        check(&loop_of(1_000, inner), Some(("Index Scan", 80)));
    }

    #[test]
    fn what_is_kept_costs_once() {
        let inner =
            r#"{"Node Type": "Materialize", "Parent Relationship": "Inner", "Total Cost": 8}"#;
        check(&loop_of(1_000, inner), Some(("Nested Loop", 98)));
    }

    #[test]
    fn a_limit_pays_for_what_it_takes() {
        let scan = r#"{"Node Type": "Seq Scan", "Total Cost": 1000}"#;
        check(
            &format!(r#"{{"Node Type": "Limit", "Total Cost": 2, "Plans": [{scan}]}}"#),
            Some(("Seq Scan", 100)),
        );
    }

    #[test]
    fn a_step_alone_and_a_few_blocks_are_not_worth_a_word() {
        check(r#"{"Node Type": "Seq Scan", "Total Cost": 1000}"#, None);
        let scan = r#"{"Node Type": "Seq Scan", "Total Cost": 1000, "Shared Hit Blocks": 4}"#;
        check(
            &format!(
                r#"{{"Node Type": "Limit", "Total Cost": 2, "Shared Hit Blocks": 4, "Plans": [{scan}]}}"#
            ),
            None,
        );
    }
}
