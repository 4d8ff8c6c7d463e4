//! Where indexes are tried: a transaction that is rolled back. Each is made, the statement's plan is asked for as if tables
//! had the rows that were told, and it is undone. Nothing of it is seen by anybody else, but for the locks.

use sqlx::error::DatabaseError;

use super::super::catalog::{Catalog, Index, Table};
use super::super::explain::{Answer, Trial};
use super::super::plans::is_taken;
use super::super::question::{Asked, Question, Refusal};
use super::super::rows::Rows;
use super::super::scale::{identifier, literal};
use super::super::tree::Plan;
use super::candidate::{Candidate, NewIndex};
use super::facts::Goal;
use super::goal::Seen;
use crate::error::SetupError;

/// The server's codes for what is expected of it: Appendix A of its manual.
const LOCK_NOT_AVAILABLE: &str = "55P03";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const INVALID_OBJECT_DEFINITION: &str = "42P17";

/// What is added to the cost of a step that is switched off, before PostgreSQL 18.
const SWITCHED_OFF: f64 = 1e10;

pub(super) struct Workbench<'a, 't> {
    trial: Trial<'t>,
    question: &'a Question,
    rows: &'a Rows,
}

/// A candidate that the server made.
pub(super) struct Made {
    /// As the server called its indexes.
    pub(super) names: Vec<String>,
    pub(super) seen: Seen,
}

/// Why a candidate was not made.
#[derive(Debug)]
pub(super) enum NotMade {
    Locked,
    NotAllowed(String),
    NotImmutable,
    /// It is none that the server takes.
    Unfit,
}

/// What came of running a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) rows_examined: f64,
    pub(super) buffers: u64,
}

impl<'a, 't> Workbench<'a, 't> {
    pub(super) async fn set_up(
        mut trial: Trial<'t>,
        question: &'a Question,
        rows: &'a Rows,
    ) -> Result<Self, SetupError> {
        let catalog = trial.catalog().await?;
        trial.refreshed(catalog).await?;
        trial
            .run("SET LOCAL statement_timeout = '10s'")
            .await
            .map_err(|error| failed(&error))?;
        Ok(Self {
            trial,
            question,
            rows,
        })
    }

    pub(super) async fn clear(self) -> Result<(), SetupError> {
        self.trial.end().await
    }

    /// The plans as things are.
    pub(super) async fn as_it_is(&mut self) -> Result<Result<Seen, Refusal>, SetupError> {
        self.begin().await?;
        let seen = self.seen().await?;
        self.undo().await?;
        Ok(seen)
    }

    /// The plans with the indexes of a candidate.
    pub(super) async fn with(
        &mut self,
        candidate: &Candidate,
        table: &Table,
    ) -> Result<Result<Made, NotMade>, SetupError> {
        self.begin().await?;
        let made = match self.make(candidate, table).await {
            Ok(names) => match self.seen().await? {
                Ok(seen) => Ok(Made { names, seen }),
                Err(_) => Err(NotMade::Unfit),
            },
            Err(error) => Err(not_made(&error)),
        };
        self.undo().await?;
        Ok(made)
    }

    /// Runs the statement, if it only reads, with the indexes of a candidate or without.
    pub(super) async fn figures(
        &mut self,
        with: Option<(&Candidate, &Table)>,
    ) -> Result<Option<Figures>, SetupError> {
        self.begin().await?;
        let is_made = match with {
            Some((candidate, table)) => self.make(candidate, table).await.is_ok(),
            None => true,
        };
        let ran = if is_made { self.run().await? } else { None };
        self.undo().await?;
        let figures = ran.and_then(|plan| {
            Some(Figures {
                rows_examined: plan.rows_examined()?,
                buffers: plan.root().buffers()?.touched(),
            })
        });
        Ok(figures)
    }

    /// The plans if steps that do without an index were switched off, and all indexes of the table but this one were not
    /// there. `None` where the role may not say so.
    pub(super) async fn pressed(
        &mut self,
        goal: &Goal,
        only: Option<(&Index, &Table)>,
    ) -> Result<Option<Seen>, SetupError> {
        self.begin().await?;
        let mut press = "SET LOCAL enable_seqscan = off".to_owned();
        if *goal == Goal::Sorted {
            press
                .push_str("; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off");
        }
        if let Some((index, table)) = only {
            press = format!(
                "{press}; UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indrelid = {} AND indexrelid <> {}",
                regclass(&table.schema, &table.name),
                regclass(&index.schema, &index.name)
            );
        }
        let seen = match self.trial.run(&press).await {
            Ok(()) => self.seen().await?.ok(),
            Err(_) => None,
        };
        self.undo().await?;
        Ok(seen)
    }

    /// Can the database have this extension, or has it? The second says that it has.
    pub(super) async fn extension(&mut self, name: &str) -> Result<(bool, bool), SetupError> {
        let ask = format!(
            "SELECT (SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = {name}) || ' ' ||
                    (SELECT count(*) FROM pg_catalog.pg_extension WHERE extname = {name})",
            name = literal(name)
        );
        let told = self
            .trial
            .text(&ask)
            .await
            .map_err(|error| failed(&error))?;
        let is_installed = told.ends_with(" 1");
        Ok((is_installed || told.starts_with('1'), is_installed))
    }

    async fn begin(&mut self) -> Result<(), SetupError> {
        let begun = self.trial.run("SAVEPOINT ph_advice").await;
        begun.map_err(|error| failed(&error))
    }

