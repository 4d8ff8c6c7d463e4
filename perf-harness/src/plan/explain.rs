//! Asks the server for plans: the only file of this module that speaks SQL to one.
//!
//! All happens within a transaction that is rolled back. A statement is prepared with the types that the server described
//! to the program and executed with the very values that were bound, below `EXPLAIN`: it does not run, unless that is asked
//! for, and then in a transaction that may not write.

use std::path::Path;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnectOptions, PgTypeInfo};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Encode, PgConnection,
    Postgres, Row as _, Type,
};
use url::Url;

use super::catalog::{Catalog, Column, QUESTION, Table};
use super::costs::{self, Taken};
use super::import;
use super::question::{Asked, Form, Question, Refusal, Value};
use super::rows::Rows;
use super::scale::{self, Counted, Size};
use super::spread::Repeats;
use super::statistics::{REAL_BLOCKS, TIDY, WITH_FUNCTIONS, identifier, literal, shielded};
use super::tree::Plan;
use crate::error::SetupError;

/// A connection of the harness's own to the database of a test, past the recorder.
pub(crate) struct Planner {
    connection: PgConnection,
    major: u32,
}

/// What is known of one statement.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Plans {
        /// For the very values.
        custom: Plan,
        /// For all values, if that was asked for and is another one.
        generic: Option<Plan>,
    },
    Refused(Refusal),
}

impl Planner {
    pub(crate) async fn connect(database: &Url) -> Result<Self, SetupError> {
        let opened = async {
            let options = PgConnectOptions::from_url(database)?.disable_statement_logging();
            let mut connection = options.connect().await?;
            let version =
                sqlx::raw_sql("SELECT current_setting('server_version_num')::int / 10000");
            let major: i32 = version.fetch_one(&mut connection).await?.try_get(0)?;
            Ok((connection, major.unsigned_abs()))
        };
        let (connection, major) = opened.await.map_err(|error| refused(&error))?;
        Ok(Self { connection, major })
    }

    pub(crate) fn major(&self) -> u32 {
        self.major
    }

    /// Begins what will be undone. `writable` lets it set statistics and make indexes, and nothing run that writes.
    pub(crate) async fn begin(&mut self, access: Rights) -> Result<Trial<'_>, SetupError> {
        let mode = match access {
            Rights::ReadOnly => "READ ONLY",
            Rights::Undone => "READ WRITE",
        };
        // One trial at a time: tests that only read share a database. The program's own transactions may hold locks, which
        // are not waited for.
        let alone = match access {
            Rights::ReadOnly => "",
            Rights::Undone => "SELECT pg_catalog.pg_advisory_xact_lock(1885890928, 1953653100);",
        };
        let begin = format!(
            "BEGIN {mode}; SET LOCAL statement_timeout = '60s'; {alone} SET LOCAL lock_timeout = '2s'; \
             SET LOCAL standard_conforming_strings = on"
        );
        let mut trial = Trial {
            connection: &mut self.connection,
            major: self.major,
            taken: Vec::new(),
            is_prepared: false,
        };
        trial.run(&begin).await.map_err(|error| refused(&error))?;
        Ok(trial)
    }

    pub(crate) async fn close(self) {
        // Whatever it answers, there is nothing left to be done.
        drop(self.connection.close().await);
    }
}

/// What a trial may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Nothing that writes: then statements can be run.
    ReadOnly,
    /// Everything, and it is undone.
    Undone,
}

/// A transaction that ends in a rollback: by [`end`](Self::end), or with its connection.
pub(crate) struct Trial<'c> {
    connection: &'c mut PgConnection,
    major: u32,
    /// The tables that are taken for larger than they are, by schema and name.
    taken: Vec<(String, String, Taken)>,
    /// There is a statement that was prepared for a question.
    is_prepared: bool,
}

