//! One connection's state: what is asked, what is owed, what names stand for.
//!
//! `program` and `server` say how messages change it. Their rules are those of the protocol's chapter "Message
//! Flow", and of `PostgresMain` in the server's source where the chapter is silent.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::block::Transaction;
use super::names::{Before, Names};
use super::pending::{Pending, Simple};
use super::plans::Plans;
use super::rows::Results;
use super::settings::Settings;
use super::{Event, QueryId};
use crate::record::{Class, Parameter};

/// How many different texts a connection is remembered to have prepared.
const MOST_TEXTS: usize = 10_000;

/// The state of one connection.
#[derive(Debug)]
pub(super) struct State {
    pub(super) now: Duration,
    pub(super) names: Names,
    /// What queries that are under way will have closed once they complete.
    pub(super) forgotten: Vec<(QueryId, Vec<Before>)>,
    /// Oldest first.
    pub(super) pending: VecDeque<Pending>,
    /// A round trip is under way: what is sent meanwhile rides along.
    pub(super) waiting: bool,
    /// Something of the program's own was sent since, and its round trip begins with the next `Sync`.
    carries: bool,
    /// The round trip under way is known to carry work.
    counted: bool,
    /// How many of those that are pending end with `ReadyForQuery`, the start-up packet apart.
    pub(super) owed: usize,
    /// The start-up packet is answered.
    pub(super) connected: bool,
    /// Nothing was sent since the last `Sync`.
    pub(super) silent: bool,
    pub(super) mode: Mode,
    pub(super) language: Language,
    pub(super) last_id: QueryId,
    /// The program has asked a query of its own.
    pub(super) asked: bool,
    pub(super) transaction: Transaction,
    /// Texts that were prepared, by their hashes.
    prepared: HashSet<u64>,
    pub(super) results: Results,
    pub(super) settings: Settings,
    /// Where the server may tell plans.
    pub(super) plans: Option<Plans>,
}

/// What the server is to execute.
pub(super) struct Asked {
    pub(super) sql: Arc<str>,
    pub(super) parameters: Arc<[Parameter]>,
    pub(super) is_prepared: bool,
    /// All of the simple query that it is a part of, where that is wanted.
    pub(super) whole: Option<Arc<str>>,
}

impl Asked {
    /// Without values that were bound.
    pub(super) fn simple(sql: &Arc<str>) -> Self {
        Self {
            sql: Arc::clone(sql),
            parameters: Arc::from([]),
            is_prepared: false,
            whole: None,
        }
    }
}

/// What the server does with what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Normal,
    /// It drops everything until the next `Sync`.
    Skipping,
    /// It takes copy data, and reads past every `Sync`.
    CopyingIn,
    /// Nobody knows: the bytes make no sense any more.
    Lost,
}

/// What a simple `Query` may be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Sql,
    /// The program replicates: commands of that protocol are taken, too.
    SqlAndReplication,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            now: Duration::ZERO,
            names: Names::default(),
            forgotten: Vec::new(),
            pending: VecDeque::from([Pending::Startup]),
            waiting: false,
            carries: false,
            counted: false,
            owed: 0,
            connected: false,
            silent: true,
            mode: Mode::Normal,
            language: Language::Sql,
            last_id: 0,
            asked: false,
            transaction: Transaction::default(),
            prepared: HashSet::new(),
            results: Results::default(),
            settings: Settings::default(),
            plans: None,
        }
    }

    pub(super) fn lose(&mut self, on_event: &mut impl FnMut(Event)) {
        self.mode = Mode::Lost;
        self.pending.clear();
        self.owed = 0;
        self.names = Names::default();
        on_event(Event::Undecoded);
    }

    /// From here on the program waits for `ReadyForQuery`. A new round trip, if it did not wait already.
    pub(super) fn wait(&mut self, on_event: &mut impl FnMut(Event)) -> bool {
        self.silent = true;
        self.owed += 1;
        let first = !self.waiting;
        self.waiting = true;
        if first {
            on_event(Event::RoundTrip);
            self.counted = std::mem::take(&mut self.carries);
            if self.counted {
                on_event(Event::Work);
            }
        }
        first
    }

    /// Something of the program's own is sent: the round trip that it is a part of carries work. A simple query's has begun
    /// by then, an `Execute`'s begins with its `Sync`.
    pub(super) fn carry(&mut self, on_event: &mut impl FnMut(Event)) {
        if !self.waiting {
            self.carries = true;
        } else if !self.counted {
            self.counted = true;
            on_event(Event::Work);
        }
    }

    pub(super) fn start(
        &mut self,
        asked: Asked,
        at: Duration,
        on_event: &mut impl FnMut(Event),
    ) -> QueryId {
        let Asked {
            sql,
            parameters,
            is_prepared,
            whole,
        } = asked;
        let class = Class::of(&sql, !self.asked);
        self.asked |= class == Class::Query;
        self.last_id += 1;
        let forgotten = self.names.forget(&sql);
        if !forgotten.is_empty() {
            self.forgotten.push((self.last_id, forgotten));
        }
        self.settings.started(self.last_id, &sql);
        if let Some(plans) = &mut self.plans {
            plans.started(self.last_id, &sql, whole, &self.names);
        }
        let controls = class == Class::TransactionControl;
        if controls {
            self.transaction.begin(&sql);
        }
        on_event(Event::Started {
            id: self.last_id,
            sql: Arc::clone(&sql),
            class,
            parameters,
            is_prepared,
            settings: self.settings.now(),
            block: self.transaction.block,
            at,
        });
        if controls {
            self.transaction.end(&sql);
        }
        if class != Class::Driver {
            self.carry(on_event);
        }
        self.last_id
    }

    pub(super) fn start_next(
        &mut self,
        simple: &mut Simple,
        on_event: &mut impl FnMut(Event),
    ) -> QueryId {
        let asked = Asked {
            whole: simple.whole.clone(),
            ..Asked::simple(&simple.next())
        };
        let id = self.start(asked, simple.free, on_event);
        simple.running = Some(id);
        if simple.is_last() {
            self.transaction.end_implicit();
        }
        id
    }

    /// Has the server answered everything, with no transaction open?
    pub(super) fn is_at_rest(&self) -> bool {
        self.mode == Mode::Normal
            && self.language == Language::Sql
            && self.pending.is_empty()
            && self.silent
            && !self.waiting
            && !self.transaction.is_open
    }

    pub(super) fn end_copy(&mut self) {
        if self.mode == Mode::CopyingIn {
            self.mode = Mode::Normal;
        }
    }

    /// A text was prepared. Was it before?
    pub(super) fn prepare(&mut self, sql: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        sql.hash(&mut hasher);
        let text = hasher.finish();
        if self.prepared.len() < MOST_TEXTS {
            return !self.prepared.insert(text);
        }
        self.prepared.contains(&text)
    }

    /// Statements and portals remembered, answers awaited.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize, usize) {
        let (statements, portals) = self.names.held();
        (statements, portals, self.pending.len())
    }
}
