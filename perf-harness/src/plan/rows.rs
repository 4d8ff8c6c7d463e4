//! How many rows tables are taken to have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The size of production, as far as it is told: a plan is asked for as if tables had so many rows.
///
/// ```
/// use perf_harness::Rows;
///
/// let production = Rows::of([("articles", 1_000_000), ("users", 50_000)])
///     .distinct("articles", "category", 200);
/// ```
///
/// Nothing is inserted: within a transaction that is rolled back, the table's statistics are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    tables: BTreeMap<String, u64>,
    distinct: BTreeMap<(String, String), u64>,
    statistics: Option<PathBuf>,
}

impl Rows {
    /// So many rows in each of these tables, named with or without their schema. The other tables stay as they are.
    #[must_use]
    pub fn of<N: Into<String>>(tables: impl IntoIterator<Item = (N, u64)>) -> Self {
        let tables = tables.into_iter().map(|(name, rows)| (name.into(), rows));
        Self {
            tables: tables.collect(),
            ..Self::default()
        }
    }

    /// How many different values a column has at that size.
    ///
    /// Without it a column keeps the number that it has, as a status does; one that is nearly unique stays so; and one that
    /// refers to a table of this list grows as that table does.
    #[must_use]
    pub fn distinct(mut self, table: &str, column: &str, values: u64) -> Self {
        let column = (table.to_owned(), column.to_owned());
        self.distinct.insert(column, values);
        self
    }

    /// The statistics of production, as `pg_dump --statistics-only` writes them, from PostgreSQL 18 on. A path that is not
    /// absolute starts at the package's directory. Numbers of rows that are told besides win.
    #[must_use]
    pub fn statistics(mut self, file: impl Into<PathBuf>) -> Self {
        self.statistics = Some(file.into());
        self
    }

    /// A file of statistics that is not told absolutely is below this directory.
    pub(crate) fn below(mut self, directory: &Path) -> Self {
        self.statistics = self.statistics.map(|file| directory.join(file));
        self
    }

    /// The tables by name, with their rows.
    pub fn tables(&self) -> impl Iterator<Item = (&str, u64)> {
        self.tables
            .iter()
            .map(|(name, rows)| (name.as_str(), *rows))
    }

    /// The same with other tables, in place of those that `is_replaced` says.
    pub(crate) fn with(
        &self,
        is_replaced: impl Fn(&str) -> bool,
        tables: impl IntoIterator<Item = (String, u64)>,
    ) -> Self {
        let mut rows = self.clone();
        rows.tables.retain(|name, _| !is_replaced(name));
        rows.tables.extend(tables);
        rows
    }

    pub(crate) fn distinct_values(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        let all = self.distinct.iter();
        all.map(|((table, column), values)| (table.as_str(), column.as_str(), *values))
    }

    pub(crate) fn statistics_file(&self) -> Option<&Path> {
        self.statistics.as_deref()
    }

    /// Tables are taken for what they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.distinct.is_empty() && self.statistics.is_none()
    }
}
