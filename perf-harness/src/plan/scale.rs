//! The statements that make the planner take tables for larger than they are. Pure: facts in, SQL out.
//!
//! The planner takes a table's rows for `reltuples / relpages` of its statistics, times the blocks that its file really
//! has (`table_block_relation_estimate_size` in the server's source). So the rows alone are set, and the blocks stay.

use std::collections::BTreeMap;

use super::catalog::{Catalog, Column, ForeignKey, Table};
use super::named::the_table;
use super::rows::Rows;
use crate::error::SetupError;

/// From this version on there are functions for it, which a table's owner may call.
pub(super) const WITH_FUNCTIONS: u32 = 18;

/// A table and how many rows it is taken to have.
struct Scaled<'a> {
    table: &'a Table,
    rows: f64,
    /// How many times what it has.
    ratio: f64,
}

/// In the order in which they are to be executed, within a transaction that is rolled back.
pub(super) fn statements(
    catalog: &Catalog,
    rows: &Rows,
    major: u32,
) -> Result<Vec<String>, SetupError> {
    let mut scaled = Vec::new();
    for (name, rows) in rows.tables() {
        scaled.extend(of_table(catalog, name, rows)?);
    }
    let mut statements: Vec<String> = scaled
        .iter()
        .flat_map(|one| relation(catalog, one, major))
        .collect();
    let explicit = explicit(catalog, rows)?;
    for one in &scaled {
        for column in &one.table.columns {
            if let Some(distinct) = distinct(catalog, &scaled, &explicit, one, column) {
                statements.push(attribute(one.table, column, distinct, major));
            }
        }
    }
    Ok(statements)
}

/// A partitioned table has its rows in its partitions: each gets its share.
fn of_table<'a>(
    catalog: &'a Catalog,
    name: &str,
    rows: u64,
) -> Result<Vec<Scaled<'a>>, SetupError> {
    let table = the_table(catalog, name)?;
    let parts = catalog.with_partitions(table).into_iter();
    let parts: Vec<&Table> = parts.filter(|part| part.kind != 'p').collect();
    let has: f64 = parts.iter().map(|part| part.rows.max(0.0)).sum();
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
    let filled = parts.into_iter().filter(|part| part.rows > 0.0);
    Ok(filled
        .map(|table| Scaled {
            table,
            rows: table.rows * ratio,
            ratio,
        })
        .collect())
}

/// Sets the rows of a table and of its partial indexes, which have rows of their own. All is visible: production is vacuumed.
fn relation(catalog: &Catalog, scaled: &Scaled<'_>, major: u32) -> Vec<String> {
    let Scaled { table, rows, ratio } = scaled;
    let partial = catalog
        .indexes_of(table)
        .filter(|index| index.predicate.is_some());
    if major < WITH_FUNCTIONS {
        let mut statements = vec![format!(
            "UPDATE pg_catalog.pg_class SET reltuples = {rows}, relallvisible = relpages WHERE oid = {}",
            regclass(&table.schema, &table.name)
        )];
        statements.extend(partial.map(|index| {
            format!(
                "UPDATE pg_catalog.pg_class SET reltuples = reltuples * {ratio} WHERE oid = {}",
                regclass(&index.schema, &index.name)
            )
        }));
        return statements;
    }
    let restore = |schema: &str, name: &str, rows: &str, seen: &str| {
        format!(
            "SELECT pg_catalog.pg_restore_relation_stats('schemaname', {}::text, 'relname', {}::text, \
             'relpages', relpages, 'reltuples', ({rows})::real{seen}) FROM pg_catalog.pg_class WHERE oid = {}",
            literal(schema),
            literal(name),
            regclass(schema, name)
        )
    };
    let seen = ", 'relallvisible', relpages";
    let mut statements = vec![restore(&table.schema, &table.name, &rows.to_string(), seen)];
    statements.extend(partial.map(|index| {
        restore(
            &index.schema,
            &index.name,
            &format!("reltuples * {ratio}"),
            "",
        )
    }));
    statements
}