impl Trial<'_> {
    /// Runs statements of the harness's own.
    pub(crate) async fn run(&mut self, sql: &str) -> sqlx::Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        statement.execute(&mut *self.connection).await.map(drop)
    }

    /// One text, by a statement of the harness's own.
    pub(crate) async fn text(&mut self, sql: &str) -> sqlx::Result<String> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let row = statement.fetch_one(&mut *self.connection).await?;
        row.try_get_unchecked(0)
    }

    pub(crate) async fn catalog(&mut self) -> Result<Catalog, SetupError> {
        let json = self.text(QUESTION).await.map_err(|error| refused(&error))?;
        serde_json::from_str(&json).map_err(|error| {
            SetupError::system("the catalog of the database cannot be read", &error)
        })
    }

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

    /// The plans of one statement. What keeps it from having one is a part of the answer.
    pub(crate) async fn explain(
        &mut self,
        question: &Question,
        asked: Asked,
    ) -> Result<Answer, SetupError> {
        if let Form::Planless(word) = &question.form {
            return Ok(Answer::Refused(Refusal::Planless(word.clone())));
        }
        self.run("SAVEPOINT ph_question")
            .await
            .map_err(|error| refused(&error))?;
        let answer = self.explained(question, asked).await;
        let mut undo =
            "ROLLBACK TO SAVEPOINT ph_question; RELEASE SAVEPOINT ph_question".to_owned();
        if std::mem::take(&mut self.is_prepared) {
            undo.push_str("; DEALLOCATE ph_question");
        }
        let undone = self.run(&undo).await;
        undone.map_err(|error| refused(&error))?;
        Ok(answer.unwrap_or_else(Answer::Refused))
    }

    async fn explained(&mut self, question: &Question, asked: Asked) -> Result<Answer, Refusal> {
        for setting in question.settings.iter() {
            self.asked(setting).await?;
        }
        let explain = if asked.run {
            "EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE, BUFFERS, TIMING OFF)"
        } else {
            "EXPLAIN (FORMAT JSON, VERBOSE)"
        };
        if question.form == Form::AsItIs {
            let custom = format!("{explain} {}", question.sql);
            self.weigh(&format!("EXPLAIN (FORMAT JSON, VERBOSE) {}", question.sql))
                .await?;
            let custom = self.plan(&custom).await?;
            return Ok(Answer::Plans {
                custom,
                generic: None,
            });
        }
        let execute = self.prepared(question).await?;
        self.asked("SET LOCAL plan_cache_mode = force_custom_plan")
            .await?;
        self.weigh(&format!("EXPLAIN (FORMAT JSON, VERBOSE) {execute}"))
            .await?;
        let custom = self.plan(&format!("{explain} {execute}")).await?;
        let may_differ = asked.generic && question.is_prepared && !question.values.is_empty();
        let generic = if may_differ {
            let generic =
                "SET LOCAL plan_cache_mode = force_generic_plan; EXPLAIN (FORMAT JSON, VERBOSE)";
            Some(self.plan(&format!("{generic} {execute}")).await?)
        } else {
            None
        };
        Ok(Answer::Plans { custom, generic })
    }

    /// Has blocks weigh what they would weigh if the tables that the statement reads were as large as they are taken for.
    async fn weigh(&mut self, explain: &str) -> Result<(), Refusal> {
        if self.taken.is_empty() {
            return Ok(());
        }
        let plan = self.plan(explain).await?;
        let is_read = |(schema, name, _): &&(String, String, Taken)| {
            let mut nodes = plan.nodes();
            nodes.any(|node| node.relation() == Some(name) && node.schema() == Some(schema))
        };
        let read = self
            .taken
            .iter()
            .filter(is_read)
            .map(|(_, _, taken)| *taken);
        let Some(cost) = costs::random_page_cost(read) else {
            return Ok(());
        };
        // A statement without values has one plan, which is kept.
        let weigh = format!(
            "SET LOCAL effective_cache_size = 1; SET LOCAL random_page_cost = {cost}; DISCARD PLANS"
        );
        self.asked(&weigh).await
    }

    /// Prepares the statement, and gives what executes it with its values.
    async fn prepared(&mut self, question: &Question) -> Result<String, Refusal> {
        let values = &question.values;
        let types = if values.is_empty() {
            String::new()
        } else {
            format!("({})", self.types(values).await?)
        };
        let prepare = format!("PREPARE ph_question {types} AS {}", question.sql);
        self.asked(&prepare).await?;
        self.is_prepared = true;
        if values.is_empty() {
            return Ok("EXECUTE ph_question".to_owned());
        }
        let mut written = Vec::new();
        for (at, value) in values.iter().enumerate() {
            written.push(self.written(at, value).await?);
        }
        Ok(format!("EXECUTE ph_question({})", written.join(", ")))
    }

    /// What their types are called. 0 is for the server to find out.
    async fn types(&mut self, values: &[Value]) -> Result<String, Refusal> {
        let oids: Vec<String> = values
            .iter()
            .map(|value| value.type_oid.to_string())
            .collect();
        let names = format!(
            "SELECT string_agg(CASE oid WHEN 0 THEN 'unknown' ELSE pg_catalog.format_type(oid, -1) END, ', ' ORDER BY at)
               FROM unnest('{{{}}}'::oid[]) WITH ORDINALITY AS types (oid, at)",
            oids.join(",")
        );
        self.text(&names).await.map_err(server)
    }

    /// A value as SQL writes it. The server says how, where its bytes are its own form.
    async fn written(&mut self, at: usize, value: &Value) -> Result<String, Refusal> {
        if value.is_cut {
            return Err(Refusal::Cut(at + 1));
        }
        let Some(bytes) = &value.bytes else {
            return Ok("NULL".to_owned());
        };
        if !value.is_binary {
            let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Unreadable(at + 1))?;
            return Ok(literal(text));
        }
        let type_oid = match value.type_oid {
            0 => self.found_type(at).await?,
            known => known,
        };
        let mut arguments = PgArguments::default();
        let raw = Raw { bytes, type_oid };
        arguments
            .add(raw)
            .map_err(|_| Refusal::Unreadable(at + 1))?;
        // The driver keeps it prepared by its text, and for a type.
        let ask = format!("SELECT pg_catalog.quote_literal($1::text) AS of_{type_oid}");
        let text = sqlx::query_with(AssertSqlSafe(ask), arguments);
        let row = text
            .fetch_one(&mut *self.connection)
            .await
            .map_err(server)?;
        row.try_get(0).map_err(server)
    }

    /// The type that the server found for a parameter of the prepared statement.
    async fn found_type(&mut self, at: usize) -> Result<u32, Refusal> {
        let found = format!(
            "SELECT parameter_types[{}]::oid::text FROM pg_catalog.pg_prepared_statements WHERE name = 'ph_question'",
            at + 1
        );
        let oid = self.text(&found).await.map_err(server)?;
        oid.parse().map_err(|_| Refusal::Unreadable(at + 1))
    }

    async fn asked(&mut self, sql: &str) -> Result<(), Refusal> {
        self.run(sql).await.map_err(server)
    }

    async fn plan(&mut self, explain: &str) -> Result<Plan, Refusal> {
        let json = self.text(explain).await.map_err(server)?;
        Plan::parse(&json).map_err(|why| Refusal::Unparsed(why, json.into()))
    }

    /// Undoes everything.
    pub(crate) async fn end(mut self) -> Result<(), SetupError> {
        self.run("ROLLBACK").await.map_err(|error| refused(&error))
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

/// Bytes that go to the server as they are.
struct Raw<'v> {
    bytes: &'v [u8],
    type_oid: u32,
}

impl Type<Postgres> for Raw<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }

    fn compatible(_: &PgTypeInfo) -> bool {
        true
    }
}

impl Encode<'_, Postgres> for Raw<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.type_oid)))
    }
}

fn server(error: sqlx::Error) -> Refusal {
    Refusal::Server(told(&error))
}

/// The server's own words, without what the driver puts around them.
fn told(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// `lock_not_available`: somebody held a lock for as long as it was waited for.
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(|code| code == "55P03"));
    code.unwrap_or(false)
}

fn refused(error: &sqlx::Error) -> SetupError {
    if is_locked(error) {
        return SetupError::PlansLocked;
    }
    SetupError::system("the server could not be asked for plans", &told(error))
}
