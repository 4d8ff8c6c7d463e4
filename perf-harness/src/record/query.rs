//! One statement that the server executed, with what came of it.

use std::sync::Arc;
use std::time::Duration;

use super::class::Class;
use super::fingerprint;
use super::parameter::Parameter;
use super::returned::Returned;
use super::site::Stack;
use super::statement::{Kind, Statement};
use super::wire::Block;

/// One SQL statement that the server executed: one `Execute` or one statement of a simple `Query`.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) sql: Arc<str>,
    pub(crate) class: Class,
    pub(crate) parameters: Arc<[Parameter]>,
    pub(crate) connection: u64,
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
            connection: 1,
            rows: 0,
            started: Duration::ZERO,
            elapsed: Some(Duration::ZERO),
            outcome: Outcome::Completed,
            block: Block::default(),
            is_late: false,
            returned: Returned::default(),
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
