//! The kinds of a plan's nodes.

/// What a node does. The words are EXPLAIN's: `ExplainNode` in the server's `src/backend/commands/explain.c`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each says what it is called in EXPLAIN")]
pub enum NodeKind {
    Result,
    ProjectSet,
    ModifyTable,
    Append,
    MergeAppend,
    RecursiveUnion,
    BitmapAnd,
    BitmapOr,
    NestedLoop,
    MergeJoin,
    HashJoin,
    SeqScan,
    SampleScan,
    Gather,
    GatherMerge,
    IndexScan,
    IndexOnlyScan,
    BitmapIndexScan,
    BitmapHeapScan,
    TidScan,
    TidRangeScan,
    SubqueryScan,
    FunctionScan,
    TableFunctionScan,
    ValuesScan,
    CteScan,
    NamedTuplestoreScan,
    WorkTableScan,
    ForeignScan,
    CustomScan,
    Materialize,
    Memoize,
    Sort,
    IncrementalSort,
    Group,
    Aggregate,
    WindowAgg,
    Unique,
    SetOp,
    LockRows,
    Limit,
    Hash,
    /// A node that this version of the harness does not know, as EXPLAIN calls it.
    Other(String),
}

pub(super) const NAMES: [(&str, NodeKind); 42] = [
    ("Result", NodeKind::Result),
    ("ProjectSet", NodeKind::ProjectSet),
    ("ModifyTable", NodeKind::ModifyTable),
    ("Append", NodeKind::Append),
    ("Merge Append", NodeKind::MergeAppend),
    ("Recursive Union", NodeKind::RecursiveUnion),
    ("BitmapAnd", NodeKind::BitmapAnd),
    ("BitmapOr", NodeKind::BitmapOr),
    ("Nested Loop", NodeKind::NestedLoop),
    ("Merge Join", NodeKind::MergeJoin),
    ("Hash Join", NodeKind::HashJoin),
    ("Seq Scan", NodeKind::SeqScan),
    ("Sample Scan", NodeKind::SampleScan),
    ("Gather", NodeKind::Gather),
    ("Gather Merge", NodeKind::GatherMerge),
    ("Index Scan", NodeKind::IndexScan),
    ("Index Only Scan", NodeKind::IndexOnlyScan),
    ("Bitmap Index Scan", NodeKind::BitmapIndexScan),
    ("Bitmap Heap Scan", NodeKind::BitmapHeapScan),
    ("Tid Scan", NodeKind::TidScan),
    ("Tid Range Scan", NodeKind::TidRangeScan),
    ("Subquery Scan", NodeKind::SubqueryScan),
    ("Function Scan", NodeKind::FunctionScan),
    ("Table Function Scan", NodeKind::TableFunctionScan),
    ("Values Scan", NodeKind::ValuesScan),
    ("CTE Scan", NodeKind::CteScan),
    ("Named Tuplestore Scan", NodeKind::NamedTuplestoreScan),
    ("WorkTable Scan", NodeKind::WorkTableScan),
    ("Foreign Scan", NodeKind::ForeignScan),
    ("Custom Scan", NodeKind::CustomScan),
    ("Materialize", NodeKind::Materialize),
    ("Memoize", NodeKind::Memoize),
    ("Sort", NodeKind::Sort),
    ("Incremental Sort", NodeKind::IncrementalSort),
    ("Group", NodeKind::Group),
    ("Aggregate", NodeKind::Aggregate),
    ("WindowAgg", NodeKind::WindowAgg),
    ("Unique", NodeKind::Unique),
    ("SetOp", NodeKind::SetOp),
    ("LockRows", NodeKind::LockRows),
    ("Limit", NodeKind::Limit),
    ("Hash", NodeKind::Hash),
];

impl NodeKind {
    pub(super) fn of(name: &str) -> Self {
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known.map_or_else(|| Self::Other(name.to_owned()), |(_, kind)| kind.clone())
    }

    /// As EXPLAIN calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        let known = NAMES.iter().find(|(_, kind)| kind == self);
        known.map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_its_kinds_and_an_unknown_one_is_kept() {
        for (name, kind) in &NAMES {
            assert_eq!(NodeKind::of(name), *kind);
            assert_eq!(kind.name(), *name);
        }
        let unknown = NodeKind::of("Quantum Scan");
        assert_eq!(unknown, NodeKind::Other("Quantum Scan".to_owned()));
        assert_eq!(unknown.name(), "Quantum Scan");
    }
}
