//! What the server answers, and how it changes the state.

use std::sync::Arc;

use super::names::Before;
use super::pending::Pending;
use super::plans::End;
use super::rows::Layout;
use super::state::{Mode, State};
use super::{Event, QueryId};
use crate::record::wire::codec::{Backend, Frame, OutOfStep};
use crate::record::{Column, DatabaseError, Outcome};

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
            Backend::DataRow(body) => self.row(body, on_event),
            Backend::ParameterDescription(types) => self.learn_types(types),
            Backend::ReadyForQuery { in_transaction } => self.ready(in_transaction, on_event),
            Backend::Error { sqlstate, message } => {
                self.error(DatabaseError { sqlstate, message }, on_event);
            }
            Backend::CommandComplete => self.finish(&Outcome::Completed, on_event),
            Backend::PortalSuspended => self.finish(&Outcome::Suspended, on_event),
            Backend::EmptyQuery => self.empty(on_event),
            Backend::ParseComplete => self.parsed(on_event),
            Backend::StepComplete => self.step(),
            Backend::RowDescription(columns) => self.described(columns, on_event),
            Backend::NoData => self.described(Vec::new(), on_event),
            Backend::CopyIn => self.copy_in(on_event),
            Backend::CopyOut => drop(self.running(on_event)),
        }
    }

    fn parsed(&mut self, on_event: &mut impl FnMut(Event)) {
        let again = match self.pending.pop_front() {
            Some(Pending::Parse(_, sql)) => self.prepare(&sql),
            Some(other) => {
                self.pending.push_front(other);
                false
            }
            None => false,
        };
        on_event(Event::Prepared { again });
    }

    fn step(&mut self) {
        if let Some(Pending::Step | Pending::Forget(_)) = self.pending.front() {
            self.pending.pop_front();
        }
    }

    /// The end of a `Describe`, or the head of a simple query's result.
    fn described(&mut self, columns: Vec<Column>, on_event: &mut impl FnMut(Event)) {
        let columns: Arc<[Column]> = columns.into();
        match self.pending.front() {
            Some(Pending::Describe(Some((name, sql)))) => {
                // Of a statement: in which format its rows will come, a `Bind` says.
                self.names.learn_columns(name, sql, columns);
                self.pending.pop_front();
            }
            Some(Pending::Describe(None)) => {
                self.describe_next(columns);
                self.pending.pop_front();
            }
            _ => {
                self.describe_next(columns);
                self.running(on_event);
            }
        }
    }

    fn describe_next(&mut self, columns: Arc<[Column]>) {
        self.results.described = Some(Layout {
            columns,
            formats: None,
        });
    }

    fn learn_types(&mut self, types: Vec<u32>) {
        if let Some(Pending::Describe(Some((name, sql)))) = self.pending.front() {
            self.names.learn_types(name, sql, types);
        }
    }

    /// A `Sync` that was sent before the end of the data goes unanswered. The end may have been sent already.
    fn copy_in(&mut self, on_event: &mut impl FnMut(Event)) {
        self.running(on_event);
        while let Some(Pending::Sync) = self.pending.get(1) {
            self.pending.remove(1);
            self.owed -= 1;
        }
        if let Some(Pending::CopyEnd) = self.pending.get(1) {
            self.pending.remove(1);
        } else {
            self.mode = Mode::CopyingIn;
        }
    }

    /// What they would have ended was no copy.
    fn forget_copy_ends(&mut self) {
        while let Some(Pending::CopyEnd) = self.pending.front() {
            self.pending.pop_front();
        }
    }

    /// The query that the server now answers.
    pub(super) fn running(&mut self, on_event: &mut impl FnMut(Event)) -> Option<QueryId> {
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

    fn finish(&mut self, outcome: &Outcome, on_event: &mut impl FnMut(Event)) {
        let running = self.running(on_event);
        self.tell_rows(on_event);
        if *outcome != Outcome::Suspended {
            self.results.described = None;
        }
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
            let failed = matches!(outcome, Outcome::Failed(_));
            self.settle(id, failed);
            self.settings.ended(id, *outcome == Outcome::Completed);
            if let Some(plans) = &mut self.plans {
                plans.ended(id, if failed { End::Failed } else { End::Over });
            }
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
            Some(Pending::Simple(simple)) => {
                let refused = simple.refuse();
                self.retract(refused, on_event);
            }
            Some(Pending::Execute { id, first, .. }) => {
                let id = first.then_some(*id);
                self.pending.pop_front();
                self.names.take_back(id);
                self.retract(id, on_event);
            }
            _ => {}
        }
    }

    fn error(&mut self, error: DatabaseError, on_event: &mut impl FnMut(Event)) {
        on_event(Event::Error);
        self.settings.failed();
        match self.pending.front_mut() {
            // A text that cannot be read is refused as a whole, before its first statement runs.
            Some(Pending::Simple(simple)) if !simple.answered && error.is_syntax_error() => {
                let refused = simple.refuse();
                self.retract(refused, on_event);
            }
            Some(Pending::Simple(simple)) if simple.is_done() => {}
            Some(Pending::Simple(_)) => self.finish(&Outcome::Failed(error), on_event),
            // There is no such portal, so there was nothing to run.
            Some(Pending::Execute { unbound: true, .. }) if error.is_unknown_cursor() => {
                self.skip_to_sync(on_event);
            }
            Some(Pending::Execute { .. }) => {
                self.finish(&Outcome::Failed(error), on_event);
                self.skip_to_sync(on_event);
            }
            Some(
                Pending::Parse(..) | Pending::Forget(_) | Pending::Step | Pending::Describe(_),
            ) => {
                self.skip_to_sync(on_event);
            }
            // At a `Sync` the transaction could not be committed. Else it is about the connection.
            Some(Pending::Startup | Pending::Call | Pending::CopyEnd | Pending::Sync) | None => {}
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
        let skipped: Vec<Pending> = skipped.collect();
        for pending in skipped.into_iter().rev() {
            self.no_longer_owed(&pending);
            match pending {
                Pending::Execute {
                    id, first: true, ..
                } => {
                    self.names.take_back(Some(id));
                    self.retract(Some(id), on_event);
                }
                Pending::Execute { id, .. } => on_event(Event::Dropped { id }),
                Pending::Simple(simple) => self.retract(simple.running, on_event),
                Pending::Parse(before, _) | Pending::Forget(before) => self.restore(before),
                _ => {}
            }
        }
    }

    /// The server skipped a `Parse` or `Close`. The name stands for what it stood for before, unless the program has used it
    /// again after the `Sync`: then that is what the name will stand for should the later one be refused, too.
    fn restore(&mut self, before: Before) {
        let later = self.pending.iter_mut().find_map(|pending| match pending {
            Pending::Parse(later, _) | Pending::Forget(later)
                if later.is_about_the_same(&before) =>
            {
                Some(later)
            }
            _ => None,
        });
        match later {
            Some(later) => *later = before,
            None => self.names.restore(before),
        }
    }

    fn retract(&mut self, query: Option<QueryId>, on_event: &mut impl FnMut(Event)) {
        if let Some(id) = query {
            self.settle(id, true);
            self.settings.ended(id, false);
            if let Some(plans) = &mut self.plans {
                plans.ended(id, End::Failed);
            }
            on_event(Event::Retracted { id });
        }
    }

    /// A query has an end. What it was to close is closed, or stays if it failed.
    fn settle(&mut self, query: QueryId, failed: bool) {
        let Some(at) = self.forgotten.iter().position(|(of, _)| *of == query) else {
            return;
        };
        let (_, forgotten) = self.forgotten.remove(at);
        if failed {
            for before in forgotten {
                self.restore(before);
            }
        }
    }

    fn ready(&mut self, in_transaction: bool, on_event: &mut impl FnMut(Event)) {
        while let Some(pending) = self.pending.pop_front() {
            if let Pending::Startup = pending {
                on_event(Event::Connected);
            }
            self.no_longer_owed(&pending);
            if pending.ends_exchange() {
                break;
            }
        }
        self.forget_copy_ends();
        self.waiting = self.pending.iter().any(Pending::ends_exchange);
        if !in_transaction && self.pending.is_empty() {
            self.names.end_transaction();
        }
        if !in_transaction {
            self.settings.transaction_is_over();
            if let Some(plans) = &mut self.plans {
                plans.transaction_is_over();
            }
        }
        self.learn_transaction(in_transaction, on_event);
    }
}
