//! One statement that the server executed, with what came of it.

use std::sync::Arc;
use std::time::Duration;

use super::class::Class;
use super::fingerprint;
use super::parameter::Parameter;
use super::returned::Returned;
use super::site::Stack;
use super::statement::{Kind, Statement};
use super::wire::{Block, QueryId};

/// How many plans of statements within a query are kept.
const MOST_INNER: usize = 1_000;

/// What the server told of a query's execution, each plan as the JSON of `auto_explain`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Executed {
    /// The query's own plan.
    pub(crate) own: Option<Arc<str>>,
    /// Those of statements that ran within it: in functions, and for foreign keys.
    pub(crate) inner: Vec<Arc<str>>,
    /// How many were told and are not kept: too long, or too many.
    pub(crate) dropped: usize,
}

impl Executed {
    pub(super) fn add(&mut self, is_own: bool, plan: Option<Arc<str>>) {
        match plan {
            Some(plan) if is_own && self.own.is_none() => self.own = Some(plan),
            Some(plan) if self.inner.len() < MOST_INNER => self.inner.push(plan),
            _ => self.dropped += 1,
        }
    }
}

/// One SQL statement that the server executed: one `Execute` or one statement of a simple `Query`.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) sql: Arc<str>,
    pub(crate) class: Class,
    pub(crate) parameters: Arc<[Parameter]>,
    /// It was bound from a statement that has a name: the server may have planned it for whatever values.
    pub(crate) is_prepared: bool,
    /// What sets another session as this one was, statement by statement.
    pub(crate) settings: Arc<[Arc<str>]>,
    pub(crate) connection: u64,
    /// Its number within its connection.
    pub(crate) id: QueryId,
    pub(crate) rows: u64,
    pub(crate) started: Duration,
    pub(crate) elapsed: Option<Duration>,
    pub(crate) outcome: Outcome,
    /// The transaction that it is a part of, on its connection.
    pub(crate) block: Block,
    /// It was sent after the recorded work had ended.
    pub(crate) is_late: bool,
    /// What its first rows held.
    pub(crate) returned: Returned,
    /// What plans ran, where the server told.
    pub(crate) executed: Option<Arc<Executed>>,
    /// Who sent it, if a driver told.
    pub(crate) stack: Option<Stack>,
}

impl Query {
    /// A query without values that nobody waits for any more.
    #[cfg(test)]
    pub(crate) fn of(sql: &str, parameters: Vec<Parameter>) -> Self {
        Self {
            sql: Arc::from(sql),
            class: Class::Query,
            parameters: parameters.into(),
            is_prepared: false,
            settings: Arc::from([]),
            connection: 1,
            id: 0,
            rows: 0,
            started: Duration::ZERO,
            elapsed: Some(Duration::ZERO),
            outcome: Outcome::Completed,
            block: Block::default(),
            is_late: false,
            returned: Returned::default(),
            executed: None,
            stack: None,
        }
    }

    pub(crate) fn statement(&self) -> Arc<Statement> {
        Statement::of_shape(self.fingerprint(), &self.sql)
    }

    /// What it does: a select, an insert, ... Read by a parser, and by a scanner where the parser cannot.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.statement().kind
    }

    /// The tables that its text names, in the order they first appear: folded to lower case unless quoted, with the schema
    /// where one is written.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        self.statement().tables.clone()
    }

    /// Is it part of a transaction that the program began?
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        self.block.is_explicit
    }

    /// Was it sent after the recorded work had ended, by what the work left behind?
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.is_late
    }

    /// The text as the program sent it, cut after 1 MiB.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The strict fingerprint: the text without literals, comments and the width of lists.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint::strict(&self.sql)
    }

    /// Query, transaction control or driver look-up.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The values bound, in order. Empty for a simple `Query`, whose values are part of its text.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Which connection sent it: 1 is the first that the program opened.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The plan that really ran, as the JSON of `auto_explain`: with the rows and buffers it met, and with or without the
    /// values bound, as the server chose.
    ///
    /// Only in tests with `#[perf_test(plans)]` whose role may load `auto_explain`, and where the server has told it before
    /// the recording ended. Within a transaction some drivers leave a query's portal open until the next one, so the last
    /// one's is told only with the next. Without a plan are `COPY` of a table, statements that failed, and `FETCH`: the plan
    /// of a cursor is that of its `DECLARE`, and is told when it is closed.
    #[must_use]
    pub fn executed_plan(&self) -> Option<&str> {
        self.executed.as_ref()?.own.as_deref()
    }

    /// The plans of the statements that ran within it, in functions and for foreign keys, as [`executed_plan`] has them. The
    /// first 1,000 are kept.
    ///
    /// [`executed_plan`]: Self::executed_plan
    pub fn inner_plans(&self) -> impl Iterator<Item = &str> {
        let executed = self.executed.as_deref();
        executed
            .into_iter()
            .flat_map(|executed| executed.inner.iter().map(AsRef::as_ref))
    }

    /// How many plans the server told of this query that are not kept: too long, or too many.
    #[must_use]
    pub fn plans_not_kept(&self) -> usize {
        self.executed
            .as_ref()
            .map_or(0, |executed| executed.dropped)
    }

    /// Was it bound from a prepared statement that has a name? After five times the server may plan such a one for whatever
    /// values.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.is_prepared
    }

    /// Statements that set another session as this query's was, as far as the wire tells: the parameters that its connection
    /// was opened with, and each `SET` of the session's own. What `set_config` did is not seen.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().map(AsRef::as_ref)
    }

    /// Rows sent to the program. `COPY` sends none.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// From `Execute` to its answer's last message, measured at the recorder. `None` while it runs.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }

    /// The server refused or aborted it.
    pub(crate) fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    /// The recording ended before it did.
    pub(crate) fn is_running(&self) -> bool {
        self.outcome == Outcome::Running
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

/// How a query ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The recording ended before the query did.
    Running,
    /// The server completed it.
    Completed,
    /// The program stopped fetching before the last row.
    Suspended,
    /// The server refused or aborted it.
    Failed(DatabaseError),
}

/// An error that the server reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseError {
    pub(crate) sqlstate: String,
    pub(crate) message: String,
}

impl DatabaseError {
    /// The five-character code: PostgreSQL documentation, appendix A.
    #[must_use]
    pub fn sqlstate(&self) -> &str {
        &self.sqlstate
    }

    /// `syntax_error`: the server could not read the text.
    pub(crate) fn is_syntax_error(&self) -> bool {
        self.sqlstate == "42601"
    }

    /// `invalid_cursor_name`: there is no such portal.
    pub(crate) fn is_unknown_cursor(&self) -> bool {
        self.sqlstate == "34000"
    }

    /// The server's primary message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
