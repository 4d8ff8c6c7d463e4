//! One statement that the server executed, with what came of it.

use std::sync::Arc;
use std::time::Duration;

use super::class::Class;
use super::fingerprint;
use super::parameter::Parameter;

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
}

impl Query {
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

    /// The server's primary message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
