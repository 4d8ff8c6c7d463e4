//! Which tables are taken for larger than they are, and the statements that make the planner do so. Pure: facts in, SQL out.
//!
//! The planner takes a table's rows for `reltuples / relpages` of its statistics, times the blocks that its file really
//! has (`table_block_relation_estimate_size` in the server's source). So the rows alone are set, and the blocks stay.

use std::collections::BTreeMap;

use super::catalog::{Catalog, Column, Table};
use super::named::the_table;
use super::rows::Rows;
use super::spread::{Repeats, Values};
use super::statistics::{Reaching, attribute, partial_index, relation, stretched};
pub(super) use super::statistics::{identifier, literal};
use crate::error::SetupError;

/// A table, and how many rows it is taken to have. A partitioned one has those of its partitions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size<'a> {
    pub(super) table: &'a Table,
    pub(super) rows: f64,
    /// How many times what it has.
    pub(super) ratio: f64,
}

/// The tables that are told of, with their partitions. What is told of a partition itself wins.
pub(super) fn sizes<'a>(catalog: &'a Catalog, rows: &Rows) -> Result<Vec<Size<'a>>, SetupError> {
    let mut told = Vec::new();
    for (name, rows) in rows.tables() {
        let parts = catalog.with_partitions(the_table(catalog, name)?);
        told.push((name, rows, parts));
    }
    told.sort_by_key(|(_, _, parts)| std::cmp::Reverse(parts.len()));
    let mut sizes = BTreeMap::new();
    for (name, rows, parts) in told {
        for size in of_parts(catalog, name, rows, &parts)? {
            sizes.insert(size.table.full_name(), size);
        }
    }
    Ok(sizes.into_values().collect())
}

/// A partitioned table has its rows in its partitions: each gets its share.
fn of_parts<'a>(
    catalog: &'a Catalog,
    name: &str,
    rows: u64,
    parts: &[&'a Table],
) -> Result<Vec<Size<'a>>, SetupError> {
    let filled = parts
        .iter()
        .filter(|part| part.kind != 'p' && part.rows > 0.0);
    let filled: Vec<&Table> = filled.copied().collect();
    let has: f64 = filled.iter().map(|part| part.rows).sum();
    if has < 1.0 {
        return Err(SetupError::NothingToScale {
            table: name.to_owned(),
            rows,
        });
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "the server keeps it as a float, too"
    )]
    let ratio = rows as f64 / has;
    let whole = parts.iter().filter(|part| part.kind == 'p');
    let whole = whole.map(|table| Size {
        table,
        rows: catalog.rows_of(table) * ratio,
        ratio,
    });
    let filled = filled.into_iter().map(|table| Size {
        table,
        rows: table.rows * ratio,
        ratio,
    });
    Ok(whole.chain(filled).collect())
}

/// What was told of columns, by table and column.
pub(super) type Told = BTreeMap<(String, String), u64>;

/// What was told of columns, each of which there is.
pub(super) fn told(catalog: &Catalog, rows: &Rows) -> Result<Told, SetupError> {
    let mut told = BTreeMap::new();
    for (name, column, values) in rows.distinct_values() {
        let table = the_table(catalog, name)?;
        if !table.columns.iter().any(|known| known.name == column) {
            let known = table.columns.iter().map(|column| column.name.clone());
            return Err(SetupError::no_such(
                "column",
                &format!("{name}.{column}"),
                known.collect(),
            ));
        }
        for part in catalog.with_partitions(table) {
            told.insert((part.full_name(), column.to_owned()), values);
        }
    }
    Ok(told)
}

/// What is set of the tables themselves and of their partial indexes.
pub(super) fn relations(catalog: &Catalog, sizes: &[Size<'_>], major: u32) -> Vec<String> {
    let stored = sizes.iter().filter(|size| size.table.kind != 'p');
    let of_one = |size: &Size<'_>| {
        let partial = catalog
            .indexes_of(size.table)
            .filter(|index| index.predicate.is_some() && index.rows > 0.0);
        let partial = partial.map(|index| {
            let rows = (index.rows * size.ratio).min(size.rows);
            partial_index(index, rows, major)
        });
        let mut statements = vec![relation(size.table, size.rows, major)];
        statements.extend(partial);
        statements
    };
    stored.flat_map(of_one).collect()
}

/// What is known of the values of each column that nothing else is known of, by table and column.
pub(super) type Counted = BTreeMap<(String, String), Repeats>;

