//! What a person asks of the indexes of all tests: facts out. The program tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::collected::{self, OfDatabase};
use crate::baseline;
use crate::error::SetupError;
use crate::plan::{ForeignKey, Index, Judged, quoted};

/// Where tests write and the program reads, unless it is told otherwise: below cargo's target directory.
const PLACE: &str = "perf-harness/indexes";

/// Databases with the same tables: mostly those of one template.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// By full name.
    pub tables: Vec<String>,
    /// The tests that use one of them.
    pub tests: Vec<String>,
    /// Different queries, each counted for each test.
    pub queries: usize,
    /// Those of them that have no plan.
    pub unplanned: usize,
    /// All indexes of tables.
    pub indexes: usize,
    /// No query is planned with these.
    pub unused: Vec<IndexFact>,
    /// Another one does what these do.
    pub redundant: Vec<Redundant>,
    /// No index finds rows by these.
    pub unindexed: Vec<KeyFact>,
}

/// An index.
#[derive(Clone, Debug, Serialize)]
pub struct IndexFact {
    /// With its schema.
    pub name: String,
    /// `CREATE INDEX ..`
    pub definition: String,
    /// Its size in the tests.
    pub size_kb: u64,
}

/// An index, and the one that does the same and more.
#[derive(Clone, Debug, Serialize)]
pub struct Redundant {
    /// The one that can go.
    #[serde(flatten)]
    pub index: IndexFact,
    /// The one that stays.
    pub by: IndexFact,
}

/// A foreign key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyFact {
    /// The constraint.
    pub name: String,
    /// `public.comments (author_id)`
    pub columns: String,
    /// `public.users`
    pub target: String,
    /// `CREATE INDEX ..`
    pub cure: String,
}

impl Group {
    /// How much there is to be done.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.unused.len() + self.redundant.len() + self.unindexed.len()
    }
}

/// What all tests wrote into a directory, or into the usual one.
pub fn indexes(directory: Option<&Path>) -> Result<Vec<Group>, SetupError> {
    let directory = match directory {
        Some(directory) => directory.to_owned(),
        None => baseline::target()?.join(PLACE),
    };
    let collected = collected::read(&directory)?;
    if collected.is_empty() {
        return Err(nothing(&directory));
    }
    let mut groups: BTreeMap<BTreeSet<String>, Merged> = BTreeMap::new();
    for one in collected {
        for database in one
            .databases
            .into_iter()
            .filter(|database| !database.tables.is_empty())
        {
            let tables = database.tables.iter().cloned().collect();
            groups.entry(tables).or_default().take(&one.test, database);
        }
    }
    Ok(groups
        .into_iter()
        .map(|(tables, merged)| merged.judged(tables))
        .collect())
}

fn nothing(directory: &Path) -> SetupError {
    SetupError::Indexes {
        cause: format!(
            "no test has written which indexes it uses into {}",
            directory.display()
        ),
        cure: "run the tests with PERF_HARNESS_INDEXES=target/perf-harness/indexes".to_owned(),
    }
}

/// What several tests know of databases with the same tables.
#[derive(Default)]
struct Merged {
    tests: BTreeSet<String>,
    indexes: BTreeMap<String, Index>,
    foreign_keys: BTreeMap<(String, String, String), ForeignKey>,
    used: BTreeSet<String>,
    asked: usize,
    unplanned: usize,
}

impl Merged {
    fn take(&mut self, test: &str, database: OfDatabase) {
        self.tests.insert(test.to_owned());
        self.used.extend(database.used);
        self.asked += database.asked;
        self.unplanned += database.unplanned;
        for index in database.indexes {
            let known = self
                .indexes
                .entry(index.full_name())
                .or_insert_with(|| index.clone());
            known.pages = known.pages.max(index.pages);
        }
        for key in database.foreign_keys {
            let name = (
                key.table_schema.clone(),
                key.table.clone(),
                key.name.clone(),
            );
            self.foreign_keys.insert(name, key);
        }
    }

    fn judged(self, tables: BTreeSet<String>) -> Group {
        let indexes: Vec<Index> = self.indexes.into_values().collect();
        let foreign_keys: Vec<ForeignKey> = self.foreign_keys.into_values().collect();
        let judged = Judged {
            indexes: &indexes,
            foreign_keys: &foreign_keys,
            used: &self.used,
        };
        let redundant = judged.redundant();
        let is_redundant = |index: &Index| {
            redundant
                .iter()
                .any(|(one, _)| one.full_name() == index.full_name())
        };
        // What goes because of another one need not be told twice.
        let unused = judged
            .unused()
            .into_iter()
            .filter(|index| !is_redundant(index));
        Group {
            tables: tables.into_iter().collect(),
            tests: self.tests.into_iter().collect(),
            queries: self.asked,
            unplanned: self.unplanned,
            indexes: indexes
                .iter()
                .filter(|index| index.parent.is_none())
                .count(),
            unused: unused.map(index_fact).collect(),
            redundant: redundant
                .iter()
                .map(|(index, by)| Redundant {
                    index: index_fact(index),
                    by: index_fact(by),
                })
                .collect(),
            unindexed: judged.unindexed().into_iter().map(key_fact).collect(),
        }
    }
}

fn index_fact(index: &Index) -> IndexFact {
    IndexFact {
        name: index.full_name(),
        definition: index.definition.clone(),
        size_kb: index.pages * 8,
    }
}

fn key_fact(key: &ForeignKey) -> KeyFact {
    let columns: Vec<String> = key.columns.iter().map(|column| quoted(column)).collect();
    let columns = columns.join(", ");
    let table = format!("{}.{}", quoted(&key.table_schema), quoted(&key.table));
    KeyFact {
        name: key.name.clone(),
        cure: format!("CREATE INDEX ON {table} ({columns});"),
        columns: format!("{table} ({columns})"),
        target: format!("{}.{}", quoted(&key.target_schema), quoted(&key.target)),
    }
}
