//! What a plan sorts, and what for.

use super::kind::NodeKind;
use super::node::Node;
use super::tree::Plan;

/// A `Sort` or `Incremental Sort`.
#[derive(Clone, Copy, Debug)]
pub struct Sorting<'p> {
    /// The node that sorts.
    pub node: &'p Node,
    /// Who wants it sorted.
    pub purpose: SortedFor,
}

/// Who wants rows to be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortedFor {
    /// The result, of the statement or of a part of it that has an `ORDER BY` of its own.
    Result,
    /// A merge join.
    Join,
    /// `GROUP BY`, `DISTINCT`, `UNION`: what brings equal rows together.
    Groups,
    /// A window function.
    Window,
    /// Another node.
    Other,
}

impl<'p> Sorting<'p> {
    /// What it sorts by, as EXPLAIN says it.
    #[must_use]
    pub fn keys(&self) -> Vec<&'p str> {
        self.node.texts("Sort Key")
    }

    /// The keys that its input is sorted by already.
    #[must_use]
    pub fn presorted(&self) -> Vec<&'p str> {
        self.node.texts("Presorted Key")
    }
}

impl Plan {
    /// All that it sorts, wherever that is. A window or a group may be sorted as the result shall be: it is told as theirs.
    #[must_use]
    pub fn sorts(&self) -> Vec<Sorting<'_>> {
        let mut sorts = Vec::new();
        visit(self.root(), SortedFor::Result, &mut sorts);
        sorts
    }
}

fn visit<'p>(node: &'p Node, purpose: SortedFor, sorts: &mut Vec<Sorting<'p>>) {
    if matches!(node.kind(), NodeKind::Sort | NodeKind::IncrementalSort) {
        sorts.push(Sorting { node, purpose });
    }
    for child in node.children() {
        let below = match child.relationship() {
            Some("SubPlan" | "InitPlan") => SortedFor::Result,
            _ => below(node, child, purpose),
        };
        visit(child, below, sorts);
    }
}

/// Who wants a child's rows to be sorted, if they are.
fn below(node: &Node, child: &Node, purpose: SortedFor) -> SortedFor {
    match node.kind() {
        NodeKind::MergeJoin => SortedFor::Join,
        NodeKind::WindowAgg => SortedFor::Window,
        NodeKind::Aggregate | NodeKind::Group | NodeKind::Unique | NodeKind::SetOp => {
            SortedFor::Groups
        }
        // The order of its outer rows is that of a nested loop's.
        NodeKind::NestedLoop if child.relationship() == Some("Outer") => purpose,
        NodeKind::Limit
        | NodeKind::LockRows
        | NodeKind::Gather
        | NodeKind::GatherMerge
        | NodeKind::Result
        | NodeKind::ProjectSet
        | NodeKind::SubqueryScan
        | NodeKind::Append
        | NodeKind::MergeAppend
        | NodeKind::Materialize
        | NodeKind::Memoize
        | NodeKind::ModifyTable => purpose,
        _ => SortedFor::Other,
    }
}
