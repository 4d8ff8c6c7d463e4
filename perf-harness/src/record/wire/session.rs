//! Messages to queries: what one connection's program asked and what its server made of it. No IO.
//!
//! A query is started when its `Execute` (or simple `Query`) passes, so that one which never ends is
//! counted too, and taken back when the server says that it never ran it.

mod block;
mod names;
mod pending;
mod plans;
mod program;
mod replication;
mod rows;
mod server;
mod settings;
mod standing;
mod state;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::block::Block;
pub(super) use self::settings::GivenBack;
pub(crate) use self::standing::Standing;
use self::state::{Language, Mode, State};
use super::Direction;
use super::codec::{Backend, Framer, Frontend};
use super::startup::Startup;
use crate::record::returned::Returned;
use crate::record::{Class, Outcome, Parameter};

/// A query's number within its connection.
pub(crate) type QueryId = u64;

/// One thing that a session understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Connected,
    /// The server completed a `Parse`; `again` if this connection had the same text prepared before.
    Prepared {
        again: bool,
    },
    /// The program sent something and waits for `ReadyForQuery`.
    RoundTrip,
    /// That something was nothing: a bare `Sync` or an empty query.
    Ping,
    /// The round trip carries something of the program's own: a statement that is no driver's look-up, or a call.
    Work,
    Started {
        id: QueryId,
        sql: Arc<str>,
        class: Class,
        parameters: Arc<[Parameter]>,
        /// It was bound from a statement that has a name.
        is_prepared: bool,
        /// What sets another session as this one is.
        settings: Arc<[Arc<str>]>,
        block: Block,
        at: Duration,
    },
    /// More rows of a query that paused are asked for.
    Resumed {
        id: QueryId,
        at: Duration,
    },
    /// They are not asked for after all: an earlier message of the pipeline failed.
    Dropped {
        id: QueryId,
    },
    Rows {
        id: QueryId,
        count: u64,
        /// Their values, of the first rows and while they are kept.
        kept: Returned,
    },
    Finished {
        id: QueryId,
        outcome: Outcome,
        at: Duration,
    },
    /// The server told a plan that it has run: the query's own, or one of a statement within it.
    Plan {
        id: QueryId,
        is_own: bool,
        /// `None`: it was too long to be kept.
        plan: Option<Arc<str>>,
    },
    /// The server never ran the query: it could not read it, or an earlier message of its pipeline failed.
    Retracted {
        id: QueryId,
    },
    Error,
    /// The server says that a transaction that the program began is open, or that it is over.
    Transaction {
        open: bool,
    },
    /// Something passed that was not understood.
    Undecoded,
}

/// The state of one connection, after its start-up packet.
#[derive(Debug)]
pub(super) struct Session {
    sent: Framer,
    received: Framer,
    state: State,
}

impl Session {
    pub(super) fn new() -> Self {
        Self {
            sent: Framer::default(),
            received: Framer::default(),
            state: State::new(),
        }
    }

    /// Are the values of rows wanted?
    pub(super) fn keep_rows(&mut self, keep: bool) {
        self.state.results.wanted = keep;
    }

    /// Of a connection that is opened for this. Where nothing is known of what it is for, nothing of it is read.
    pub(super) fn opened_for(startup: Startup) -> Self {
        let mut session = Self::new();
        match startup {
            Startup::Session => {}
            Startup::Replication => session.state.language = Language::SqlAndReplication,
            _ => session.state.lose(&mut drop),
        }
        session
    }

    /// The parameters that the start-up packet had.
    pub(super) fn open(&mut self, parameters: &[u8]) {
        self.state.open(parameters);
    }

    /// From now on the server may tell plans.
    pub(super) fn expect_plans(&mut self) {
        self.state.plans.get_or_insert_default();
    }

    /// The server told a plan: one that is `None` was too long to be kept.
    pub(super) fn plan(
        &mut self,
        plan: Option<&str>,
        now: Duration,
        mut on_event: impl FnMut(Event),
    ) {
        if self.state.mode != Mode::Lost {
            self.state.now = now;
            self.state.plan(plan, &mut on_event);
        }
    }

    /// Could the server be asked something now, with nobody the wiser? It has answered everything, and no transaction is
    /// open, be it one without `BEGIN` up to the next `Sync`.
    pub(super) fn is_at_rest(&self) -> bool {
        self.sent.is_between() && self.received.is_between() && self.state.is_at_rest()
    }

    /// Is a `ReadyForQuery` still to come? It never comes to a program that replicates, nor where nothing can be read.
    pub(super) fn awaits_ready(&self) -> bool {
        let State {
            waiting,
            mode,
            language,
            ..
        } = &self.state;
        *waiting && *mode != Mode::Lost && *language == Language::Sql
    }

    /// What the program gave back since this was last asked.
    pub(super) fn take_given_back(&mut self) -> GivenBack {
        self.state.settings.take_given_back()
    }

    /// Bytes that passed, and when. `on_event` hears what they meant.
    pub(super) fn feed(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        now: Duration,
        mut on_event: impl FnMut(Event),
    ) {
        let state = &mut self.state;
        if state.mode == Mode::Lost {
            // Told again each time: every recording must hear of it.
            return on_event(Event::Undecoded);
        }
        state.now = now;
        match direction {
            Direction::Sent => self.sent.feed(bytes, Frontend::wants, |frame| {
                state.sent(frame, &mut on_event);
            }),
            Direction::Received => {
                let keeps_rows = Cell::new(state.keeps_next_row());
                let wants = |tag| Backend::wants(tag, keeps_rows.get());
                self.received.feed(bytes, wants, |frame| {
                    state.received(frame, &mut on_event);
                    keeps_rows.set(state.keeps_next_row());
                });
            }
        }
        state.tell_rows(&mut on_event);
        #[cfg(test)]
        state.assert_owed();
    }

    /// How many bytes of messages it holds on to, and how many statements, portals and awaited answers.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        let (statements, portals, pending) = self.state.held();
        let bytes = self.sent.held() + self.received.held();
        (bytes, statements + portals + pending)
    }

    /// How many portals and awaited answers: none, when all is answered and no transaction is open.
    #[cfg(test)]
    pub(super) fn owed(&self) -> usize {
        let (_, portals, pending) = self.state.held();
        portals + pending
    }
}

#[cfg(test)]
mod tests;
