//! What a trial does to statistics: makes those that are missing, and sets them as if tables were larger.

use std::path::Path;

use super::super::catalog::{Catalog, Column, Table};
use super::super::costs::Taken;
use super::super::import;
use super::super::rows::Rows;
use super::super::scale::{self, Counted, Size};
use super::super::spread::Repeats;
use super::super::statistics::{REAL_BLOCKS, TIDY, WITH_FUNCTIONS, identifier, shielded};
use super::{Trial, is_locked, refused, told};
use crate::error::SetupError;

impl Trial<'_> {
    /// Makes statistics for tables that changed since theirs were made, or have none, and gives what is known then. A role
    /// that may not undo it leaves them as they are, and so does a lock of the program's.
    pub(crate) async fn refreshed(&mut self, catalog: Catalog) -> Result<Catalog, SetupError> {
        self.run(TIDY).await.map_err(|error| refused(&error))?;
        let mut stale: Vec<&Table> = Vec::new();
        let counts = self.counts(&catalog).await?;
        for (table, count) in catalog.tables.iter().zip(counts) {
            let root = catalog.root_of(table);
            if is_stale(table, count)
                && root.is_owned
                && !stale.iter().any(|known| std::ptr::eq(*known, root))
            {
                stale.push(root);
            }
        }
        if stale.is_empty() || !self.may_set_statistics().await? {
            return Ok(catalog);
        }
        let shield = shielded(&stale, self.major);
        self.run(&shield).await.map_err(|error| refused(&error))?;
        for table in stale {
            let name = format!("{}.{}", identifier(&table.schema), identifier(&table.name));
            let refresh = format!("ANALYZE (SKIP_LOCKED) {name}");
            self.run(&refresh).await.map_err(|error| refused(&error))?;
        }
        self.catalog().await
    }

    /// The rows of each table that is small enough to be counted: a few more fill no new block, and are many for it.
    async fn counts(&mut self, catalog: &Catalog) -> Result<Vec<Option<f64>>, SetupError> {
        /// In blocks. What fills no block more is less than an eighth then.
        const SMALL: u64 = 8;
        let count = |table: &Table| {
            let is_small = matches!(table.kind, 'r' | 'm') && table.pages <= SMALL;
            if !is_small || !table.is_readable {
                return "NULL".to_owned();
            }
            let (schema, name) = (identifier(&table.schema), identifier(&table.name));
            format!("(SELECT count(*) FROM {schema}.{name})")
        };
        let counts: Vec<String> = catalog.tables.iter().map(count).collect();
        let ask = format!(
            "SELECT pg_catalog.to_json(ARRAY[{}]::float8[])::text",
            counts.join(", ")
        );
        let json = self.text(&ask).await.map_err(|error| refused(&error))?;
        serde_json::from_str(&json)
            .map_err(|error| SetupError::system("the rows of the tables cannot be read", &error))
    }

    async fn may_set_statistics(&mut self) -> Result<bool, SetupError> {
        if self.major >= WITH_FUNCTIONS {
            return Ok(true);
        }
        let ask = "SELECT pg_catalog.current_setting('is_superuser')";
        let told = self.text(ask).await.map_err(|error| refused(&error))?;
        Ok(told == "on")
    }

    /// From now on tables are taken for as large as is told.
    pub(crate) async fn scale(&mut self, catalog: &Catalog, rows: &Rows) -> Result<(), SetupError> {
        let imported;
        let catalog = match rows.statistics_file() {
            Some(file) => {
                self.import(catalog, file).await?;
                imported = self.catalog().await?;
                &imported
            }
            None => catalog,
        };
        let sizes = scale::sizes(catalog, rows)?;
        let told_of = scale::told(catalog, rows)?;
        let counted = self
            .counted(&scale::uncounted(catalog, &sizes, &told_of))
            .await?;
        let mut statements = scale::relations(catalog, &sizes, self.major);
        statements.extend(scale::columns(
            catalog, &sizes, &told_of, &counted, self.major,
        ));
        statements.extend(scale::ranges(catalog, &sizes, self.major));
        let scaled = self.run(&statements.join(";\n")).await;
        scaled.map_err(|error| self.may_not(&error))?;
        self.taken = if rows.statistics_file().is_some() {
            let all = catalog
                .tables
                .iter()
                .map(|table| of_size(table, table.rows));
            let all = all.filter(|(schema, name, _)| !is_among(&sizes, schema, name));
            all.chain(sizes.iter().map(|size| of_size(size.table, size.rows)))
                .collect()
        } else {
            sizes
                .iter()
                .map(|size| of_size(size.table, size.rows))
                .collect()
        };
        Ok(())
    }

    fn may_not(&self, error: &sqlx::Error) -> SetupError {
        if is_locked(error) {
            return refused(error);
        }
        SetupError::MayNotScale {
            cause: told(error),
            major: self.major,
        }
    }

    /// Sets the statistics of a file. What it says of tables that the database has not is left out.
    async fn import(&mut self, catalog: &Catalog, file: &Path) -> Result<(), SetupError> {
        let failed = |cause: String| SetupError::Statistics {
            file: file.display().to_string(),
            cause,
        };
        if self.major < WITH_FUNCTIONS {
            let cause = format!(
                "PostgreSQL {} takes none, and 18 is the first that does",
                self.major
            );
            return Err(failed(cause));
        }
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let found = import::statements(&text).map_err(failed)?;
        let known = |one: &&import::Restoring<'_>| {
            catalog.table(one.schema, one.relation).is_some()
                || (catalog.indexes.iter())
                    .any(|index| index.schema == one.schema && index.name == one.relation)
        };
        let known: Vec<_> = found.iter().filter(known).collect();
        if known.is_empty() {
            let names = found
                .iter()
                .map(|one| format!("{}.{}", one.schema, one.relation));
            let mut names: Vec<String> = names.collect();
            names.dedup();
            names.truncate(5);
            return Err(failed(format!(
                "the database has none of its tables: {}",
                names.join(", ")
            )));
        }
        for one in known {
            let restored = self.run(one.sql).await;
            restored.map_err(|error| {
                failed(format!(
                    "of {}.{}: {}",
                    one.schema,
                    one.relation,
                    told(&error)
                ))
            })?;
        }
        self.run(REAL_BLOCKS).await.map_err(|error| refused(&error))
    }

    /// How often the values of columns repeat.
    async fn counted(&mut self, columns: &[(&Table, &Column)]) -> Result<Counted, SetupError> {
        let mut counted = Counted::new();
        for (table, column) in columns {
            let value = identifier(&column.name);
            let ask = format!(
                "SELECT pg_catalog.json_build_array(coalesce(sum(rows), 0), count(*), count(*) FILTER (WHERE rows = 1))::text
                   FROM (SELECT count(*) AS rows FROM {}.{} WHERE {value} IS NOT NULL GROUP BY {value}) counts",
                identifier(&table.schema),
                identifier(&table.name)
            );
            let json = self.text(&ask).await.map_err(|error| refused(&error))?;
            let (rows, values, alone) = serde_json::from_str(&json).map_err(|error| {
                SetupError::system("a column's values cannot be counted", &error)
            })?;
            // Where each is there once, what the server says of them is right at every size.
            if alone < values {
                let repeats = Repeats {
                    rows,
                    values,
                    alone,
                };
                counted.insert((table.full_name(), column.name.clone()), repeats);
            }
        }
        Ok(counted)
    }
}

/// Its statistics are of another state, or there are none.
fn is_stale(table: &Table, count: Option<f64>) -> bool {
    let has_rows = matches!(table.kind, 'r' | 'm') && table.pages > 0;
    let is_known = table.rows >= 0.0 && table.analyzed_pages == table.pages;
    let is_counted =
        count.is_none_or(|count| (count - table.rows).abs() <= 0.1 * count.max(table.rows));
    let of_columns = table.columns.iter().any(|column| column.distinct.is_some());
    has_rows && !(is_known && is_counted && (of_columns || count == Some(0.0)))
}

fn of_size(table: &Table, rows: f64) -> (String, String, Taken) {
    #[expect(clippy::cast_precision_loss, reason = "a file has fewer blocks")]
    let real_pages = table.pages as f64;
    let taken = Taken {
        rows,
        pages: table.pages_of(rows),
        real_pages,
    };
    (table.schema.clone(), table.name.clone(), taken)
}

fn is_among(sizes: &[Size<'_>], schema: &str, name: &str) -> bool {
    let mut tables = sizes.iter().map(|size| size.table);
    tables.any(|table| table.schema == schema && table.name == name)
}
