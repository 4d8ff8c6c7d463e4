//! How a plan reaches the rows of each table: judged by what is read, and not by the names of nodes.

use super::catalog::{Catalog, Index, Table};
use super::condition::names_key;
use super::kind::NodeKind;
use super::node::Node;
use super::tree::Plan;

/// How the rows of a table are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// By an index, and a condition that its leading column is searched with.
    Seek,
    /// A part of the table or of an index from its beginning, until a limit is reached.
    Bounded,
    /// By so many seeks that they come to read all of it, one for each row that it is joined with.
    Pieces,
    /// Through a whole index: nothing says where to begin and where to end.
    IndexWalk,
    /// All of the table, from its first block to its last.
    SequentialScan,
    /// All of a table of one or two blocks: nothing is faster.
    Tiny,
    /// Neither: a foreign table.
    Other,
}

impl Access {
    /// It reads all that there is, however much that will be.
    #[must_use]
    pub fn is_full(self) -> bool {
        matches!(self, Self::Pieces | Self::IndexWalk | Self::SequentialScan)
    }
}

/// How one step of a plan reaches a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableAccess {
    /// The table or partition, `schema.name`.
    pub table: String,
    /// How its rows are reached.
    pub access: Access,
    /// The indexes that are read for it.
    pub indexes: Vec<String>,
}

/// One node that reads a table, and how.
#[derive(Clone, Debug)]
pub(crate) struct Reach<'p> {
    pub(crate) node: &'p Node,
    pub(crate) table: &'p Table,
    pub(crate) access: Access,
    pub(crate) indexes: Vec<&'p Index>,
}

/// Every node of a plan that reads a table. `is_scaled` says of a table that it is taken for larger than it is.
pub(crate) fn reaches<'p>(
    plan: &'p Plan,
    catalog: &'p Catalog,
    is_scaled: &dyn Fn(&Table) -> bool,
) -> Vec<Reach<'p>> {
    let mut walk = Walk {
        catalog,
        is_scaled,
        found: Vec::new(),
    };
    walk.visit(plan.root(), Demand::ALL);
    walk.found
}

struct Walk<'p, 'f> {
    catalog: &'p Catalog,
    is_scaled: &'f dyn Fn(&Table) -> bool,
    found: Vec<Reach<'p>>,
}

impl<'p> Walk<'p, '_> {
    fn visit(&mut self, node: &'p Node, demand: Demand) {
        self.found.extend(self.reach(node, demand));
        for child in node.children() {
            let below = Demand {
                share: share_of(node, child, demand.share),
                loops: demand.loops * loops_of(node, child, demand.share),
            };
            self.visit(child, below);
        }
    }

    fn reach(&self, node: &'p Node, demand: Demand) -> Option<Reach<'p>> {
        let share = demand.share;
        if *node.kind() == NodeKind::ModifyTable {
            return None;
        }
        let table = self.table(node)?;
        let indexes = self.indexes(node, table);
        let reads_all = if is_bounded(table, share) {
            Access::Bounded
        } else {
            match node.kind() {
                NodeKind::SeqScan | NodeKind::SampleScan => Access::SequentialScan,
                _ => Access::IndexWalk,
            }
        };
        let access = match node.kind() {
            NodeKind::TidScan | NodeKind::TidRangeScan => Access::Seek,
            NodeKind::ForeignScan | NodeKind::CustomScan | NodeKind::Other(_) => Access::Other,
            _ if self.seeks(node, table) => self.sought(node, table, demand),
            _ if self.is_tiny(table) => Access::Tiny,
            _ => reads_all,
        };
        Some(Reach {
            node,
            table,
            access,
            indexes,
        })
    }

    /// One seek finds a part. As many as there are rows on the other side of a join may find it all.
    fn sought(&self, node: &Node, table: &Table, demand: Demand) -> Access {
        const FEW: f64 = 1_000.0;
        const MOST: f64 = 0.5;
        let found = demand.loops * demand.share * self.found_by_one(node, table);
        let finds_most = demand.loops > 1.0 && found >= table.rows * MOST;
        if finds_most && table.rows > FEW {
            Access::Pieces
        } else {
            Access::Seek
        }
    }

    /// How many rows one seek finds, before they are tested for the rest. Where there is a rest the plan does not say it: by the
    /// different values of the column that is searched then.
    fn found_by_one(&self, node: &Node, table: &Table) -> f64 {
        let given = node.estimate().rows;
        let leading = self.index(node, table).and_then(|index| index.keys.first());
        let (Some(_), Some(leading)) = (node.filter(), leading) else {
            return given;
        };
        let column = table.columns.iter().find(|column| column.name == *leading);
        let values = match column.and_then(|column| column.distinct) {
            Some(share) if share < 0.0 => -share * table.rows,
            Some(values) if values > 0.0 => values,
            _ => return given,
        };
        (table.rows / values.max(1.0)).max(given)
    }

    fn is_tiny(&self, table: &Table) -> bool {
        if (self.is_scaled)(table) {
            table.is_tiny_as_taken()
        } else {
            table.is_tiny()
        }
    }

    /// A plan without schemas can mean any table of the name: the first one, which is the only one nearly always.
    fn table(&self, node: &Node) -> Option<&'p Table> {
        let name = node.relation()?;
        match node.schema() {
            Some(schema) => self.catalog.table(schema, name),
            None => self.catalog.tables.iter().find(|table| table.name == name),
        }
    }

    fn index(&self, node: &Node, table: &Table) -> Option<&'p Index> {
        let name = node.index()?;
        // An index is always in the schema of its table.
        let is_it = |index: &&Index| index.name == name && index.schema == table.schema;
        self.catalog.indexes.iter().find(is_it)
    }

    fn indexes(&self, node: &'p Node, table: &Table) -> Vec<&'p Index> {
        let below = node.walk().filter(|below| is_own_index(node, below));
        below.filter_map(|below| self.index(below, table)).collect()
    }

    /// Is it told where to begin?
    fn seeks(&self, node: &Node, table: &Table) -> bool {
        let alias = node.alias().or(node.relation()).unwrap_or_default();
        match node.kind() {
            NodeKind::BitmapHeapScan => node
                .children()
                .iter()
                .any(|child| self.bitmap_seeks(child, table, alias)),
            _ => self.index_seeks(node, table, alias),
        }
    }

    fn bitmap_seeks(&self, node: &Node, table: &Table, alias: &str) -> bool {
        let mut children = node.children().iter();
        match node.kind() {
            NodeKind::BitmapAnd => children.any(|child| self.bitmap_seeks(child, table, alias)),
            NodeKind::BitmapOr => children.all(|child| self.bitmap_seeks(child, table, alias)),
            _ => self.index_seeks(node, table, alias),
        }
    }

    fn index_seeks(&self, node: &Node, table: &Table, alias: &str) -> bool {
        let Some(index) = self.index(node, table) else {
            return false;
        };
        match node.index_condition() {
            // A partial index holds no more than what its predicate says.
            None => index.predicate.is_some(),
            Some(_) if !index.is_ordered() => true,
            Some(condition) => index
                .keys
                .first()
                .is_some_and(|key| names_key(condition, alias, key)),
        }
    }
}

