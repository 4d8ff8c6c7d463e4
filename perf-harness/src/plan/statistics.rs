//! The statements that set statistics, by the server's version. Pure: facts in, SQL out.

use super::catalog::{Column, Index, Table};

/// From this version on there are functions for it, which a table's owner may call.
pub(super) const WITH_FUNCTIONS: u32 = 18;

/// Sets the rows of a table. All of it is visible: production is vacuumed.
pub(super) fn relation(table: &Table, rows: f64, major: u32) -> String {
    let oid = regclass(&table.schema, &table.name);
    if major < WITH_FUNCTIONS {
        return format!(
            "UPDATE pg_catalog.pg_class SET reltuples = {rows}, relallvisible = relpages WHERE oid = {oid}"
        );
    }
    restore(
        &table.schema,
        &table.name,
        rows,
        ", 'relallvisible', relpages",
    )
}

/// Sets the rows of a partial index, which has rows of its own.
pub(super) fn partial_index(index: &Index, rows: f64, major: u32) -> String {
    if major < WITH_FUNCTIONS {
        let oid = regclass(&index.schema, &index.name);
        return format!("UPDATE pg_catalog.pg_class SET reltuples = {rows} WHERE oid = {oid}");
    }
    restore(&index.schema, &index.name, rows, "")
}

fn restore(schema: &str, name: &str, rows: f64, more: &str) -> String {
    format!(
        "SELECT pg_catalog.pg_restore_relation_stats('schemaname', {}::text, 'relname', {}::text, \
         'relpages', relpages, 'reltuples', ({rows})::real{more}) FROM pg_catalog.pg_class WHERE oid = {}",
        literal(schema),
        literal(name),
        regclass(schema, name)
    )
}

/// Sets how many different values a column has. Where there are others then, the most
/// common ones of now are forgotten.
pub(super) fn attribute(
    table: &Table,
    column: &Column,
    distinct: f64,
    has_others: bool,
    major: u32,
) -> String {
    if major < WITH_FUNCTIONS {
        return updated(table, column, distinct, has_others);
    }
    let (schema, name) = (literal(&table.schema), literal(&table.name));
    let (attribute, inherited) = (literal(&column.name), is_inherited(table));
    let of = format!(
        "'schemaname', {schema}::text, 'relname', {name}::text, 'attname', {attribute}::text, 'inherited', {inherited}, \
         'n_distinct', ({distinct})::real"
    );
    if !has_others {
        return format!("SELECT pg_catalog.pg_restore_attribute_stats({of})");
    }
    format!(
        "DO $ph$ DECLARE s pg_catalog.pg_stats%ROWTYPE; BEGIN
         SELECT * INTO STRICT s FROM pg_catalog.pg_stats WHERE schemaname = {schema} AND tablename = {name}
            AND attname = {attribute} AND inherited = {inherited};
         PERFORM pg_catalog.pg_clear_attribute_stats({schema}, {name}, {attribute}, {inherited});
         PERFORM pg_catalog.pg_restore_attribute_stats({of}, 'null_frac', s.null_frac, 'avg_width', s.avg_width,
            'correlation', s.correlation, 'histogram_bounds', s.histogram_bounds::text,
            'most_common_elems', s.most_common_elems::text, 'most_common_elem_freqs', s.most_common_elem_freqs,
            'elem_count_histogram', s.elem_count_histogram);
         END $ph$"
    )
}

fn updated(table: &Table, column: &Column, distinct: f64, has_others: bool) -> String {
    let is_it = is_statistic(table, column);
    let forget = |slot: u8| {
        format!(
            "UPDATE pg_catalog.pg_statistic SET stakind{slot} = 0, stanumbers{slot} = NULL, stavalues{slot} = NULL
              WHERE {is_it} AND stakind{slot} = 1; "
        )
    };
    let forgotten = if has_others {
        [1, 2, 3].map(forget).concat()
    } else {
        String::new()
    };
    format!("{forgotten}UPDATE pg_catalog.pg_statistic SET stadistinct = {distinct} WHERE {is_it}")
}

/// The row of `pg_statistic` that is about a column.
fn is_statistic(table: &Table, column: &Column) -> String {
    let of = regclass(&table.schema, &table.name);
    let not = if is_inherited(table) { "" } else { "NOT " };
    format!(
        "starelid = {of} AND {not}stainherit AND staattnum = (SELECT attnum FROM pg_catalog.pg_attribute
          WHERE attrelid = {of} AND attname = {})",
        literal(&column.name)
    )
}

/// How far the values of a column reach then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reaching {
    /// How many times as far as now.
    pub(super) ratio: f64,
    /// What reaches farther now is not counted up.
    pub(super) most: f64,
}

