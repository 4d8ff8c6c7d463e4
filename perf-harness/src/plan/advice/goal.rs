//! Whether a plan is as wanted, and which tables it is about. Pure.

use super::super::access::{Access, Reach, reaches};
use super::super::catalog::{Catalog, Table};
use super::super::kind::NodeKind;
use super::super::rows::Rows;
use super::super::tree::Plan;
use super::demand::scans;
use super::facts::Goal;

/// Less is no gain worth an index.
const GAIN: f64 = 0.8;

/// The plans of one statement and what they are about.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) custom: Plan,
    /// If the server would come to take it.
    pub(super) generic: Option<Plan>,
    /// With the rows that were told.
    pub(super) catalog: Catalog,
}

impl Seen {
    pub(super) fn plans(&self) -> impl Iterator<Item = &Plan> {
        [Some(&self.custom), self.generic.as_ref()]
            .into_iter()
            .flatten()
    }

    /// The plan that is not as wanted, if one is not: the one for the very values first.
    pub(super) fn failing(&self, goal: &Goal, rows: &Rows) -> Option<&Plan> {
        self.plans().find(|plan| !self.meets(plan, goal, rows))
    }

    fn meets(&self, plan: &Plan, goal: &Goal, rows: &Rows) -> bool {
        match goal {
            Goal::Reach(name) => !self.is_full(plan, rows, |table| {
                self.catalog
                    .tables_called(name)
                    .any(|called| self.is_part(table, called))
            }),
            Goal::Use(name) => {
                let indexes: Vec<&str> = self
                    .catalog
                    .indexes_called(name)
                    .map(|index| index.name.as_str())
                    .collect();
                let mut read = plan.nodes().filter_map(|node| node.index());
                read.any(|index| indexes.contains(&index))
            }
            Goal::Sorted => !plan
                .nodes()
                .any(|node| matches!(node.kind(), NodeKind::Sort | NodeKind::IncrementalSort)),
            Goal::Cheaper => false,
        }
    }

    /// The same with an index that was not there `before`.
    pub(super) fn is_better(&self, before: &Self, goal: &Goal, table: &Table, rows: &Rows) -> bool {
        match goal {
            Goal::Reach(_) | Goal::Sorted => self.failing(goal, rows).is_none(),
            // Another index does what this one cannot.
            Goal::Use(_) => self
                .plans()
                .all(|plan| !self.is_full(plan, rows, |read| self.is_part(read, table))),
            Goal::Cheaper => self.cost() < before.cost() * GAIN,
        }
    }

    /// The cost of the dearer one.
    pub(super) fn cost(&self) -> f64 {
        let costs = self.plans().map(|plan| plan.root().estimate().total_cost);
        costs.fold(0.0, f64::max)
    }

    fn is_full(&self, plan: &Plan, rows: &Rows, is_it: impl Fn(&Table) -> bool) -> bool {
        let found = self.reaches(plan, rows);
        found
            .iter()
            .any(|reach| reach.access.is_full() && is_it(reach.table))
    }

    pub(super) fn reaches<'s>(&'s self, plan: &'s Plan, rows: &Rows) -> Vec<Reach<'s>> {
        reaches(plan, &self.catalog, &|table| {
            rows.tables().any(|(name, _)| {
                self.catalog
                    .tables_called(name)
                    .any(|named| self.is_part(table, named))
            })
        })
    }

    /// Is it the table, or a partition of it?
    pub(super) fn is_part(&self, table: &Table, of: &Table) -> bool {
        let parts = self.catalog.with_partitions(of);
        parts
            .iter()
            .any(|part| part.full_name() == table.full_name())
    }

    /// Does this plan search this index?
    pub(super) fn seeks(&self, plan: &Plan, index: &str, table: &Table, rows: &Rows) -> bool {
        self.reaches(plan, rows).iter().any(|reach| {
            reach.access == Access::Seek
                && reach.table.full_name() == table.full_name()
                && reach.indexes.iter().any(|read| read.name == index)
        })
    }

    /// Does a plan read this index, or a part of it?
    pub(super) fn reads(&self, index: &str) -> bool {
        let is_part = |read: &str| {
            let mut known = self
                .catalog
                .indexes
                .iter()
                .filter(|known| known.name == read);
            known.any(|known| {
                let parent = known
                    .parent
                    .as_deref()
                    .and_then(|parent| parent.strip_suffix(index));
                parent.is_some_and(|schema| schema.ends_with('.'))
            })
        };
        let mut nodes = self.plans().flat_map(Plan::nodes);
        nodes.any(|node| {
            node.index()
                .is_some_and(|read| read == index || is_part(read))
        })
    }
}

/// The tables that a goal is about and the plans read, those that cost most first.
pub(super) fn tables(goal: &Goal, seen: &Seen) -> Vec<Table> {
    let catalog = &seen.catalog;
    let named: Vec<&Table> = match goal {
        Goal::Reach(name) => catalog.tables_called(name).collect(),
        Goal::Use(name) => {
            let indexes = catalog.indexes_called(name);
            indexes
                .filter_map(|index| catalog.table(&index.table_schema, &index.table))
                .collect()
        }
        Goal::Sorted | Goal::Cheaper => catalog
            .tables
            .iter()
            .filter(|table| table.parent.is_none())
            .collect(),
    };
    let cost = |table: &Table| {
        let parts = catalog.with_partitions(table);
        let scans = parts.iter().flat_map(|part| scans(&seen.custom, part));
        scans
            .map(|scan| scan.estimate().total_cost)
            .reduce(f64::max)
    };
    let mut read: Vec<(f64, Table)> = named
        .into_iter()
        .filter_map(|table| Some((cost(table)?, table.clone())))
        .collect();
    read.sort_by(|a, b| b.0.total_cmp(&a.0));
    read.into_iter().map(|(_, table)| table).collect()
}
