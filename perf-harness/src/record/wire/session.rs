//! Messages to queries: what one connection's program asked and what its server made of it. No IO.
//!
//! A query is started when its `Execute` (or simple `Query`) passes, so that one which never ends is
//! counted too, and taken back when the server says that it skipped it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::Direction;
use super::codec::{Backend, Frame, Framer, Frontend, OutOfStep, Target, Value};
use crate::record::sql;
use crate::record::{Class, DatabaseError, Outcome, Parameter};

/// A query's number within its connection.
pub(crate) type QueryId = u64;

/// One thing that a session understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Connected,
    Prepared,
    /// The program sent something and waits for `ReadyForQuery`.
    RoundTrip,
    /// That something was nothing: a bare `Sync` or an empty query.
    Ping,
    Started {
        id: QueryId,
        sql: Arc<str>,
        class: Class,
        parameters: Arc<[Parameter]>,
        at: Duration,
    },
    Rows {
        id: QueryId,
        count: u64,
    },
    Finished {
        id: QueryId,
        outcome: Outcome,
        at: Duration,
    },
    /// The server skipped the query: an earlier message of its pipeline failed.
    Retracted {
        id: QueryId,
    },
    Error,
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

    /// Bytes that passed, and when. `on_event` hears what they meant.
    pub(super) fn feed(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        now: Duration,
        mut on_event: impl FnMut(Event),
    ) {
        let state = &mut self.state;
        state.now = now;
        match direction {
            Direction::Sent => self.sent.feed(bytes, Frontend::wants, |frame| {
                state.sent(frame, &mut on_event);
            }),
            Direction::Received => self.received.feed(bytes, Backend::wants, |frame| {
                state.received(frame, &mut on_event);
            }),
        }
        state.tell_rows(&mut on_event);
    }
}

/// What the server still owes an answer to, oldest first.
#[derive(Debug)]
enum Pending {
    /// The start-up packet: answered by authentication and a `ReadyForQuery`.
    Startup,
    /// `Parse`, `Bind`, `Close`: one answer each.
    Step,
    Describe {
        statement: Option<String>,
    },
    Execute {
        id: QueryId,
    },
    Simple(Simple),
    FunctionCall,
    Sync,
}

/// A simple `Query`: its statements and which of them runs.
#[derive(Debug)]
struct Simple {
    waiting: VecDeque<Arc<str>>,
    /// The statement that runs, or ran last.
    last: Arc<str>,
    running: Option<QueryId>,
}

#[derive(Clone, Debug)]
struct Statement {
    sql: Arc<str>,
    types: Vec<u32>,
}

#[derive(Debug)]
struct Portal {
    sql: Arc<str>,
    parameters: Arc<[Parameter]>,
    /// Set from its first `Execute` on: fetching the rest is the same query.
    query: Option<QueryId>,
}

#[derive(Debug)]
struct State {
    now: Duration,
    statements: HashMap<String, Statement>,
    portals: HashMap<String, Portal>,
    pending: VecDeque<Pending>,
    /// How many `ReadyForQuery` are still to come.
    awaited: usize,
    /// Nothing was sent since the last `Sync`.
    silent: bool,
    /// The server drops what is sent until the next `Sync`.
    skipping: bool,
    next_id: QueryId,
    asked: bool,
    /// Rows seen since they were last told, and whose they are.
    rows: Option<(QueryId, u64)>,
}

impl State {
    fn new() -> Self {
        Self {
            now: Duration::ZERO,
            statements: HashMap::new(),
            portals: HashMap::new(),
            pending: VecDeque::from([Pending::Startup]),
            awaited: 0,
            silent: true,
            skipping: false,
            next_id: 0,
            asked: false,
            rows: None,
        }
    }

    // What the program sends.

    fn sent(&mut self, frame: Result<Frame<'_>, OutOfStep>, on_event: &mut impl FnMut(Event)) {
        let Ok(frame) = frame else {
            return on_event(Event::Undecoded);
        };
        match Frontend::decode(frame) {
            Frontend::Sync => self.sync(on_event),
            Frontend::NoAccount => {}
            Frontend::NotUnderstood => on_event(Event::Undecoded),
            _ if self.skipping => {}
            message => self.ask(message, on_event),
        }
    }

    fn ask(&mut self, message: Frontend<'_>, on_event: &mut impl FnMut(Event)) {
        self.silent = false;
        match message {
            Frontend::Query(text) => self.simple(&text, on_event),
            Frontend::Parse {
                statement,
                sql,
                types,
            } => {
                self.parse(statement, &sql, types);
                on_event(Event::Prepared);
            }
            Frontend::Bind {
                portal,
                statement,
                values,
            } => self.bind(portal, statement, &values),
            Frontend::Execute { portal } => self.execute(portal, on_event),
            Frontend::Describe(target) => self.describe(target),
            Frontend::Close(target) => self.close(target),
            Frontend::FunctionCall => {
                self.pending.push_back(Pending::FunctionCall);
                self.wait(on_event);
            }
            Frontend::Sync | Frontend::NoAccount | Frontend::NotUnderstood => {
                unreachable!("`sent` keeps these")
            }
        }
    }

