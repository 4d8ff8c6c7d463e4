//! Asks the server for plans: the only file of this module that speaks SQL to one.
//!
//! All happens within a transaction that is rolled back. A statement is prepared with the types that the server described
//! to the program and executed with the very values that were bound, below `EXPLAIN`: it does not run, unless that is asked
//! for, and then in a transaction that may not write.

mod sizes;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnectOptions, PgTypeInfo};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Encode, PgConnection,
    Postgres, Row as _, Type,
};
use url::Url;

use super::catalog::{Catalog, QUESTION};
use super::costs::{self, Taken};
use super::question::{Asked, Form, Question, Refusal, Value};
use super::statistics::literal;
use super::tree::Plan;
use crate::error::SetupError;

/// A connection of the harness's own to the database of a test, past the recorder.
pub(crate) struct Planner {
    connection: PgConnection,
    major: u32,
}

/// What is known of one statement.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are plans")]
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

    /// Begins what will be undone. With [`Rights::Undone`] statistics can be set and indexes made, and no statement is run.
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
        self.text(&names).await.map_err(|error| server(&error))
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
            .map_err(|error| server(&error))?;
        row.try_get(0).map_err(|error| server(&error))
    }

    /// The type that the server found for a parameter of the prepared statement.
    async fn found_type(&mut self, at: usize) -> Result<u32, Refusal> {
        let found = format!(
            "SELECT parameter_types[{}]::oid::text FROM pg_catalog.pg_prepared_statements WHERE name = 'ph_question'",
            at + 1
        );
        let oid = self.text(&found).await.map_err(|error| server(&error))?;
        oid.parse().map_err(|_| Refusal::Unreadable(at + 1))
    }

    async fn asked(&mut self, sql: &str) -> Result<(), Refusal> {
        self.run(sql).await.map_err(|error| server(&error))
    }

    async fn plan(&mut self, explain: &str) -> Result<Plan, Refusal> {
        let json = self.text(explain).await.map_err(|error| server(&error))?;
        Plan::parse(&json).map_err(|why| Refusal::Unparsed(why, json.into()))
    }

    /// Undoes everything.
    pub(crate) async fn end(mut self) -> Result<(), SetupError> {
        self.run("ROLLBACK").await.map_err(|error| refused(&error))
    }
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

fn server(error: &sqlx::Error) -> Refusal {
    Refusal::Server(told(error))
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