/// Stretches the histogram of a column of whole numbers. `None` where its type is another one.
pub(super) fn stretched(
    table: &Table,
    column: &Column,
    reaching: Reaching,
    major: u32,
) -> Option<String> {
    let largest = match column.type_name.as_str() {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        "bigint" => i64::MAX,
        _ => return None,
    };
    let Reaching { ratio, most } = reaching;
    let bounds = |now: &str| {
        let now = format!("pg_catalog.unnest({now}::text::bigint[])");
        format!(
            "(SELECT array_agg(least({largest}, lo + (b - lo)::numeric * CASE WHEN hi - lo <= {most} THEN {ratio} ELSE 1 END)::bigint
                ORDER BY b)::text FROM {now} b, (SELECT min(b) AS lo, max(b) AS hi FROM {now} b) ends)"
        )
    };
    if major >= WITH_FUNCTIONS {
        let (schema, name) = (literal(&table.schema), literal(&table.name));
        let (attribute, inherited) = (literal(&column.name), is_inherited(table));
        return Some(format!(
            "SELECT pg_catalog.pg_restore_attribute_stats('schemaname', {schema}::text, 'relname', {name}::text,
                'attname', {attribute}::text, 'inherited', {inherited}, 'histogram_bounds', bounds)
               FROM (SELECT {} AS bounds FROM pg_catalog.pg_stats s WHERE schemaname = {schema} AND tablename = {name}
                 AND attname = {attribute} AND inherited = {inherited}) stretched WHERE bounds IS NOT NULL",
            bounds("s.histogram_bounds")
        ));
    }
    let is_it = is_statistic(table, column);
    let slot = |slot: u8| {
        format!(
            "UPDATE pg_catalog.pg_statistic s
                SET stavalues{slot} = pg_catalog.array_in({}::cstring, '{}'::pg_catalog.regtype, -1)
              WHERE {is_it} AND stakind{slot} = 2",
            bounds(&format!("s.stavalues{slot}")),
            column.type_name
        )
    };
    Some([1, 2, 3].map(slot).join("; "))
}

/// A partitioned table has no rows itself: its statistics are those of all its partitions.
fn is_inherited(table: &Table) -> bool {
    table.kind == 'p'
}

/// What keeps `ANALYZE` from leaving something behind. It writes into the rows of `pg_class` as they are, past the
/// transaction; rows that this transaction made go with it.
pub(super) fn shielded(tables: &[&Table], major: u32) -> String {
    let oids: Vec<String> = tables
        .iter()
        .map(|table| regclass(&table.schema, &table.name))
        .collect();
    let oids = oids.join(", ");
    let theirs = format!(
        "c.oid IN ({oids}) OR c.oid IN (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent IN ({oids}))
          OR c.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid IN ({oids})
             OR indrelid IN (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent IN ({oids})))"
    );
    if major < WITH_FUNCTIONS {
        return format!("UPDATE pg_catalog.pg_class c SET relpages = relpages WHERE {theirs}");
    }
    // Only what is another value is written.
    format!(
        "SELECT pg_catalog.pg_restore_relation_stats('schemaname', n.nspname::text, 'relname', c.relname::text,
                'relpages', c.relpages + 1, 'reltuples', (abs(c.reltuples) + 1)::real)
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'm', 'i', 'p', 'I') AND ({theirs})"
    )
}

/// What waits to be sorted into GIN indexes makes them look dear. It is sorted in, where the role may: this stays, and
/// changes nothing that a query could see.
pub(super) const TIDY: &str = "
SELECT pg_catalog.gin_clean_pending_list(x.oid)
  FROM pg_catalog.pg_class x
  JOIN pg_catalog.pg_am m ON m.oid = x.relam
  JOIN pg_catalog.pg_index i ON i.indexrelid = x.oid
 WHERE m.amname = 'gin' AND x.relkind = 'i' AND i.indisvalid AND x.relpersistence <> 't'
   AND pg_catalog.pg_has_role(x.relowner, 'USAGE')";

/// What a file of statistics says of blocks is taken back to those that there are: then its rows mean what they say.
pub(super) const REAL_BLOCKS: &str = "
SELECT pg_catalog.pg_restore_relation_stats('schemaname', schema, 'relname', name, 'relpages', real,
           'relallvisible', (relallvisible::float8 * real / greatest(relpages, 1))::int)
  FROM (SELECT n.nspname::text AS schema, c.relname::text AS name, c.relpages, c.relallvisible,
               (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int)::int AS real
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'm', 'i') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND n.nspname NOT LIKE 'pg\\_%') ours
 WHERE relpages <> real";

pub(super) fn regclass(schema: &str, name: &str) -> String {
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