    fn sync(&mut self, on_event: &mut impl FnMut(Event)) {
        self.skipping = false;
        let ping = self.silent;
        self.pending.push_back(Pending::Sync);
        self.wait(on_event);
        if ping {
            on_event(Event::Ping);
        }
    }

    /// A round trip is one wait: what is sent while one lasts rides along.
    fn wait(&mut self, on_event: &mut impl FnMut(Event)) {
        self.silent = true;
        self.awaited += 1;
        if self.awaited == 1 {
            on_event(Event::RoundTrip);
        }
    }

    fn simple(&mut self, text: &str, on_event: &mut impl FnMut(Event)) {
        let waiting: VecDeque<Arc<str>> =
            sql::statements(text).into_iter().map(Arc::from).collect();
        let empty = waiting.is_empty();
        let last = waiting.front().cloned().unwrap_or_else(|| Arc::from(""));
        let mut simple = Simple {
            waiting,
            last,
            running: None,
        };
        if !empty {
            self.start_next(&mut simple, on_event);
        }
        self.pending.push_back(Pending::Simple(simple));
        self.wait(on_event);
        if empty {
            on_event(Event::Ping);
        }
    }

    fn parse(&mut self, name: &str, sql: &str, types: Vec<u32>) {
        let statement = Statement {
            sql: Arc::from(sql),
            types,
        };
        self.statements.insert(name.to_owned(), statement);
        self.pending.push_back(Pending::Step);
    }

