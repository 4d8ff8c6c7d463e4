//! What the program sends, and how it changes the state.

use std::sync::Arc;

use super::Event;
use super::names::{Portal, Statement};
use super::pending::{Pending, Simple};
use super::replication;
use super::rows::Layout;
use super::state::{Asked, Mode, State};
use crate::record::wire::codec::{Frame, Frontend, OutOfStep, Target, Value};

impl State {
    pub(super) fn sent(
        &mut self,
        frame: Result<Frame<'_>, OutOfStep>,
        on_event: &mut impl FnMut(Event),
    ) {
        let Ok(frame) = frame else {
            return self.lose(on_event);
        };
        match Frontend::decode(frame) {
            Frontend::NotUnderstood => {
                self.silent = false;
                on_event(Event::Undecoded);
            }
            Frontend::NoAccount => {}
            Frontend::CopyEnd => self.copy_end(),
            Frontend::Sync if self.mode == Mode::CopyingIn => {}
            Frontend::Sync => self.sync(on_event),
            _ if self.mode == Mode::Skipping => {}
            message => {
                self.silent = false;
                self.ask(message, on_event);
            }
        }
    }

    fn ask(&mut self, message: Frontend<'_>, on_event: &mut impl FnMut(Event)) {
        let pending = match message {
            Frontend::Query(text) if replication::is_command(&text, self.language) => {
                self.call(on_event)
            }
            Frontend::Query(text) => return self.simple(&text, on_event),
            Frontend::Execute { portal } => self.execute(portal, on_event),
            Frontend::Parse {
                statement,
                sql,
                types,
            } => self.parse(statement, sql, types),
            Frontend::Bind {
                portal,
                statement,
                values,
                results,
            } => self.bind(portal, statement, &values, results),
            Frontend::Describe(target) => self.describe(target),
            Frontend::Close(target) => self.close(target),
            Frontend::FunctionCall => self.call(on_event),
            Frontend::Sync | Frontend::CopyEnd | Frontend::NoAccount | Frontend::NotUnderstood => {
                unreachable!("`sent` keeps these")
            }
        };
        self.pending.push_back(pending);
    }

    fn copy_end(&mut self) {
        let copies =
            |pending: &Pending| matches!(pending, Pending::Execute { .. } | Pending::Simple(_));
        if self.mode == Mode::Normal && self.pending.iter().any(copies) {
            self.pending.push_back(Pending::CopyEnd);
        }
        self.end_copy();
    }

    fn sync(&mut self, on_event: &mut impl FnMut(Event)) {
        self.mode = Mode::Normal;
        let bare = self.silent;
        let first = self.wait(on_event);
        self.pending.push_back(Pending::Sync);
        self.transaction.end_implicit();
        if bare && first {
            on_event(Event::Ping);
        }
    }

    fn call(&mut self, on_event: &mut impl FnMut(Event)) -> Pending {
        self.wait(on_event);
        self.carry(on_event);
        Pending::Call
    }

    fn simple(&mut self, text: &str, on_event: &mut impl FnMut(Event)) {
        let mut simple = Simple::new(text, self.now);
        simple.whole = self.plans.is_some().then(|| Arc::from(text));
        let first = self.wait(on_event);
        if !simple.is_empty() {
            self.start_next(&mut simple, on_event);
        } else if first {
            on_event(Event::Ping);
        }
        self.pending.push_back(Pending::Simple(simple));
    }

    fn parse(&mut self, statement: &str, sql: String, types: Vec<u32>) -> Pending {
        let sql: Arc<str> = sql.into();
        let before = self.names.parse(statement, Arc::clone(&sql), types);
        Pending::Parse(before, sql)
    }

    fn bind(
        &mut self,
        portal: &str,
        statement: &str,
        values: &[Value<'_>],
        results: Vec<u16>,
    ) -> Pending {
        // A statement made by SQL's own `PREPARE` was never parsed on the wire.
        let Statement {
            sql,
            types,
            columns,
        } = self
            .names
            .statement(statement)
            .cloned()
            .unwrap_or_else(|| Statement {
                sql: Arc::from(format!("EXECUTE {statement}")),
                types: Arc::from([]),
                columns: None,
            });
        let type_of = |at: usize| types.get(at).copied().unwrap_or(0);
        let parameters = values.iter().enumerate();
        let bound = Portal {
            parameters: parameters
                .map(|(at, value)| value.parameter(type_of(at)))
                .collect(),
            is_prepared: !statement.is_empty(),
            sql,
            query: None,
            layout: columns.map(|columns| Layout {
                columns,
                formats: Some(results.into()),
            }),
        };
        self.names.bind(portal, bound);
        Pending::Step
    }

    fn execute(&mut self, name: &str, on_event: &mut impl FnMut(Event)) -> Pending {
        // A cursor made by SQL's own `DECLARE` is a portal too.
        let cursor = || Asked::simple(&Arc::from(format!("FETCH FROM {name}")));
        let portal = self.names.portal(name);
        let unbound = portal.is_none();
        let (query, layout) = portal
            .as_ref()
            .map_or((None, None), |portal| (portal.query, portal.layout.clone()));
        let asked = portal.map_or_else(cursor, |portal| Asked {
            sql: Arc::clone(&portal.sql),
            parameters: Arc::clone(&portal.parameters),
            is_prepared: portal.is_prepared,
            whole: None,
        });
        let first = query.is_none();
        let id = match query {
            Some(id) => {
                on_event(Event::Resumed { id, at: self.now });
                self.carry(on_event);
                id
            }
            None => self.start(asked, self.now, on_event),
        };
        if let Some(portal) = self.names.portal(name) {
            portal.query = Some(id);
        }
        Pending::Execute {
            id,
            first,
            unbound,
            layout,
        }
    }

    fn describe(&mut self, target: Target<'_>) -> Pending {
        Pending::Describe(match target {
            Target::Portal(_) => None,
            Target::Statement(name) => self
                .names
                .statement(name)
                .map(|statement| (name.to_owned(), Arc::clone(&statement.sql))),
        })
    }

    fn close(&mut self, target: Target<'_>) -> Pending {
        match target {
            Target::Statement(name) => Pending::Forget(self.names.close_statement(name)),
            Target::Portal(name) => {
                self.names.close_portal(name);
                Pending::Step
            }
        }
    }
}
