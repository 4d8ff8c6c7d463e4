//! The tables and indexes of a database: what a plan's names stand for. Plain facts, read by `explain`.

use serde::{Deserialize, Serialize};

/// What is in a database, the server's own left out.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) tables: Vec<Table>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// A table, a partition, a partitioned table or a materialised view.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// `pg_class.relkind`: `r`, `p`, `m` or `f`.
    pub(crate) kind: char,
    /// Blocks that its file has.
    pub(crate) pages: u64,
    /// What the statistics say: below 0 where there are none.
    pub(crate) rows: f64,
    /// Blocks that it had when the statistics were made.
    pub(crate) analyzed_pages: u64,
    /// Bytes of a row, as the statistics say: 0 where there are none.
    #[serde(default)]
    pub(crate) width: f64,
    /// The role may look into it.
    #[serde(default)]
    pub(crate) is_readable: bool,
    /// The role may make its statistics.
    #[serde(default)]
    pub(crate) is_owned: bool,
    /// The table that it is a partition of, `schema.name`.
    pub(crate) parent: Option<String>,
    pub(crate) columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As `format_type` says it.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// `pg_stats.n_distinct`: a number of values, or below 0 their share in the rows. `None` without statistics.
    pub(crate) distinct: Option<f64>,
}

/// An index.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the catalog's")]
pub(crate) struct Index {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// The schema and the name of its table.
    pub(crate) table_schema: String,
    pub(crate) table: String,
    /// `btree`, `gin`, ..
    pub(crate) method: String,
    /// What it is ordered by, as the server writes it: a column's name, quoted where needed, or an expression.
    pub(crate) keys: Vec<String>,
    /// Columns that it only carries.
    pub(crate) included: Vec<String>,
    /// Of a partial index.
    pub(crate) predicate: Option<String>,
    pub(crate) is_unique: bool,
    pub(crate) is_primary: bool,
    /// It stands for a constraint: primary key, unique, exclusion.
    pub(crate) is_constraint: bool,
    pub(crate) is_valid: bool,
    /// `CREATE INDEX ..`
    pub(crate) definition: String,
    /// The index of the partitioned table that it is a part of, `schema.name`.
    pub(crate) parent: Option<String>,
    pub(crate) pages: u64,
    /// What the statistics say.
    #[serde(default)]
    pub(crate) rows: f64,
}

/// A foreign key.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) table_schema: String,
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
    pub(crate) target_schema: String,
    pub(crate) target: String,
    pub(crate) target_columns: Vec<String>,
}

impl Catalog {
    /// The tables of this name: `articles`, or `blog.articles`.
    pub(crate) fn tables_called(&self, name: &str) -> impl Iterator<Item = &Table> {
        let is_it = move |table: &&Table| is_called(name, &table.schema, &table.name);
        self.tables.iter().filter(is_it)
    }

    /// The indexes of this name.
    pub(crate) fn indexes_called(&self, name: &str) -> impl Iterator<Item = &Index> {
        let is_it = move |index: &&Index| is_called(name, &index.schema, &index.name);
        self.indexes.iter().filter(is_it)
    }

    pub(crate) fn table(&self, schema: &str, name: &str) -> Option<&Table> {
        let is_it = |table: &&Table| table.schema == schema && table.name == name;
        self.tables.iter().find(is_it)
    }

    /// The indexes of a table.
    pub(crate) fn indexes_of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Index> {
        let is_it =
            |index: &&Index| index.table_schema == table.schema && index.table == table.name;
        self.indexes.iter().filter(is_it)
    }

    /// A table itself and the partitions below it.
    pub(crate) fn with_partitions<'a>(&'a self, table: &'a Table) -> Vec<&'a Table> {
        let mut all = vec![table];
        let mut at = 0;
        while let Some(one) = all.get(at) {
            let full = one.full_name();
            let parts = self.tables.iter();
            all.extend(parts.filter(|part| part.parent.as_deref() == Some(&full)));
            at += 1;
        }
        all
    }
}

impl Catalog {
    /// The partitioned table that a partition belongs to in the end, or the table itself.
    pub(crate) fn root_of<'a>(&'a self, table: &'a Table) -> &'a Table {
        let mut root = table;
        while let Some(parent) = &root.parent {
            let above = self
                .tables
                .iter()
                .find(|table| table.full_name() == *parent);
            let Some(above) = above else { break };
            root = above;
        }
        root
    }

    /// The rows of a table, or of all its partitions, as the planner takes them.
    pub(crate) fn rows_of(&self, table: &Table) -> f64 {
        let parts = self.with_partitions(table).into_iter();
        let parts = parts.filter(|part| part.kind != 'p');
        parts.map(|part| part.rows.max(0.0)).sum()
    }
}

const MOST_OF_TINY: u64 = 2;

fn is_called(asked: &str, schema: &str, name: &str) -> bool {
    asked == name
        || asked
            .strip_suffix(name)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|asked| asked == schema)
}

impl Table {
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// One or two blocks: nothing is faster than to read them.
    pub(crate) fn is_tiny(&self) -> bool {
        self.pages <= MOST_OF_TINY
    }

