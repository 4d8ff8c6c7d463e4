//! What the server still owes an answer to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::QueryId;
use super::names::Before;
use super::rows::Layout;
use crate::record::sql;

/// One message of the program that the server has not answered yet, or not in full.
#[derive(Debug)]
pub(super) enum Pending {
    /// The start-up packet: answered by authentication and a `ReadyForQuery`.
    Startup,
    /// `Parse` of this text.
    Parse(Before, Arc<str>),
    /// `Close` of a statement.
    Forget(Before),
    /// `Bind`, and `Close` of a portal.
    Step,
    /// Of a statement: its name and its text.
    Describe(Option<(String, Arc<str>)>),
    Execute {
        id: QueryId,
        /// The query started here. Otherwise this fetches more of its rows.
        first: bool,
        /// No `Bind` made its portal: it is a cursor of SQL's own, or there is none.
        unbound: bool,
        /// How its rows are laid out, if that was described before.
        layout: Option<Layout>,
    },
    Simple(Simple),
    /// A function call, or a command of the replication protocol: no SQL, whatever results it has.
    Call,
    /// `CopyDone` or `CopyFail`, sent before the server asked for data. It may never ask: then this is of no account.
    CopyEnd,
    Sync,
}

impl Pending {
    /// Does its answer end with `ReadyForQuery`?
    pub(super) fn ends_exchange(&self) -> bool {
        matches!(
            self,
            Self::Startup | Self::Simple(_) | Self::Call | Self::Sync
        )
    }
}

/// A simple `Query`: its statements and which of them runs.
#[derive(Debug)]
pub(super) struct Simple {
    /// All of it, where that is wanted.
    pub(super) whole: Option<Arc<str>>,
    waiting: VecDeque<Arc<str>>,
    /// The statement that runs, or ran last.
    last: Arc<str>,
    pub(super) running: Option<QueryId>,
    /// When the statement that is next to run could run.
    pub(super) free: Duration,
    /// The server began to answer, so it has read the text.
    pub(super) answered: bool,
}

impl Simple {
    pub(super) fn new(text: &str, now: Duration) -> Self {
        let waiting: VecDeque<_> = sql::statements(text).into_iter().map(Arc::from).collect();
        Self {
            last: waiting.front().cloned().unwrap_or_else(|| Arc::from("")),
            waiting,
            whole: None,
            running: None,
            free: now,
            answered: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// None of it runs. Gives the query that was thought to.
    pub(super) fn refuse(&mut self) -> Option<QueryId> {
        self.waiting.clear();
        self.running.take()
    }

    /// None waits behind the one that runs.
    pub(super) fn is_last(&self) -> bool {
        self.waiting.is_empty()
    }

    /// No statement runs and none is left.
    pub(super) fn is_done(&self) -> bool {
        self.running.is_none() && self.waiting.is_empty()
    }

    /// The text of the statement that runs next. Should the server find more statements than we do,
    /// each one more is counted under the last text.
    pub(super) fn next(&mut self) -> Arc<str> {
        if let Some(next) = self.waiting.pop_front() {
            self.last = next;
        }
        Arc::clone(&self.last)
    }
}
