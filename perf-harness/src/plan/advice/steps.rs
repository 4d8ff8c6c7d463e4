//! A plan on one line: its steps from the result to a table. Pure.

use super::super::catalog::Table;
use super::super::kind::NodeKind;
use super::super::node::Node;
use super::super::tree::Plan;

/// In EXPLAIN's words. Without the table it is all that there is down to the first one.
pub(super) fn steps(plan: &Plan, tables: &[&Table]) -> Vec<String> {
    let mut steps = Vec::new();
    if !descend(plan.root(), tables, &mut steps) {
        steps.push(step(plan.root()));
    }
    steps
}

fn descend(node: &Node, tables: &[&Table], steps: &mut Vec<String>) -> bool {
    let is_it = *node.kind() != NodeKind::ModifyTable
        && tables
            .iter()
            .any(|table| node.relation() == Some(&table.name));
    steps.push(step(node));
    if is_it {
        let below = node
            .walk()
            .skip(1)
            .filter(|below| below.relation().is_none());
        steps.extend(below.filter_map(|below| below.index().map(|_| step(below))));
        return true;
    }
    for child in node.children() {
        if descend(child, tables, steps) {
            return true;
        }
    }
    steps.pop();
    false
}

/// `Index Scan using articles_pkey on articles`
fn step(node: &Node) -> String {
    let kind = node.kind().name();
    match (node.relation(), node.index()) {
        (Some(table), Some(index)) => format!("{kind} using {index} on {table}"),
        (Some(table), None) => format!("{kind} on {table}"),
        (None, Some(index)) => format!("{kind} on {index}"),
        (None, None) => kind.to_owned(),
    }
}