    fn bind(&mut self, portal: &str, statement: &str, values: &[Value<'_>]) {
        let Statement { sql, types } = self.statement(statement);
        let parameters = values
            .iter()
            .enumerate()
            .map(|(at, value)| value.parameter(types.get(at).copied().unwrap_or(0)));
        let portal_state = Portal {
            sql,
            parameters: parameters.collect(),
            query: None,
        };
        self.portals.insert(portal.to_owned(), portal_state);
        self.pending.push_back(Pending::Step);
    }

    /// A statement made by SQL's own `PREPARE` was never parsed on the wire.
    fn statement(&self, name: &str) -> Statement {
        self.statements
            .get(name)
            .cloned()
            .unwrap_or_else(|| Statement {
                sql: Arc::from(format!("EXECUTE {name}")),
                types: Vec::new(),
            })
    }

    fn execute(&mut self, name: &str, on_event: &mut impl FnMut(Event)) {
        let (sql, parameters, query) = match self.portals.get(name) {
            Some(portal) => (
                Arc::clone(&portal.sql),
                Arc::clone(&portal.parameters),
                portal.query,
            ),
            // A cursor made by SQL's own `DECLARE` is a portal too.
            None => (Arc::from(format!("FETCH FROM {name}")), Arc::from([]), None),
        };
        let id = query.unwrap_or_else(|| self.start(sql, parameters, on_event));
        if let Some(portal) = self.portals.get_mut(name) {
            portal.query = Some(id);
        }
        self.pending.push_back(Pending::Execute { id });
    }

    fn describe(&mut self, target: Target<'_>) {
        let statement = match target {
            Target::Statement(name) => Some(name.to_owned()),
            Target::Portal(_) => None,
        };
        self.pending.push_back(Pending::Describe { statement });
    }

    fn close(&mut self, target: Target<'_>) {
        match target {
            Target::Statement(name) => drop(self.statements.remove(name)),
            Target::Portal(name) => drop(self.portals.remove(name)),
        }
        self.pending.push_back(Pending::Step);
    }

    fn start(
        &mut self,
        sql: Arc<str>,
        parameters: Arc<[Parameter]>,
        on_event: &mut impl FnMut(Event),
    ) -> QueryId {
        let class = Class::of(&sql, !self.asked);
        self.asked |= class == Class::Query;
        self.next_id += 1;
        on_event(Event::Started {
            id: self.next_id,
            sql,
            class,
            parameters,
            at: self.now,
        });
        self.next_id
    }

    /// The next statement of a simple query runs; a rule can make more results than there are statements.
    fn start_next(&mut self, simple: &mut Simple, on_event: &mut impl FnMut(Event)) -> QueryId {
        if let Some(next) = simple.waiting.pop_front() {
            simple.last = next;
        }
        let id = self.start(Arc::clone(&simple.last), Arc::from([]), on_event);
        simple.running = Some(id);
        id
    }

    // What the server answers.

    fn received(&mut self, frame: Result<Frame<'_>, OutOfStep>, on_event: &mut impl FnMut(Event)) {
        let Ok(frame) = frame else {
            return on_event(Event::Undecoded);
        };
        match Backend::decode(frame) {
            Backend::NoAccount => {}
            Backend::NotUnderstood => on_event(Event::Undecoded),
            Backend::DataRow => self.row(on_event),
            Backend::ParameterDescription(types) => self.learn_types(types),
            Backend::ReadyForQuery => self.ready(on_event),
            Backend::Error { sqlstate, message } => {
                self.error(DatabaseError { sqlstate, message }, on_event);
            }
            Backend::CommandComplete | Backend::FunctionResult => {
                self.finish(&Outcome::Completed, on_event);
            }
            Backend::PortalSuspended => self.finish(&Outcome::Suspended, on_event),
            Backend::EmptyQuery => self.empty(on_event),
            Backend::ParseComplete | Backend::BindComplete | Backend::CloseComplete => self.step(),
            Backend::Rows | Backend::NoData => self.described(on_event),
            Backend::Copy => drop(self.running(on_event)),
        }
    }

    fn step(&mut self) {
        if matches!(self.pending.front(), Some(Pending::Step)) {
            self.pending.pop_front();
        }
    }

    /// The end of a `Describe`, or the head of a simple query's result.
    fn described(&mut self, on_event: &mut impl FnMut(Event)) {
        match self.pending.front() {
            Some(Pending::Describe { .. }) => drop(self.pending.pop_front()),
            _ => drop(self.running(on_event)),
        }
    }

    fn learn_types(&mut self, types: Vec<u32>) {
        if let Some(Pending::Describe {
            statement: Some(name),
        }) = self.pending.front()
            && let Some(statement) = self.statements.get_mut(name)
        {
            statement.types = types;
        }
    }

    /// The query that the server now answers.
    fn running(&mut self, on_event: &mut impl FnMut(Event)) -> Option<QueryId> {
        match self.pending.pop_front()? {
            Pending::Simple(mut simple) => {
                let id = match simple.running {
                    Some(id) => id,
                    None => self.start_next(&mut simple, on_event),
                };
                self.pending.push_front(Pending::Simple(simple));
                Some(id)
            }
            other => {
                let id = if let Pending::Execute { id } = other {
                    Some(id)
                } else {
                    None
                };
                self.pending.push_front(other);
                id
            }
        }
    }

    fn row(&mut self, on_event: &mut impl FnMut(Event)) {
        let Some(id) = self.running(on_event) else {
            return;
        };
        match &mut self.rows {
            Some((query, count)) if *query == id => *count += 1,
            _ => {
                self.tell_rows(on_event);
                self.rows = Some((id, 1));
            }
        }
    }

    fn tell_rows(&mut self, on_event: &mut impl FnMut(Event)) {
        if let Some((id, count)) = self.rows.take() {
            on_event(Event::Rows { id, count });
        }
    }

    fn finish(&mut self, outcome: &Outcome, on_event: &mut impl FnMut(Event)) {
        let running = self.running(on_event);
        self.tell_rows(on_event);
        match self.pending.front_mut() {
            Some(Pending::Simple(simple)) => simple.running = None,
            Some(Pending::Execute { .. }) => drop(self.pending.pop_front()),
            // A function call is no SQL statement. It ends with its `ReadyForQuery`.
            _ => return,
        }
        if let Some(id) = running {
            on_event(Event::Finished {
                id,
                outcome: outcome.clone(),
                at: self.now,
            });
        }
    }

    /// An empty text was executed: no query.
    fn empty(&mut self, on_event: &mut impl FnMut(Event)) {
        if let Some(Pending::Execute { id }) = self.pending.front() {
            on_event(Event::Retracted { id: *id });
            self.pending.pop_front();
        }
    }

    fn error(&mut self, error: DatabaseError, on_event: &mut impl FnMut(Event)) {
        on_event(Event::Error);
        let extended = !matches!(
            self.pending.front(),
            Some(Pending::Simple(_) | Pending::FunctionCall | Pending::Startup | Pending::Sync)
                | None
        );
        self.finish(&Outcome::Failed(error), on_event);
        if extended {
            self.skip_to_sync(on_event);
        }
    }

    /// After an error the server drops everything up to the next `Sync`, sent already or not.
    fn skip_to_sync(&mut self, on_event: &mut impl FnMut(Event)) {
        let skipped = self
            .pending
            .iter()
            .position(|pending| matches!(pending, Pending::Sync));
        self.skipping = skipped.is_none();
        for pending in self.pending.drain(..skipped.unwrap_or(self.pending.len())) {
            if let Pending::Execute { id } = pending {
                on_event(Event::Retracted { id });
            }
        }
    }

    fn ready(&mut self, on_event: &mut impl FnMut(Event)) {
        while let Some(pending) = self.pending.pop_front() {
            match pending {
                Pending::Startup => return on_event(Event::Connected),
                Pending::Sync | Pending::Simple(_) | Pending::FunctionCall => break,
                Pending::Step | Pending::Describe { .. } | Pending::Execute { .. } => {}
            }
        }
        self.awaited = self.awaited.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
