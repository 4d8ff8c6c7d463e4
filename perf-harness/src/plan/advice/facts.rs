//! What is found out when a plan is not what was wanted. Facts, no words.

use super::candidate::NewIndex;
use super::migration;

/// What a plan should be like, and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// This table is reached otherwise than by reading all of it: `articles`, or `blog.articles`.
    Reach(String),
    /// This index is used.
    Use(String),
    /// Nothing is sorted.
    Sorted,
    /// Fewer rows or blocks are read.
    Cheaper,
}

/// What is known of a plan that is not what was wanted.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    /// The table that it is about, as a person writes it. `None` if the plan reads none, or none of that name.
    pub(crate) table: Option<String>,
    /// How many of how many rows the planner expects the table's conditions to leave.
    pub(crate) matched: Option<(f64, f64)>,
    /// The plan for the very values is as wanted: the one for all values is not.
    pub(crate) only_for_all_values: bool,
    /// With scans of whole tables switched off, does an index serve the conditions? By name, with the costs of both plans.
    pub(crate) serving: Option<Serving>,
    /// The indexes of the table, and why each is not used: first those that the statement has to do with.
    pub(crate) existing: Vec<Existing>,
    pub(crate) outcome: Outcome,
    /// How many indexes were tried.
    pub(crate) tried: usize,
    /// What about the statement itself keeps indexes from serving.
    pub(crate) hints: Vec<Hint>,
}

/// An index that could serve.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Serving {
    pub(crate) index: String,
    pub(crate) cost: f64,
    /// Of the plan that is taken.
    pub(crate) chosen: f64,
}

/// An index that is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Existing {
    pub(crate) index: String,
    pub(crate) why: WhyUnused,
}

/// Why an index is not used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WhyUnused {
    /// It could serve, and the other plan is expected to cost less.
    Estimate { cost: f64, chosen: f64 },
    /// It serves these values; the plan for all values does not know them.
    AllValues,
    /// Its making failed, or goes on.
    Invalid,
    /// It holds only rows of which its predicate is true, and the statement does not say that it is.
    Partial { predicate: String },
    /// The statement asks for something made of the column.
    Function { key: String, asked: String },
    /// The statement compares the column as another type.
    Cast { key: String, asked: String },
    /// A pattern that does not say how the text begins.
    LeadingWildcard { condition: String },
    /// A pattern, and the index is in the order of a language.
    Collation { condition: String },
    /// The condition is about a later column.
    LeadingColumn { leading: String, asked: String },
    /// It serves one side of an `OR`, and another side has no index.
    Either { condition: String },
    /// Indexes of its method do not know the operator.
    Method { method: String, condition: String },
    /// Its order is another one.
    Order { keys: String },
    /// All of it is read: nothing says where to begin.
    Walked,
    /// The statement says nothing about its first column.
    Unrelated,
    /// It was not found out.
    Unknown,
}

/// What came of the indexes that were tried.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Proposal(Box<Proposal>),
    /// None of them was any good: the cost of the plan as it is, and the lowest with one of them.
    NoneHelps {
        cost: f64,
        best: Option<f64>,
    },
    /// There is no condition and no order that an index could be made for.
    NothingToTry,
    /// The program holds the table, within a transaction that is open.
    Locked,
    /// The role may make no index: what the server said.
    NotAllowed(String),
    /// There is no plan of the statement: why.
    NoPlan(String),
}

impl Proposal {
    /// It was run, and looks at as many rows as before and touches more blocks: the estimate was wrong.
    pub(crate) fn is_refuted(&self) -> bool {
        let Self { before, after, .. } = self;
        let (Some(rows), Some(rows_after)) = (before.rows_examined, after.rows_examined) else {
            return false;
        };
        let (Some(blocks), Some(blocks_after)) = (before.buffers, after.buffers) else {
            return false;
        };
        rows_after >= rows && blocks_after > blocks
    }
}

/// Indexes with which the plan is as wanted.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// `CREATE INDEX ..`, nearly always one.
    pub(crate) sql: Vec<String>,
    pub(crate) indexes: Vec<Named>,
    /// An extension that it needs and the database has not.
    pub(crate) extension: Option<&'static str>,
    pub(crate) before: Side,
    pub(crate) after: Side,
}

impl Proposal {
    /// The steps of a sea-orm migration that make it.
    pub(crate) fn migration(&self) -> Vec<String> {
        let pairs = self.indexes.iter().zip(&self.sql);
        pairs
            .map(|(index, sql)| migration::line(index, sql))
            .collect()
    }
}

/// An index with the name that the server gives it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// The schema, if it is not the one that is looked in anyway, and the name.
    pub(crate) table: (Option<String>, String),
    pub(crate) index: NewIndex,
}

/// One of two plans.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Side {
    /// Its steps from the result to the table, in EXPLAIN's words.
    pub(crate) steps: Vec<String>,
    /// As if tables had the rows that were told.
    pub(crate) cost: f64,
    /// Of the rows that are there. `None` if it could not be run.
    pub(crate) rows_examined: Option<f64>,
    /// Blocks, of those that are there.
    pub(crate) buffers: Option<u64>,
}

/// What to change about the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// A pattern that begins with anything, on a server without `pg_trgm`.
    LeadingWildcard(String),
    /// A day is asked for by a cast or `date_trunc`: a range would be served by an index on the column.
    Range(String),
    /// An index cannot hold it: its value depends on the session.
    NotImmutable(String),
    /// The column is compared as another type.
    Type(String),
    /// Rows are read to be thrown away.
    Offset,
}