    async fn undo(&mut self) -> Result<(), SetupError> {
        let undo = "ROLLBACK TO SAVEPOINT ph_advice; RELEASE SAVEPOINT ph_advice";
        self.trial.run(undo).await.map_err(|error| failed(&error))
    }

    /// The names that the server gives to the indexes.
    async fn make(&mut self, candidate: &Candidate, table: &Table) -> sqlx::Result<Vec<String>> {
        if let Some(extension) = candidate.extension {
            let create = format!("CREATE EXTENSION IF NOT EXISTS {}", identifier(extension));
            self.trial.run(&create).await?;
        }
        let full = format!("{}.{}", identifier(&table.schema), identifier(&table.name));
        let mut names = Vec::new();
        for index in &candidate.indexes {
            self.trial.run(&index.sql(None, &full)).await?;
            names.push(self.newest(table).await?);
        }
        if candidate.expressions().next().is_some() {
            self.trial.run(&format!("ANALYZE {full}")).await?;
        }
        Ok(names)
    }

    async fn newest(&mut self, table: &Table) -> sqlx::Result<String> {
        let ask = format!(
            "SELECT c.relname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
              WHERE i.indrelid = {} ORDER BY c.oid DESC LIMIT 1",
            regclass(&table.schema, &table.name)
        );
        self.trial.text(&ask).await
    }

    /// Only now are tables taken for larger: to make an index sets their rows to those that are there.
    async fn scaled(&mut self) -> Result<Catalog, SetupError> {
        let catalog = self.trial.catalog().await?;
        if self.rows.is_empty() {
            return Ok(catalog);
        }
        self.trial.scale(&catalog, self.rows).await?;
        self.trial.catalog().await
    }

    async fn seen(&mut self) -> Result<Result<Seen, Refusal>, SetupError> {
        let catalog = self.scaled().await?;
        let asked = Asked {
            generic: true,
            run: false,
        };
        Ok(match self.trial.explain(self.question, asked).await? {
            Answer::Plans { custom, generic } => Ok(Seen {
                generic: generic.filter(|generic| is_taken(generic, &custom)),
                custom,
                catalog,
            }),
            Answer::Refused(refusal) => Err(refusal),
        })
    }

    /// Nothing may write from here on, so that what would is refused by the server.
    async fn run(&mut self) -> Result<Option<Plan>, SetupError> {
        if !self.only_reads().await? {
            return Ok(None);
        }
        self.scaled().await?;
        let read_only = self.trial.run("SET LOCAL transaction_read_only = on").await;
        read_only.map_err(|error| failed(&error))?;
        let asked = Asked {
            generic: false,
            run: true,
        };
        Ok(match self.trial.explain(self.question, asked).await? {
            Answer::Plans { custom, .. } => Some(custom),
            Answer::Refused(_) => None,
        })
    }

    /// A function can do what a rollback does not undo: one that the server calls volatile is not run again.
    async fn only_reads(&mut self) -> Result<bool, SetupError> {
        let names: Vec<String> = called(&self.question.sql)
            .iter()
            .map(String::as_str)
            .map(literal)
            .collect();
        if names.is_empty() {
            return Ok(true);
        }
        let ask = format!(
            "SELECT count(*)::text FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND lower(proname) IN ({})
                AND NOT (pronamespace = 'pg_catalog'::regnamespace
                         AND proname IN ('random', 'clock_timestamp', 'timeofday', 'gen_random_uuid'))",
            names.join(", ")
        );
        let told = self
            .trial
            .text(&ask)
            .await
            .map_err(|error| failed(&error))?;
        Ok(told == "0")
    }
}

/// The cost without what is added for steps that are switched off.
pub(super) fn cost(seen: &Seen) -> f64 {
    seen.cost() % SWITCHED_OFF
}

/// What a statement may call: names with a bracket behind them.
fn called(sql: &str) -> Vec<String> {
    let tokens = crate::plan::token::tokens(sql);
    let pairs = tokens.windows(2);
    let calls = pairs.filter(|pair| pair[0].is_name() && pair[1].is_symbol("("));
    calls
        .map(|pair| super::expression::unquoted(pair[0].text).to_lowercase())
        .collect()
}

fn not_made(error: &sqlx::Error) -> NotMade {
    let database = error.as_database_error();
    match database.and_then(DatabaseError::code).as_deref() {
        Some(LOCK_NOT_AVAILABLE) => NotMade::Locked,
        Some(INSUFFICIENT_PRIVILEGE) => NotMade::NotAllowed(told(error)),
        Some(INVALID_OBJECT_DEFINITION) => NotMade::NotImmutable,
        _ => NotMade::Unfit,
    }
}

fn regclass(schema: &str, name: &str) -> String {
    let quoted = format!("{}.{}", identifier(schema), identifier(name));
    format!("{}::pg_catalog.regclass", literal(&quoted))
}

fn told(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

fn failed(error: &sqlx::Error) -> SetupError {
    SetupError::system("no index could be tried", &told(error))
}

/// The statements that would make the indexes for good.
pub(super) fn statements(indexes: &[NewIndex], names: &[String], table: &str) -> Vec<String> {
    let pairs = indexes.iter().zip(names);
    pairs
        .map(|(index, name)| index.sql(Some(name), table))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_calls_is_told_by_its_brackets() {
        let check = |sql: &str, expected: &[&str]| assert_eq!(called(sql), expected, "{sql}");
        check("SELECT Lower(a) FROM b WHERE c IN (1)", &["lower", "in"]);
        check("SELECT \"do It\" (1), 'f(x)'", &["do it"]);
        check("SELECT blog.send(a)", &["send"]);
        check("SELECT 1", &[]);
    }
}
