//! One node of a plan.

use serde_json::{Map, Value};

use super::kind::NodeKind;

/// One step of a plan, with those that feed it. What no getter gives is among [`properties`](Self::properties).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub(super) kind: NodeKind,
    pub(super) estimate: Estimate,
    pub(super) actual: Option<Actual>,
    pub(super) buffers: Option<Buffers>,
    pub(super) children: Vec<Node>,
    /// All that EXPLAIN said of it, but for its children.
    pub(super) properties: Map<String, Value>,
}

/// What the planner expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The cost until the first row, in the planner's units: one page read in sequence is one.
    pub startup_cost: f64,
    /// The cost of all rows.
    pub total_cost: f64,
    /// How many rows.
    pub rows: f64,
    /// How many bytes a row has.
    pub width: f64,
}

/// What came of it, where it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Actual {
    /// Rows of one loop, on average.
    pub rows: f64,
    /// How often it ran. In a parallel plan each process counts.
    pub loops: f64,
}

/// Blocks of 8 KiB that it touched, those of its children included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Buffers {
    /// Found in shared memory.
    pub hit: u64,
    /// Read into it.
    pub read: u64,
    /// Of temporary tables, found or read.
    pub local: u64,
    /// Of temporary files, read.
    pub temp_read: u64,
    /// Of temporary files, written.
    pub temp_written: u64,
}

impl Buffers {
    /// All blocks that were touched, temporary files left out.
    #[must_use]
    pub fn touched(&self) -> u64 {
        self.hit + self.read + self.local
    }
}

impl Node {
    /// What it does.
    #[must_use]
    pub fn kind(&self) -> &NodeKind {
        &self.kind
    }

    /// What the planner expected of it.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// What came of it, if it ran.
    #[must_use]
    pub fn actual(&self) -> Option<Actual> {
        self.actual
    }

    /// The blocks that it and its children touched, if it ran.
    #[must_use]
    pub fn buffers(&self) -> Option<Buffers> {
        self.buffers
    }

    /// The nodes that feed it, sub-plans included.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The table that it reads or writes, without its schema.
    #[must_use]
    pub fn relation(&self) -> Option<&str> {
        self.text("Relation Name")
    }

    /// The schema of that table, where EXPLAIN was asked to say so.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.text("Schema")
    }

    /// What the query calls the table.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        self.text("Alias")
    }

    /// The index that it reads, without its schema.
    #[must_use]
    pub fn index(&self) -> Option<&str> {
        self.text("Index Name")
    }

    /// The condition that the index is searched by.
    #[must_use]
    pub fn index_condition(&self) -> Option<&str> {
        self.text("Index Cond")
    }

    /// The condition that is tested of each row.
    #[must_use]
    pub fn filter(&self) -> Option<&str> {
        self.text("Filter")
    }

    /// What it is to the node that it feeds: `Outer`, `Inner`, `Member`, `InitPlan`, `SubPlan`, `Subquery`.
    #[must_use]
    pub fn relationship(&self) -> Option<&str> {
        self.text("Parent Relationship")
    }

    /// The name of a sub-plan or of a common table expression: `CTE recent`, `InitPlan 1 (returns $0)`.
    #[must_use]
    pub fn subplan(&self) -> Option<&str> {
        self.text("Subplan Name")
    }

    /// Do several processes share its work?
    #[must_use]
    pub fn is_parallel(&self) -> bool {
        self.properties.get("Parallel Aware") == Some(&Value::Bool(true))
    }

    /// A property by its name in EXPLAIN's JSON, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }

    /// A property by its name in EXPLAIN's JSON, if it is a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.properties.get(name)?.as_f64()
    }

    /// A property by its name in EXPLAIN's JSON, if it is a list of texts.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.properties.get(name).and_then(Value::as_array);
        let list = list.map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(Value::as_str).collect()
    }

    /// All that EXPLAIN said of it, but for its children.
    #[must_use]
    pub fn properties(&self) -> &Map<String, Value> {
        &self.properties
    }

    /// It and all below it, it first, each before what feeds it.
    pub fn walk(&self) -> impl Iterator<Item = &Self> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            waiting.extend(node.children.iter().rev());
            Some(node)
        })
    }

    /// Rows that a scan has looked at: those it gave and those that it threw away. `None` if it did not run.
    #[must_use]
    pub fn rows_examined(&self) -> Option<f64> {
        let Actual { rows, loops } = self.actual?;
        let thrown = [
            "Rows Removed by Filter",
            "Rows Removed by Index Recheck",
            "Rows Removed by Join Filter",
        ];
        let is_join = self.relation().is_none();
        let thrown = thrown.iter().filter_map(|name| self.number(name));
        let thrown: f64 = if is_join { 0.0 } else { thrown.sum() };
        Some((rows + thrown) * loops)
    }
}
