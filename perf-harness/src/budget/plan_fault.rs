//! What is wrong with the plan of a query, by a rule.

use crate::plan::{Access, Index, Node, Plan, PlanOf, Plans, QueryPlans, Reach, SortedFor, Table};

/// A query whose plan is not as it must be, in one of its plans or in several.
#[derive(Clone, Debug)]
pub(crate) struct Fault<'p> {
    pub(crate) query: &'p QueryPlans,
    /// Those of its plans that are at fault. The first one is told.
    pub(crate) of: Vec<PlanOf>,
    /// How many of its plans were looked at.
    pub(crate) looked_at: usize,
    /// The node that is at fault.
    pub(crate) node: &'p Node,
    /// How it reaches its table, if it does.
    pub(crate) reach: Option<Reach<'p>>,
}

impl Fault<'_> {
    /// It is a statement of a function or a trigger that is at fault.
    pub(crate) fn is_inside(&self) -> bool {
        self.of[0] == PlanOf::Inside
    }
}

/// Queries that read all of one of these tables.
pub(super) fn full_scans<'p>(plans: &'p Plans, tables: &[&Table]) -> Vec<Fault<'p>> {
    by_reach(plans, |reach| {
        reach.access.is_full() && is_one_of(reach, tables)
    })
}

/// Queries that read one of these tables from its first block to its last.
pub(super) fn seq_scans<'p>(plans: &'p Plans, tables: &[&Table]) -> Vec<Fault<'p>> {
    by_reach(plans, |reach| {
        reach.access == Access::SequentialScan && is_one_of(reach, tables)
    })
}

fn is_one_of(reach: &Reach<'_>, tables: &[&Table]) -> bool {
    tables.iter().any(|table| std::ptr::eq(*table, reach.table))
}

/// Does a query go through an index? It is enough that one does, by all of its plans.
pub(super) fn is_used(plans: &Plans, index: &Index) -> bool {
    let parts = parts(plans, index);
    let goes_through = |query: &QueryPlans| {
        let judged = query.judged(&plans.rows);
        let by_it = |(_, plan): &(PlanOf, &Plan)| {
            let reaches = plans.reaches(plan);
            reaches.iter().any(|reach| goes_by(reach, &parts))
        };
        !judged.is_empty() && judged.iter().all(by_it)
    };
    plans.queries.iter().any(goes_through)
}

/// The queries that read the table of an index otherwise.
pub(super) fn otherwise<'p>(plans: &'p Plans, index: &Index) -> Vec<Fault<'p>> {
    let parts = parts(plans, index);
    by_reach(plans, |reach| {
        let table = (&reach.table.schema, &reach.table.name);
        let mut tables = parts.iter().map(|part| (&part.table_schema, &part.table));
        !goes_by(reach, &parts) && tables.any(|of| of == table)
    })
}

fn goes_by(reach: &Reach<'_>, parts: &[&Index]) -> bool {
    let is_one = |used: &&Index| parts.iter().any(|part| std::ptr::eq(*part, *used));
    matches!(reach.access, Access::Seek | Access::Bounded) && reach.indexes.iter().any(is_one)
}

/// An index, and those of the partitions of its table.
fn parts<'p>(plans: &'p Plans, index: &Index) -> Vec<&'p Index> {
    let all = plans.catalog.indexes.iter();
    all.filter(|part| is_part(part, index)).collect()
}

/// Is it the index, or that of a partition?
fn is_part(part: &Index, index: &Index) -> bool {
    std::ptr::eq(part, index) || part.parent.as_deref() == Some(&index.full_name())
}

fn by_reach<'p>(plans: &'p Plans, is_fault: impl Fn(&Reach<'p>) -> bool) -> Vec<Fault<'p>> {
    by_plan(plans, |plan| {
        let mut at_fault: Vec<Reach<'p>> = plans.reaches(plan);
        at_fault.retain(&is_fault);
        // The dearest one says most.
        let cost = |reach: &Reach<'_>| reach.node.estimate().total_cost;
        let dearest = at_fault
            .into_iter()
            .max_by(|one, other| cost(one).total_cmp(&cost(other)))?;
        Some((dearest.node, Some(dearest)))
    })
}

/// Queries whose result is sorted, where an index could give it in order.
pub(super) fn not_sorted(plans: &Plans) -> Vec<Fault<'_>> {
    by_plan(plans, |plan| {
        let mut sorts = plan.sorts().into_iter();
        let of_result = sorts.find(|sort| sort.purpose == SortedFor::Result)?;
        Some((of_result.node, None))
    })
}

/// Queries that needed temporary files.
pub(super) fn spills(plans: &Plans) -> Vec<Fault<'_>> {
    let mut faults = Vec::new();
    for query in &plans.queries {
        let mut all = query.ran.iter().chain(&query.again).chain(&query.inner);
        faults.extend(
            all.find_map(|plan| plan.spills().next())
                .map(|(node, _)| Fault {
                    query,
                    of: vec![PlanOf::Run],
                    looked_at: 1,
                    node,
                    reach: None,
                }),
        );
    }
    faults
}

/// One fault for each query at most: of its first plan that has one.
fn by_plan<'p>(
    plans: &'p Plans,
    find: impl Fn(&'p Plan) -> Option<(&'p Node, Option<Reach<'p>>)>,
) -> Vec<Fault<'p>> {
    let mut faults = Vec::new();
    for query in &plans.queries {
        let judged = query.judged(&plans.rows);
        let looked_at = judged.len();
        let mut fault: Option<Fault<'p>> = None;
        for (of, plan) in judged {
            let Some((node, reach)) = find(plan) else {
                continue;
            };
            match &mut fault {
                Some(fault) => fault.of.push(of),
                None => {
                    fault = Some(Fault {
                        query,
                        of: vec![of],
                        looked_at,
                        node,
                        reach,
                    });
                }
            }
        }
        faults.extend(fault);
    }
    faults
}