/// Is it ended by a limit, long before its end?
fn is_bounded(table: &Table, share: f64) -> bool {
    const FEW: f64 = 1_000.0;
    const PART: f64 = 0.1;
    share < 1.0 && (share <= PART || table.rows * share <= FEW)
}

/// What is asked of a node.
#[derive(Clone, Copy, Debug)]
struct Demand {
    /// Which share of its rows.
    share: f64,
    /// How often.
    loops: f64,
}

impl Demand {
    const ALL: Self = Self {
        share: 1.0,
        loops: 1.0,
    };
}

/// How often a child is run for one run of its node: the inner side of a nested loop for each row of the outer one.
fn loops_of(node: &Node, child: &Node, share: f64) -> f64 {
    let is_inner = *node.kind() == NodeKind::NestedLoop && child.relationship() == Some("Inner");
    let outer = node
        .children()
        .iter()
        .find(|child| child.relationship() == Some("Outer"));
    match outer {
        Some(outer) if is_inner => (outer.estimate().rows * share).max(1.0),
        _ => 1.0,
    }
}

/// The index that a scan reads itself, or below its bitmap.
fn is_own_index(scan: &Node, below: &Node) -> bool {
    below.index().is_some() && (std::ptr::eq(scan, below) || below.relation().is_none())
}

/// Which share of a child's rows is expected to be asked for.
///
/// A limit says it by its costs: the planner takes it for reading the child in proportion
/// (`create_limit_path` in the server's source).
fn share_of(node: &Node, child: &Node, share: f64) -> f64 {
    if matches!(
        child.relationship(),
        Some("InitPlan" | "SubPlan" | "Subquery") if *node.kind() != NodeKind::SubqueryScan
    ) {
        return 1.0;
    }
    match node.kind() {
        NodeKind::Limit => share * limited(node, child),
        NodeKind::NestedLoop | NodeKind::HashJoin if child.relationship() == Some("Inner") => 1.0,
        NodeKind::Sort
        | NodeKind::Hash
        | NodeKind::WindowAgg
        | NodeKind::SetOp
        | NodeKind::RecursiveUnion
        | NodeKind::ModifyTable
        | NodeKind::BitmapHeapScan
        | NodeKind::BitmapAnd
        | NodeKind::BitmapOr => 1.0,
        NodeKind::Aggregate if node.text("Strategy") != Some("Sorted") => 1.0,
        _ => share,
    }
}

fn limited(limit: &Node, child: &Node) -> f64 {
    let (limit, child) = (limit.estimate(), child.estimate());
    let whole = child.total_cost - child.startup_cost;
    let part = limit.total_cost - child.startup_cost;
    if limit.rows >= child.rows || whole <= 0.0 {
        return 1.0;
    }
    (part / whole).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