type Explicit<'a> = BTreeMap<(String, &'a str), u64>;

/// What was told of columns, each of which there is.
fn explicit<'a>(catalog: &Catalog, rows: &'a Rows) -> Result<Explicit<'a>, SetupError> {
    let mut explicit = BTreeMap::new();
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
            explicit.insert((part.full_name(), column), values);
        }
    }
    Ok(explicit)
}

/// The share of different values that a column is taken to have, where it is not as it was: below 0.
fn distinct(
    catalog: &Catalog,
    scaled: &[Scaled<'_>],
    explicit: &Explicit<'_>,
    of: &Scaled<'_>,
    column: &Column,
) -> Option<f64> {
    let told = explicit.get(&(of.table.full_name(), column.name.as_str()));
    #[expect(
        clippy::cast_precision_loss,
        reason = "the server keeps it as a float, too"
    )]
    let values = match told {
        Some(values) => *values as f64,
        None => {
            let now = column.distinct.filter(|now| *now > 0.0)?;
            now * growth_of_target(catalog, scaled, of.table, column)?
        }
    };
    Some(-(values.max(1.0) / of.rows).min(1.0))
}

/// How many times larger the table is that the column refers to.
fn growth_of_target(
    catalog: &Catalog,
    scaled: &[Scaled<'_>],
    table: &Table,
    column: &Column,
) -> Option<f64> {
    let refers = |key: &&ForeignKey| {
        key.table_schema == table.schema
            && key.table == table.name
            && key.columns == [column.name.as_str()]
    };
    let key = catalog.foreign_keys.iter().find(refers)?;
    let is_target =
        |one: &&Scaled<'_>| one.table.schema == key.target_schema && one.table.name == key.target;
    let target = scaled.iter().find(is_target)?;
    (target.ratio > 1.0).then_some(target.ratio)
}

/// Sets the share of different values, and forgets the most common ones: there are others at that size.
fn attribute(table: &Table, column: &Column, distinct: f64, major: u32) -> String {
    let Table { schema, name, .. } = table;
    let attribute = literal(&column.name);
    if major >= WITH_FUNCTIONS {
        let (schema, name) = (literal(schema), literal(name));
        return format!(
            "DO $ph$ DECLARE s pg_catalog.pg_stats%ROWTYPE; BEGIN
             SELECT * INTO STRICT s FROM pg_catalog.pg_stats WHERE schemaname = {schema} AND tablename = {name}
                AND attname = {attribute} AND NOT inherited;
             PERFORM pg_catalog.pg_clear_attribute_stats({schema}, {name}, {attribute}, false);
             PERFORM pg_catalog.pg_restore_attribute_stats('schemaname', {schema}::text, 'relname', {name}::text,
                'attname', {attribute}::text, 'inherited', false, 'null_frac', s.null_frac, 'avg_width', s.avg_width,
                'n_distinct', ({distinct})::real, 'correlation', s.correlation);
             END $ph$"
        );
    }
    let of = regclass(schema, name);
    let is_it = format!(
        "starelid = {of} AND NOT stainherit AND staattnum = (SELECT attnum FROM pg_catalog.pg_attribute
          WHERE attrelid = {of} AND attname = {attribute})"
    );
    let forget = |slot: u8| {
        format!(
            "UPDATE pg_catalog.pg_statistic SET stakind{slot} = 0, stanumbers{slot} = NULL, stavalues{slot} = NULL
              WHERE {is_it} AND stakind{slot} = 1"
        )
    };
    format!(
        "{}; {}; UPDATE pg_catalog.pg_statistic SET stadistinct = {distinct} WHERE {is_it}",
        forget(1),
        forget(2)
    )
}

fn regclass(schema: &str, name: &str) -> String {
    let quoted = format!("{}.{}", identifier(schema), identifier(name));
    format!("{}::pg_catalog.regclass", literal(&quoted))
}

/// A name as SQL takes it whatever is in it.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it, where `standard_conforming_strings` is on.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
