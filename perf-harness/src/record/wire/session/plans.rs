//! Whose plan a notice tells: that of a query of this connection, or of a statement that ran within one.
//!
//! A plan is told when its executor ends, by the text that was sent: before the command is complete, after it, or in a
//! transaction when the portal goes, which may be at the next query's `Bind`.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::names::Names;
use super::pending::Pending;
use super::state::State;
use super::{Event, QueryId};
use crate::record::sql::{Token, statements, tokens};

/// How many queries without a plan are kept in mind: those of one transaction.
const MOST: usize = 1_000;

/// The queries of a connection that may have a plan of their own yet.
#[derive(Debug, Default)]
pub(super) struct Plans {
    /// Oldest first.
    awaited: VecDeque<Awaited>,
    /// The query that ran last.
    last: Option<QueryId>,
}

#[derive(Debug)]
struct Awaited {
    id: QueryId,
    /// All that was sent with it: of several statements in one simple query the whole.
    text: Arc<str>,
    /// What SQL's own `EXECUTE` executes: the text told is that of its `PREPARE`.
    executes: Option<String>,
    /// Its plan is told while it runs, or not at all.
    is_simple: bool,
    is_over: bool,
}

/// How a query ended, as far as its plan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Over,
    /// What failed has no plan.
    Failed,
}

/// What `auto_explain` says of a plan beside it.
#[derive(Deserialize)]
struct Told<'a> {
    #[serde(rename = "Query Text", borrow)]
    text: Option<std::borrow::Cow<'a, str>>,
    #[serde(rename = "Plan")]
    _plan: IgnoredAny,
}

impl Plans {
    pub(super) fn started(
        &mut self,
        id: QueryId,
        sql: &Arc<str>,
        whole: Option<Arc<str>>,
        names: &Names,
    ) {
        self.last = Some(id);
        let words: Vec<_> = tokens(sql).take(2).collect();
        let first = |word: &str| words.first().is_some_and(|token| token.is(word));
        if self.awaited.len() == MOST {
            self.awaited.pop_front();
        }
        let executed = words.get(1).filter(|_| first("EXECUTE"));
        let executed = executed.and_then(Token::name);
        let prepared = executed.and_then(|name| names.statement(name));
        self.awaited.push_back(Awaited {
            id,
            is_simple: whole.is_some() && !first("DECLARE"),
            text: match (prepared, whole) {
                (Some(prepared), _) => Arc::clone(&prepared.sql),
                (None, Some(whole)) => whole,
                (None, None) => Arc::clone(sql),
            },
            executes: executed.map(str::to_owned),
            is_over: false,
        });
    }

    pub(super) fn ended(&mut self, id: QueryId, end: End) {
        let Some(at) = self.awaited.iter().rposition(|awaited| awaited.id == id) else {
            return;
        };
        let awaited = &mut self.awaited[at];
        awaited.is_over = true;
        if end == End::Failed || awaited.is_simple {
            self.awaited.remove(at);
        }
    }

    /// No transaction is open: no portal is left whose plan could be told.
    pub(super) fn transaction_is_over(&mut self) {
        self.awaited.retain(|awaited| !awaited.is_over);
    }

    /// The query that this is the plan of.
    fn own(&mut self, text: &str) -> Option<QueryId> {
        let is_it = |awaited: &Awaited| {
            let executes = awaited.executes.as_ref();
            *awaited.text == *text || executes.is_some_and(|name| prepares(text, name))
        };
        let at = self.awaited.iter().position(is_it)?;
        self.awaited.remove(at).map(|awaited| awaited.id)
    }
}

/// Is there a `PREPARE` of this name?
fn prepares(text: &str, name: &str) -> bool {
    statements(text).into_iter().any(|statement| {
        let mut words = tokens(statement);
        words.next().is_some_and(|word| word.is("PREPARE"))
            && words
                .next()
                .and_then(|word| word.name())
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
    })
}

impl State {
    /// The server told a plan. `None`: one that is too long to be kept.
    pub(super) fn plan(&mut self, plan: Option<&str>, on_event: &mut impl FnMut(Event)) {
        let running = self.at_work(on_event);
        let Some(plans) = &mut self.plans else {
            return;
        };
        let told = plan.and_then(|plan| serde_json::from_str::<Told<'_>>(plan).ok());
        let text = told.and_then(|told| told.text);
        let own = text.and_then(|text| plans.own(&text));
        if let Some(id) = own.or(running).or(plans.last) {
            on_event(Event::Plan {
                id,
                is_own: own.is_some(),
                plan: plan.map(Arc::from),
            });
        }
    }

    /// The query that the server works at, if it works at one. Of a simple query's statements it may be one that nothing
    /// else has told of yet.
    fn at_work(&mut self, on_event: &mut impl FnMut(Event)) -> Option<QueryId> {
        match self.pending.pop_front()? {
            Pending::Simple(mut simple) => {
                let id = match simple.running {
                    None if !simple.is_done() => Some(self.start_next(&mut simple, on_event)),
                    running => running,
                };
                self.pending.push_front(Pending::Simple(simple));
                id
            }
            other => {
                let id = match other {
                    Pending::Execute { id, .. } => Some(id),
                    _ => None,
                };
                self.pending.push_front(other);
                id
            }
        }
    }
}
