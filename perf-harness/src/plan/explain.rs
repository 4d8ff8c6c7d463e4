//! Asks the server for plans: the only file of this module that speaks SQL to one.
//!
//! All happens within a transaction that is rolled back. A statement is prepared with the types that the server described
//! to the program and executed with the very values that were bound, below `EXPLAIN`: it does not run, unless that is asked
//! for, and then in a transaction that may not write.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnectOptions, PgTypeInfo};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Encode, PgConnection,
    Postgres, Row as _, Type,
};
use url::Url;

use super::catalog::{Catalog, QUESTION, Table};
use super::question::{Asked, Form, Question, Refusal, Value};
use super::rows::Rows;
use super::scale::{self, identifier, literal};
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
        // The program's own transactions may hold locks: they are not waited for.
        let begin = format!(
            "BEGIN {mode}; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '60s'; \
             SET LOCAL standard_conforming_strings = on"
        );
        let mut trial = Trial {
            connection: &mut self.connection,
            major: self.major,
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

    /// Makes statistics for tables that changed since theirs were made, or have none, and gives what is known then. Their GIN
    /// indexes are put in order, too: what waits to be sorted in makes them look dear.
    pub(crate) async fn refreshed(&mut self, catalog: Catalog) -> Result<Catalog, SetupError> {
        let stale: Vec<&Table> = catalog
            .tables
            .iter()
            .filter(|table| is_stale(table))
            .collect();
        if stale.is_empty() {
            return Ok(catalog);
        }
        for table in stale {
            let name = format!("{}.{}", identifier(&table.schema), identifier(&table.name));
            let gin = catalog
                .indexes_of(table)
                .filter(|index| index.method == "gin");
            let tidy = gin.map(|index| {
                let name = format!("{}.{}", identifier(&index.schema), identifier(&index.name));
                format!(
                    "; SELECT pg_catalog.gin_clean_pending_list({})",
                    literal(&name)
                )
            });
            let refresh = format!("ANALYZE {name}{}", tidy.collect::<String>());
            self.run(&refresh).await.map_err(|error| refused(&error))?;
        }
        self.catalog().await
    }

    /// From now on tables are taken for as large as is told.
    pub(crate) async fn scale(&mut self, catalog: &Catalog, rows: &Rows) -> Result<(), SetupError> {
        for statement in scale::statements(catalog, rows, self.major)? {
            self.run(&statement)
                .await
                .map_err(|error| SetupError::MayNotScale {
                    cause: told(&error),
                    major: self.major,
                })?;
        }
        Ok(())
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
        let undone = self
            .run("ROLLBACK TO SAVEPOINT ph_question; RELEASE SAVEPOINT ph_question; DEALLOCATE ALL")
            .await;
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
            let custom = self.plan(&format!("{explain} {}", question.sql)).await?;
            return Ok(Answer::Plans {
                custom,
                generic: None,
            });
        }
        let execute = self.prepared(question).await?;
        let custom = format!("SET LOCAL plan_cache_mode = force_custom_plan; {explain} {execute}");
        let custom = self.plan(&custom).await?;
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
            "SELECT string_agg(CASE oid WHEN 0 THEN 'unknown' ELSE pg_catalog.format_type(oid, NULL) END, ', ' ORDER BY at)
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
        // Not kept prepared: `DEALLOCATE ALL` would take it from the driver.
        let text = sqlx::query_with("SELECT pg_catalog.quote_literal($1::text)", arguments)
            .persistent(false);
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
fn is_stale(table: &Table) -> bool {
    let has_rows = matches!(table.kind, 'r' | 'm') && table.pages > 0;
    let is_known = table.rows >= 0.0 && table.analyzed_pages == table.pages;
    let of_columns = table.columns.iter().any(|column| column.distinct.is_some());
    has_rows && !(is_known && of_columns)
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

fn refused(error: &sqlx::Error) -> SetupError {
    SetupError::system("the server could not be asked for plans", &told(error))
}
