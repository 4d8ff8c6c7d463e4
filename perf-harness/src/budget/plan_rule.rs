//! What the plans of a recording must be like.

use super::assertion::in_source;
use super::finding::Violation;
use super::limit::{Limit, Metric};
use super::plan_fault::{Fault, full_scans, is_used, not_sorted, otherwise, seq_scans, spills};
use super::queries::Form;
use crate::error::SetupError;
use crate::plan::{Catalog, Index, Plans, QueryPlans, Table, the_index, the_table};
use crate::record::sql::tokens;
use crate::record::{Query, Traffic};

/// One rule for the plans of a recording's queries. Tables are named with or without their schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlanRule {
    /// At least one query reaches its table through this index: by a seek, or in its order up to a limit.
    IndexUsed(String),
    /// No query reads all of this table, or of any: neither from its first block to its last nor through a whole index.
    NoFullScan(Option<String>),
    /// No query reads this table, or any, from its first block to its last.
    NoSeqScan(Option<String>),
    /// All queries together look at no more rows than so many.
    MaxRowsExamined(u64),
    /// All queries together touch no more blocks of 8 KiB than so many.
    MaxBuffers(u64),
    /// No sort, hash or aggregate needs temporary files.
    NoDiskSpill,
    /// What a query is ordered by comes out of an index in that order, and is not sorted.
    SortedByIndex,
}

impl PlanRule {
    /// Does it ask what came of the queries, and not only how they are planned?
    pub(crate) fn needs_figures(&self) -> bool {
        matches!(
            self,
            Self::MaxRowsExamined(_) | Self::MaxBuffers(_) | Self::NoDiskSpill
        )
    }

    /// What it limits and to how much, if it is a limit.
    pub(crate) fn limited(&self) -> Option<(Metric, u64)> {
        match self {
            Self::MaxRowsExamined(most) => Some((Metric::RowsExamined, *most)),
            Self::MaxBuffers(most) => Some((Metric::Buffers, *most)),
            _ => None,
        }
    }

    /// The assertion as its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        let (name, about) = match self {
            Self::IndexUsed(index) => ("assert_index_used", Some(format!("\"{index}\""))),
            Self::NoFullScan(table) => ("assert_no_full_scan", table.as_ref().map(quoted)),
            Self::NoSeqScan(table) => ("assert_no_seq_scan", table.as_ref().map(quoted)),
            Self::MaxRowsExamined(most) => ("assert_max_rows_examined", Some(in_source(*most))),
            Self::MaxBuffers(most) => ("assert_max_buffers", Some(in_source(*most))),
            Self::NoDiskSpill => ("assert_no_disk_spill", None),
            Self::SortedByIndex => ("assert_sorted_by_index", None),
        };
        form.written(name, about.as_deref())
    }

    /// The violation, if there is one. An error says why the question could not be answered.
    pub(crate) fn judge(
        &self,
        traffic: &Traffic,
        plans: &Plans,
    ) -> Result<Option<Violation>, SetupError> {
        let queries: Vec<&Query> = traffic.queries().collect();
        self.must_be_known(&queries, plans)?;
        match self {
            Self::MaxRowsExamined(most) => self.limit(Metric::RowsExamined, *most, plans),
            Self::MaxBuffers(most) => self.limit(Metric::Buffers, *most, plans),
            Self::IndexUsed(index) => {
                let is_used = is_used(plans, the_index(&plans.catalog, index)?);
                let found = self.faults(plans).len();
                Ok((!is_used).then_some(Violation::Plans { found }))
            }
            _ => {
                let found = self.faults(plans).len();
                all_of(plans, (found > 0).then_some(Violation::Plans { found }))
            }
        }
    }

    fn limit(
        &self,
        metric: Metric,
        most: u64,
        plans: &Plans,
    ) -> Result<Option<Violation>, SetupError> {
        all_of(plans, Limit::new(metric, most).judge(self.work(plans)))
    }

    /// How much there is of what it limits: rows, blocks, or queries whose plan is not as it must be. An error says why that
    /// is not known, or that it is not known of all queries.
    pub(crate) fn measured(&self, traffic: &Traffic, plans: &Plans) -> Result<u64, SetupError> {
        let queries: Vec<&Query> = traffic.queries().collect();
        self.must_be_known(&queries, plans)?;
        all_of(plans, None)?;
        Ok(match self {
            Self::MaxRowsExamined(_) | Self::MaxBuffers(_) => self.work(plans),
            _ => self.times(plans),
        })
    }

    /// How many queries have a plan that is not as it must be.
    pub(crate) fn times(&self, plans: &Plans) -> u64 {
        let faults = self.faults(plans);
        faults.iter().map(|fault| fault.query.times as u64).sum()
    }

    /// What is not as it must be, one for each query at most.
    pub(crate) fn faults<'p>(&self, plans: &'p Plans) -> Vec<Fault<'p>> {
        match self {
            Self::IndexUsed(index) => the_index(&plans.catalog, index)
                .map_or_else(|_| Vec::new(), |index| otherwise(plans, index)),
            Self::NoFullScan(table) => full_scans(plans, &tables(plans, table.as_deref())),
            Self::NoSeqScan(table) => seq_scans(plans, &tables(plans, table.as_deref())),
            Self::MaxRowsExamined(_) | Self::MaxBuffers(_) => Vec::new(),
            Self::NoDiskSpill => spills(plans),
            Self::SortedByIndex => not_sorted(plans),
        }
    }

    /// How much work all queries were together: rows, or blocks.
    fn work(&self, plans: &Plans) -> u64 {
        let queries = plans.queries.iter();
        queries.map(|query| self.work_of(query)).sum()
    }

    /// How much work the queries of one text and set of values were.
    pub(crate) fn work_of(&self, query: &QueryPlans) -> u64 {
        query.sum(|plan| match self {
            Self::MaxBuffers(_) => plan.root().buffers().map_or(0, |blocks| blocks.touched()),
            _ => rounded(plan.rows_examined().unwrap_or_default()),
        })
    }

    /// What it names is there and is read, and there is a plan of everything that it is about.
    fn must_be_known(&self, queries: &[&Query], plans: &Plans) -> Result<(), SetupError> {
        let catalog = &plans.catalog;
        let table = match self {
            Self::IndexUsed(index) => Some(table_of(catalog, the_index(catalog, index)?)),
            Self::NoFullScan(Some(table)) | Self::NoSeqScan(Some(table)) => {
                Some(the_table(catalog, table)?)
            }
            _ => None,
        };
        let mut are_planned = false;
        for query in &plans.queries {
            are_planned |= has_plan(queries[query.at], query, self.needs_figures())?;
        }
        if !are_planned {
            return Err(SetupError::NothingPlanned);
        }
        if let Some(table) = table {
            must_be_read(plans, table)?;
        }
        let is_ordered = |query: &&Query| {
            let mut words = tokens(query.sql()).filter(|token| token.is("ORDER"));
            words.next().is_some()
        };
        if *self == Self::SortedByIndex && !queries.iter().any(is_ordered) {
            return Err(SetupError::NothingOrdered);
        }
        Ok(())
    }
}

