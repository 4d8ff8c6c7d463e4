//! What the server answers, and how it changes the state.

use super::names::Before;
use super::pending::Pending;
use super::state::{Mode, State};
use super::{Event, QueryId};
use crate::record::wire::codec::{Backend, Frame, OutOfStep};
use crate::record::{DatabaseError, Outcome};

impl State {
    pub(super) fn received(
        &mut self,
        frame: Result<Frame<'_>, OutOfStep>,
        on_event: &mut impl FnMut(Event),
    ) {
        let Ok(frame) = frame else {
            return self.lose(on_event);
        };
        self.forget_copy_ends();
        match Backend::decode(frame) {
            Backend::NoAccount => {}
            Backend::NotUnderstood => on_event(Event::Undecoded),
            Backend::DataRow => self.row(on_event),
            Backend::ParameterDescription(types) => self.learn_types(types),
            Backend::ReadyForQuery { in_transaction } => self.ready(in_transaction, on_event),
            Backend::Error { sqlstate, message } => {
                self.error(DatabaseError { sqlstate, message }, on_event);
            }
            Backend::CommandComplete => self.finish(&Outcome::Completed, on_event),
            Backend::PortalSuspended => self.finish(&Outcome::Suspended, on_event),
            Backend::EmptyQuery => self.empty(on_event),
            Backend::ParseComplete => {
                self.step();
                on_event(Event::Prepared);
            }
            Backend::StepComplete => self.step(),
            Backend::Rows => self.described(on_event),
            Backend::CopyIn => self.copy_in(on_event),
            Backend::CopyOut => drop(self.running(on_event)),
        }
    }

    fn step(&mut self) {
        if let Some(Pending::Step | Pending::Statement(_)) = self.pending.front() {
            self.pending.pop_front();
        }
    }

    /// The end of a `Describe`, or the head of a simple query's result.
    fn described(&mut self, on_event: &mut impl FnMut(Event)) {
        match self.pending.front() {
            Some(Pending::Describe(_)) => drop(self.pending.pop_front()),
            _ => drop(self.running(on_event)),
        }
    }

    fn learn_types(&mut self, types: Vec<u32>) {
        if let Some(Pending::Describe(Some((name, sql)))) = self.pending.front() {
            self.names.learn_types(name, sql, types);
        }
    }

    /// A `Sync` that was sent before the program knew that it had started a copy goes unanswered.
    fn copy_in(&mut self, on_event: &mut impl FnMut(Event)) {
        self.running(on_event);
        self.mode = Mode::CopyingIn;
        while let Some(Pending::Sync | Pending::CopyEnd) = self.pending.get(1) {
            if let Some(Pending::CopyEnd) = self.pending.remove(1) {
                return self.end_copy();
            }
        }
    }

    /// What was not waited for by a copy ended none.
    fn forget_copy_ends(&mut self) {
        while let Some(Pending::CopyEnd) = self.pending.front() {
            self.pending.pop_front();
        }
    }

    /// The query that the server now answers.
    fn running(&mut self, on_event: &mut impl FnMut(Event)) -> Option<QueryId> {
        match self.pending.pop_front()? {
            Pending::Simple(mut simple) => {
                simple.answered = true;
                let id = match simple.running {
                    Some(id) => id,
                    None => self.start_next(&mut simple, on_event),
                };
                self.pending.push_front(Pending::Simple(simple));
                Some(id)
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

    fn finish(&mut self, outcome: &Outcome, on_event: &mut impl FnMut(Event)) {
        let running = self.running(on_event);
        self.tell_rows(on_event);
        self.end_copy();
        match self.pending.front_mut() {
            Some(Pending::Simple(simple)) => {
                simple.running = None;
                simple.free = self.now;
            }
            Some(Pending::Execute { .. }) => drop(self.pending.pop_front()),
            _ => {}
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
        match self.pending.front_mut() {
            Some(Pending::Simple(simple)) => retract(simple.refuse(), on_event),
            Some(Pending::Execute { id, first }) => {
                let id = first.then_some(*id);
                self.pending.pop_front();
                self.names.take_back(id);
                retract(id, on_event);
            }
            _ => {}
        }
    }

    fn error(&mut self, error: DatabaseError, on_event: &mut impl FnMut(Event)) {
        on_event(Event::Error);
        match self.pending.front_mut() {
            // A text that cannot be read is refused as a whole, before its first statement runs.
            Some(Pending::Simple(simple)) if !simple.answered && error.is_syntax_error() => {
                retract(simple.refuse(), on_event);
            }
            Some(Pending::Simple(simple)) if simple.is_done() => {}
            Some(Pending::Simple(_)) => self.finish(&Outcome::Failed(error), on_event),
            Some(Pending::Execute { .. }) => {
                self.finish(&Outcome::Failed(error), on_event);
                self.skip_to_sync(on_event);
            }
            Some(Pending::Statement(_) | Pending::Step | Pending::Describe(_)) => {
                self.skip_to_sync(on_event);
            }
            // At a `Sync` the transaction could not be committed. Else it is about the connection.
            Some(Pending::Startup | Pending::Call | Pending::Sync | Pending::CopyEnd) | None => {}
        }
    }

    /// After an error the server drops everything up to the next `Sync`, sent already or not.
    fn skip_to_sync(&mut self, on_event: &mut impl FnMut(Event)) {
        let sync = self
            .pending
            .iter()
            .position(|pending| matches!(pending, Pending::Sync));
        if sync.is_none() {
            self.mode = Mode::Skipping;
        }
        let skipped = self.pending.drain(..sync.unwrap_or(self.pending.len()));
        let skipped: Vec<_> = skipped.collect();
        for pending in skipped.into_iter().rev() {
            match pending {
                Pending::Execute { id, first: true } => {
                    self.names.take_back(Some(id));
                    retract(Some(id), on_event);
                }
                Pending::Simple(simple) => retract(simple.running, on_event),
                Pending::Statement(before) => self.restore(before),
                _ => {}
            }
        }
    }

    /// What came later for the same name stays, and stands on what was there before both.
    fn restore(&mut self, before: Before) {
        let mut later = self.pending.iter_mut().filter_map(|pending| match pending {
            Pending::Statement(later) if later.name == before.name => Some(later),
            _ => None,
        });
        match later.next() {
            Some(later) => *later = before,
            None => self.names.restore(before),
        }
    }

    fn ready(&mut self, in_transaction: bool, on_event: &mut impl FnMut(Event)) {
        while let Some(pending) = self.pending.pop_front() {
            if let Pending::Startup = pending {
                on_event(Event::Connected);
            }
            if pending.ends_exchange() {
                break;
            }
        }
        self.forget_copy_ends();
        self.waiting = self.pending.iter().any(Pending::ends_exchange);
        if !in_transaction && self.pending.is_empty() {
            self.names.end_transaction();
        }
    }
}

fn retract(query: Option<QueryId>, on_event: &mut impl FnMut(Event)) {
    if let Some(id) = query {
        on_event(Event::Retracted { id });
    }
}
