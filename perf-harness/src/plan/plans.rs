//! What is known of the plans of a recording's queries.

use super::access::{Reach, TableAccess, reaches};
use super::catalog::{Catalog, Table};
use super::question::Refusal;
use super::rows::Rows;
use super::tree::Plan;

/// The plans of a recording's queries, one entry for each text and set of values.
#[derive(Clone, Debug)]
pub struct Plans {
    pub(crate) queries: Vec<QueryPlans>,
    /// The database as the planner took it: with the rows that were told.
    pub(crate) catalog: Catalog,
    pub(crate) rows: Rows,
    /// Queries of a shape of which enough were asked for already.
    pub(crate) unasked: usize,
    /// Why the plans that ran are not known, where they were wanted.
    pub(crate) unheard: Option<String>,
}

/// The plans of one query.
#[derive(Clone, Debug)]
pub struct QueryPlans {
    /// Its place among the recording's queries.
    pub(crate) at: usize,
    /// How many queries had this text and these values.
    pub(crate) times: usize,
    pub(crate) ran: Option<Plan>,
    /// What ran again, with the same text and values.
    pub(crate) again: Vec<Plan>,
    /// Of statements that ran inside of it: of functions and triggers.
    pub(crate) inner: Vec<Plan>,
    pub(crate) custom: Option<Plan>,
    pub(crate) generic: Option<Plan>,
    pub(crate) refusal: Option<Refusal>,
}

/// Which plan it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanOf {
    /// It ran, and the server told it.
    Run,
    /// It was asked for with the very values.
    Values,
    /// It is the one for all values, which the server takes from the sixth run of a prepared statement on.
    AllValues,
    /// It ran inside of the query, in a function or a trigger.
    Inside,
}

impl Plans {
    /// One entry for each text and set of values, in the order of the first query of each.
    #[must_use]
    pub fn queries(&self) -> &[QueryPlans] {
        &self.queries
    }

    /// The rows that tables were taken to have.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Is this table taken for larger than it is?
    pub(crate) fn is_scaled(&self, table: &Table) -> bool {
        let named = |table: &Table| {
            let full = table.full_name();
            self.rows
                .tables()
                .any(|(name, _)| name == table.name || name == full)
        };
        let mut part = Some(table);
        while let Some(one) = part {
            if named(one) {
                return true;
            }
            part = one.parent.as_ref().and_then(|parent| {
                let mut tables = self.catalog.tables.iter();
                tables.find(|table| table.full_name() == *parent)
            });
        }
        self.rows.statistics_file().is_some()
    }

    /// How one of these plans reaches tables: each step that reads one.
    #[must_use]
    pub fn table_accesses(&self, plan: &Plan) -> Vec<TableAccess> {
        let reaches = self.reaches(plan);
        let told = reaches.iter().map(|reach| TableAccess {
            table: reach.table.full_name(),
            access: reach.access,
            indexes: reach
                .indexes
                .iter()
                .map(|index| index.name.clone())
                .collect(),
        });
        told.collect()
    }

    /// How one of the plans reaches tables.
    pub(crate) fn reaches<'p>(&'p self, plan: &'p Plan) -> Vec<Reach<'p>> {
        reaches(plan, &self.catalog, &|table| self.is_scaled(table))
    }
}

impl QueryPlans {
    /// Nothing is known yet of the queries that are like this one.
    pub(crate) fn of(at: usize) -> Self {
        Self {
            at,
            times: 1,
            ran: None,
            again: Vec::new(),
            inner: Vec::new(),
            custom: None,
            generic: None,
            refusal: None,
        }
    }

    /// A figure of what ran, summed over all queries and what ran inside of them.
    pub(crate) fn sum(&self, figure: impl Fn(&Plan) -> u64) -> u64 {
        let of = |plans: &[Plan]| plans.iter().map(&figure).sum::<u64>();
        let once = self.ran.as_ref().map_or(0, &figure);
        let untold = self.times.saturating_sub(self.again.len());
        once * untold as u64 + of(&self.again) + of(&self.inner)
    }

    /// The plans that assertions are about. Where tables are taken for larger than they are, what ran says nothing.
    pub(crate) fn judged(&self, rows: &Rows) -> Vec<(PlanOf, &Plan)> {
        let mut judged = Vec::new();
        match &self.ran {
            Some(ran) if rows.is_empty() => judged.push((PlanOf::Run, ran)),
            _ => judged.extend(self.custom.iter().map(|plan| (PlanOf::Values, plan))),
        }
        judged.extend(self.generic.iter().map(|plan| (PlanOf::AllValues, plan)));
        if rows.is_empty() {
            judged.extend(self.inner.iter().map(|plan| (PlanOf::Inside, plan)));
        }
        judged
    }

    /// The plan that really ran, in a test with `plans`; or that of a query that was run again to see what comes of it.
    #[must_use]
    pub fn ran(&self) -> Option<&Plan> {
        self.ran.as_ref()
    }

    /// The plans of statements that ran inside of it, in functions and triggers, in a test with `plans`.
    #[must_use]
    pub fn inner(&self) -> &[Plan] {
        &self.inner
    }

    /// The plan that was asked for, with the very values.
    #[must_use]
    pub fn custom(&self) -> Option<&Plan> {
        self.custom.as_ref()
    }

    /// The plan for all values, if the server would come to take it.
    #[must_use]
    pub fn generic(&self) -> Option<&Plan> {
        self.generic.as_ref()
    }

    /// Why there is no plan, if there is none.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.refusal.as_ref().map(ToString::to_string)
    }
}

/// Would the server come to take the plan for all values? `choose_custom_plan` in the server's `plancache.c`: where it is
/// cheaper than the other ones were on average, what planning costs included.
pub(super) fn is_taken(generic: &Plan, custom: &Plan) -> bool {
    /// `cached_plan_cost`: a thousand times `cpu_operator_cost` for each relation, and for one more.
    const PLANNING: f64 = 1_000.0 * 0.0025;
    let relations = custom
        .nodes()
        .filter(|node| node.relation().is_some())
        .count();
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    let planning = PLANNING * (relations + 1) as f64;
    generic.root().estimate().total_cost < custom.root().estimate().total_cost + planning
}