    /// The same of a table that is taken for larger than it is.
    pub(crate) fn is_tiny_as_taken(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
        let most = MOST_OF_TINY as f64;
        self.width > 0.0 && self.pages_as_taken() <= most
    }

    /// The blocks that its rows would fill, as many as the statistics say.
    pub(crate) fn pages_as_taken(&self) -> f64 {
        self.pages_of(self.rows)
    }

    /// The blocks that so many of its rows would fill.
    pub(crate) fn pages_of(&self, rows: f64) -> f64 {
        /// A block without its head, and what goes before each row: its head, padded, and its pointer.
        const BLOCK: f64 = 8_168.0;
        const HEAD: f64 = 28.0;
        rows.max(0.0) * (self.width + HEAD) / BLOCK
    }
}

impl Index {
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Only a b-tree is searched from its first column on.
    pub(crate) fn is_ordered(&self) -> bool {
        self.method == "btree"
    }
}

/// One JSON document of all of it. The server's own schemas are left out.
pub(super) const QUESTION: &str = "
WITH ours AS (
  SELECT c.oid, c.relname, c.relkind, n.nspname, n.oid AS nsoid, c.reltuples, c.relpages, c.relam, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
)
SELECT json_build_object(
  'tables', coalesce((SELECT json_agg(json_build_object(
      'schema', t.nspname, 'name', t.relname, 'kind', t.relkind,
      'pages', CASE WHEN t.relkind IN ('r', 'm') THEN pg_relation_size(t.oid) / current_setting('block_size')::int ELSE 0 END,
      'rows', t.reltuples, 'analyzed_pages', greatest(t.relpages, 0),
      'is_readable', has_schema_privilege(t.nsoid, 'USAGE') AND has_table_privilege(t.oid, 'SELECT'),
      'is_owned', has_schema_privilege(t.nsoid, 'USAGE') AND pg_has_role(t.relowner, 'USAGE'),
      'width', coalesce((SELECT sum(s.avg_width) FROM pg_stats s WHERE s.schemaname = t.nspname
                          AND s.tablename = t.relname AND s.inherited = (t.relkind = 'p')), 0),
      'parent', (SELECT p.nspname || '.' || p.relname FROM pg_inherits i JOIN ours p ON p.oid = i.inhparent
                  WHERE i.inhrelid = t.oid LIMIT 1),
      'columns', coalesce((SELECT json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'distinct', (SELECT s.n_distinct FROM pg_stats s WHERE s.schemaname = t.nspname
                        AND s.tablename = t.relname AND s.attname = a.attname AND s.inherited = (t.relkind = 'p'))
        ) ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')
    ) ORDER BY t.nspname, t.relname) FROM ours t WHERE t.relkind IN ('r', 'p', 'm', 'f')), '[]'),
  'indexes', coalesce((SELECT json_agg(json_build_object(
      'schema', x.nspname, 'name', x.relname, 'table_schema', t.nspname, 'table', t.relname,
      'method', (SELECT amname FROM pg_am WHERE pg_am.oid = x.relam),
      'keys', (SELECT json_agg(pg_get_indexdef(x.oid, k, false) ORDER BY k) FROM generate_series(1, i.indnkeyatts) k),
      'included', coalesce((SELECT json_agg(pg_get_indexdef(x.oid, k, false) ORDER BY k)
                              FROM generate_series(i.indnkeyatts + 1, i.indnatts) k), '[]'),
      'predicate', pg_get_expr(i.indpred, i.indrelid),
      'is_unique', i.indisunique, 'is_primary', i.indisprimary, 'is_valid', i.indisvalid,
      'is_constraint', EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.oid AND c.contype IN ('p', 'u', 'x')),
      'definition', pg_get_indexdef(x.oid),
      'parent', (SELECT p.nspname || '.' || p.relname FROM pg_inherits h JOIN ours p ON p.oid = h.inhparent
                  WHERE h.inhrelid = x.oid LIMIT 1),
      'rows', x.reltuples,
      'pages', CASE WHEN x.relkind = 'i' THEN pg_relation_size(x.oid) / current_setting('block_size')::int ELSE 0 END
    ) ORDER BY x.nspname, x.relname) FROM ours x JOIN pg_index i ON i.indexrelid = x.oid
      JOIN ours t ON t.oid = i.indrelid), '[]'),
  'foreign_keys', coalesce((SELECT json_agg(json_build_object(
      'name', c.conname, 'table_schema', t.nspname, 'table', t.relname,
      'target_schema', r.nspname, 'target', r.relname,
      'columns', (SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(c.conkey) WITH ORDINALITY k (num, at)
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
      'target_columns', (SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(c.confkey) WITH ORDINALITY k (num, at)
                           JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
    ) ORDER BY t.nspname, t.relname, c.conname) FROM pg_constraint c JOIN ours t ON t.oid = c.conrelid
      JOIN ours r ON r.oid = c.confrelid WHERE c.contype = 'f'), '[]')
)::text";
