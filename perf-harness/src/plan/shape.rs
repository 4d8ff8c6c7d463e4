//! The shape of a plan: what is done with which tables and indexes, and nothing that depends on values, sizes or the machine.

use super::expression::Literals;
use super::kind::NodeKind;
use super::node::Node;
use super::outline::{Twig, lines};
use super::step::{own_alias, step};
use super::tree::Plan;

impl Plan {
    /// Its steps without costs, rows and values: the same for all values, on each major version and on each machine, as
    /// long as the planner does the same. For snapshots.
    ///
    /// `?` stands for each value and parameter, and for what is made of them alone. Sub-plans have no numbers. What divides work
    /// among processes is left out, for it depends on the machine and on the size of a table: `Gather`, `Gather Merge`,
    /// the word `Parallel`, and an aggregate in two parts is told as one. So is `Hash`, which is always below a hash join.
    #[must_use]
    pub fn shape(&self) -> String {
        let aliases = Aliases::of(self);
        let mut shape = String::new();
        for (branches, words) in lines(twig(self.root(), aliases.only, &aliases)) {
            shape += &branches;
            shape += &words;
            shape.push('\n');
        }
        shape
    }
}

/// What a plan calls its tables.
pub(super) struct Aliases<'p> {
    /// The one, if it is one alone: no condition needs to tell it.
    pub(super) only: Option<&'p str>,
}

impl<'p> Aliases<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut all: Vec<&str> = plan.nodes().filter_map(Node::alias).collect();
        all.sort_unstable();
        all.dedup();
        let only = match all[..] {
            [one] => Some(one),
            _ => None,
        };
        Self { only }
    }
}

fn twig<'p>(node: &'p Node, above: Option<&'p str>, aliases: &Aliases<'p>) -> Twig<String> {
    let skipped = skipped(node);
    let own = own_alias(skipped, above).or(aliases.only);
    let step = step(skipped, own, Literals::Left);
    let mut words = subplan(node).map_or_else(String::new, |name| format!("{name}: "));
    words += &step.head;
    if !step.clauses.is_empty() {
        words.push(' ');
        words += &step.clauses;
    }
    let below = children(skipped)
        .iter()
        .map(|child| twig(child, own, aliases));
    Twig {
        value: words,
        below: below.collect(),
    }
}

/// What feeds it. Up to version 17 the two sides of a set operation come by an `Append`.
fn children(node: &Node) -> &[Node] {
    match (node.kind(), node.children()) {
        (NodeKind::SetOp, [only]) if *only.kind() == NodeKind::Append => only.children(),
        (_, children) => children,
    }
}

/// The node itself, or the one below that does what counts.
fn skipped(node: &Node) -> &Node {
    let [only] = node.children() else {
        return node;
    };
    match node.kind() {
        NodeKind::Gather | NodeKind::GatherMerge | NodeKind::Hash => skipped(only),
        NodeKind::SubqueryScan if is_side(node) => skipped(only),
        NodeKind::Aggregate if node.text("Partial Mode") == Some("Finalize") => {
            partial(only).unwrap_or(node)
        }
        _ => node,
    }
}

/// One side of a set operation, as versions up to 17 name it.
fn is_side(node: &Node) -> bool {
    let is_named_so = node
        .alias()
        .is_some_and(|alias| alias.starts_with("*SELECT* "));
    is_named_so && node.filter().is_none()
}

/// The aggregate whose parts another one puts together.
fn partial(node: &Node) -> Option<&Node> {
    if node.text("Partial Mode") == Some("Partial") {
        return Some(node);
    }
    let passes = matches!(
        node.kind(),
        NodeKind::Gather | NodeKind::GatherMerge | NodeKind::Sort | NodeKind::IncrementalSort
    );
    match node.children() {
        [only] if passes => partial(only),
        _ => None,
    }
}

/// `CTE recent`, `SubPlan`, `InitPlan`
fn subplan(node: &Node) -> Option<&str> {
    let name = node.subplan()?;
    let kinds = ["SubPlan", "InitPlan"];
    Some(
        kinds
            .into_iter()
            .find(|kind| name.starts_with(kind))
            .unwrap_or(name),
    )
}