/// What holds of all queries holds of those that were not asked about only by chance.
fn all_of(plans: &Plans, violation: Option<Violation>) -> Result<Option<Violation>, SetupError> {
    match plans.unasked {
        queries if queries > 0 && violation.is_none() => Err(SetupError::Unasked { queries }),
        _ => Ok(violation),
    }
}

/// Is there a plan of this query? That there is none is an error, unless it reads no table anyway.
pub(crate) fn has_plan(
    query: &Query,
    plans: &QueryPlans,
    needs_figures: bool,
) -> Result<bool, SetupError> {
    let asked = plans.custom.is_some() && !needs_figures;
    if asked || plans.ran.is_some() || !plans.inner.is_empty() {
        return Ok(true);
    }
    match &plans.refusal {
        Some(refusal) if !refusal.is_harmless() => Err(SetupError::Unexplained {
            query: query.fingerprint(),
            cause: refusal.to_string(),
            ran_only: needs_figures,
        }),
        _ => Ok(false),
    }
}

/// The tables that it is about, with the partitions of each.
fn tables<'p>(plans: &'p Plans, name: Option<&str>) -> Vec<&'p Table> {
    match name.map(|name| the_table(&plans.catalog, name)) {
        Some(Ok(table)) => plans.catalog.with_partitions(table),
        Some(Err(_)) => Vec::new(),
        None => plans.catalog.tables.iter().collect(),
    }
}

fn quoted(name: &String) -> String {
    format!("\"{name}\"")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rows are counted, and rounded where the server gives an average"
)]
pub(crate) fn rounded(rows: f64) -> u64 {
    rows.round() as u64
}

pub(super) fn table_of<'c>(catalog: &'c Catalog, index: &Index) -> &'c Table {
    catalog
        .table(&index.table_schema, &index.table)
        .unwrap_or_else(|| unreachable!("each index has a table"))
}

/// A rule about a table that no query reads proves nothing.
fn must_be_read(plans: &Plans, table: &Table) -> Result<(), SetupError> {
    let all = plans.catalog.with_partitions(table);
    let mut read: Vec<String> = Vec::new();
    for query in &plans.queries {
        for (_, plan) in query.judged(&plans.rows) {
            for reach in plans.reaches(plan) {
                if all.iter().any(|table| std::ptr::eq(*table, reach.table)) {
                    return Ok(());
                }
                let name = reach.table.full_name();
                if !read.contains(&name) {
                    read.push(name);
                }
            }
        }
    }
    Err(SetupError::NotRead {
        table: table.full_name(),
        read,
    })
}