/// Columns whose values have to be counted: they are neither few nor unique, and refer to nothing that grows.
pub(super) fn uncounted<'a>(
    catalog: &Catalog,
    sizes: &[Size<'a>],
    told: &Told,
) -> Vec<(&'a Table, &'a Column)> {
    /// Of a larger table the server's own estimate is as good: it is made from so many rows itself.
    const MOST_ROWS: f64 = 50_000.0;
    let mut uncounted = Vec::new();
    for size in sizes {
        let has = size.rows / size.ratio;
        for column in &size.table.columns {
            let is_between = column
                .distinct
                .is_some_and(|distinct| distinct < 0.0 && distinct > -1.0);
            let is_told = told.contains_key(&(size.table.full_name(), column.name.clone()));
            if is_between
                && size.table.is_readable
                && !is_told
                && has <= MOST_ROWS
                && target(catalog, size.table, column).is_none()
            {
                uncounted.push((size.table, column));
            }
        }
    }
    uncounted
}

/// What is set of the columns.
pub(super) fn columns(
    catalog: &Catalog,
    sizes: &[Size<'_>],
    told: &Told,
    counted: &Counted,
    major: u32,
) -> Vec<String> {
    let mut statements = Vec::new();
    for size in sizes {
        for column in &size.table.columns {
            let key = (size.table.full_name(), column.name.clone());
            let values = match (told.get(&key), counted.get(&key)) {
                (Some(told), _) => of_told(size, column, *told),
                (None, Some(repeats)) => Some(repeats.at(size.rows)),
                (None, None) => of_target(catalog, sizes, size, column),
            };
            statements.extend(values.map(|values| {
                attribute(
                    size.table,
                    column,
                    values.distinct(size.rows),
                    values.has_others(),
                    major,
                )
            }));
        }
    }
    statements
}

/// What is set of columns that count rows up: a key, and what refers to one. A range of a thousand keys is a thousand rows,
/// however many there are.
pub(super) fn ranges(catalog: &Catalog, sizes: &[Size<'_>], major: u32) -> Vec<String> {
    let mut statements = Vec::new();
    for size in sizes {
        for column in &size.table.columns {
            let counted = if is_key(catalog, size.table, &column.name) {
                Some(size)
            } else {
                let target = target(catalog, size.table, column);
                sizes
                    .iter()
                    .find(|size| target.is_some_and(|target| std::ptr::eq(size.table, target)))
            };
            let counted = counted.filter(|counted| counted.ratio > 1.0);
            statements.extend(counted.and_then(|counted| {
                let reaching = Reaching {
                    ratio: counted.ratio,
                    most: SPARSE * counted.rows / counted.ratio,
                };
                stretched(size.table, column, reaching, major)
            }));
        }
    }
    statements
}

/// Keys of so many times the rows are made by other rules than to count.
const SPARSE: f64 = 10.0;

/// Is each value of the column there once, by an index?
fn is_key(catalog: &Catalog, table: &Table, column: &str) -> bool {
    let mut indexes = catalog.indexes_of(table);
    indexes.any(|index| {
        index.is_unique
            && index.predicate.is_none()
            && (index.keys == [column] || index.keys == [identifier(column)])
    })
}

fn of_told(size: &Size<'_>, column: &Column, told: u64) -> Option<Values> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the server keeps it as a float, too"
    )]
    let then = told as f64;
    let now = values_now(size, column)?;
    Some(Values { now, then })
}

/// A column that refers to another table has as many values more as that one has rows more.
fn of_target(
    catalog: &Catalog,
    sizes: &[Size<'_>],
    size: &Size<'_>,
    column: &Column,
) -> Option<Values> {
    let target = target(catalog, size.table, column)?;
    let grown = sizes.iter().find(|size| std::ptr::eq(size.table, target));
    let ratio = grown.map_or(1.0, |grown| grown.ratio);
    let now = values_now(size, column)?;
    let then = (now * ratio).min(size.rows);
    Some(Values { now, then })
}

/// How many values a column has.
fn values_now(size: &Size<'_>, column: &Column) -> Option<f64> {
    let distinct = column.distinct.filter(|distinct| *distinct != 0.0)?;
    if distinct > 0.0 {
        return Some(distinct);
    }
    Some(-distinct * size.rows / size.ratio)
}

/// The table that a column refers to.
fn target<'a>(catalog: &'a Catalog, table: &Table, column: &Column) -> Option<&'a Table> {
    let mut keys = catalog.foreign_keys.iter().filter(|key| {
        key.table_schema == table.schema
            && key.table == table.name
            && key.columns == [column.name.as_str()]
    });
    keys.find_map(|key| catalog.table(&key.target_schema, &key.target))
}
