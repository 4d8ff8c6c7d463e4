//! Sees which code sends a query: a tracing subscriber that takes the stack when a driver tells of one.
//!
//! It stands before the subscriber that the program has itself, and passes everything on to it. It is set for the threads
//! of one test, never for the process, so a program may set its own at any time.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use perf_harness_allocator::{Mark, uncounted};
use tracing_core::dispatcher::{self, DefaultGuard, Dispatch};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::NoSubscriber;
use tracing_core::{Event, Interest, LevelFilter, Metadata, Subscriber};

use super::stack::{self, Sighting};
use crate::record::SharedLog;

/// What sqlx tells of its queries under, and so sea-orm.
const TARGET: &str = "sqlx::query";

/// Puts every query that a driver tells of on these threads into a log.
#[derive(Clone, Debug)]
pub(crate) struct Witness(Dispatch);

impl Witness {
    pub(crate) fn of(log: SharedLog) -> Self {
        // With one dispatcher in the process tracing asks the thread that meets an event first whether anyone wants it,
        // and keeps a "no" for all threads. With two it asks both.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(NoSubscriber::default()));
        Self(Dispatch::new(Watch {
            log,
            beneath: Beneath::default(),
        }))
    }

    /// Sees this thread for as long as the guard lives.
    pub(crate) fn guard(&self) -> DefaultGuard {
        dispatcher::set_default(&self.0)
    }

    /// Sees this thread until it ends, or until [`leave`](Self::leave).
    pub(crate) fn enter(&self) {
        let guard = self.guard();
        GUARD.with(|kept| *kept.borrow_mut() = Some(guard));
    }

    pub(crate) fn leave() {
        GUARD.with(|kept| drop(kept.borrow_mut().take()));
    }
}

thread_local! {
    static GUARD: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

struct Watch {
    log: SharedLog,
    beneath: Beneath,
}

/// The program's own subscriber, once it has one.
#[derive(Default)]
struct Beneath {
    found: OnceLock<Dispatch>,
    asked: AtomicU32,
}

impl Beneath {
    /// Asked for again when tracing shows interest in what we have none in: someone else must have.
    fn get(&self) -> Option<&Dispatch> {
        if let Some(found) = self.found.get() {
            return Some(found);
        }
        // After 1, 2, 4, 8, .. questions: the interest may be another test's.
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if !asked.is_power_of_two() {
            return None;
        }
        // What is set for the process is seen by a thread for which nothing else is set.
        let global =
            uncounted(|| std::thread::spawn(|| dispatcher::get_default(Dispatch::clone)).join());
        let global = global.ok()?;
        (!global.is::<NoSubscriber>()).then(|| self.found.get_or_init(|| global))
    }

    fn wants(&self, metadata: &Metadata<'_>) -> Option<&Dispatch> {
        self.get().filter(|beneath| beneath.enabled(metadata))
    }

    /// Without a question: what has no subscriber beneath has no span either.
    fn now(&self) -> Option<&Dispatch> {
        self.found.get()
    }
}

fn is_query(metadata: &Metadata<'_>) -> bool {
    !metadata.is_span() && metadata.target() == TARGET
}

thread_local! {
    /// When a driver asked whether anyone wants to be told of a query: what it allocates to tell it is our cost.
    static ASKED: Cell<Option<Mark>> = const { Cell::new(None) };
}

impl Watch {
    fn see(&self, event: &Event<'_>) {
        if !self.log.lock().is_open() {
            return;
        }
        let mut told = Told::default();
        event.record(&mut told);
        let sighting = Sighting {
            sql: told.sql().into(),
            stack: stack::here(),
        };
        self.log.lock().sighted(&sighting);
    }
}

impl Subscriber for Watch {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_query(metadata) {
            return Interest::sometimes();
        }
        // What the program's own subscriber wants it says for itself.
        let beneath = self.beneath.now();
        beneath.map_or_else(Interest::never, |beneath| {
            beneath.register_callsite(metadata)
        })
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if is_query(metadata) && !metadata.is_event() {
            // A driver asks first, and only then makes what it tells.
            ASKED.set(Some(Mark::now()));
        }
        is_query(metadata) || self.beneath.wants(metadata).is_some()
    }

    fn event(&self, event: &Event<'_>) {
        if is_query(event.metadata()) {
            let asked = ASKED.take().filter(|_| self.beneath.now().is_none());
            let before = asked.unwrap_or_else(Mark::now);
            self.see(event);
            before.forget();
        }
        if let Some(beneath) = self.beneath.wants(event.metadata()) {
            beneath.event(event);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let beneath = self.beneath.now();
        // Without one no span is enabled.
        beneath.map_or_else(|| Id::from_u64(1), |beneath| beneath.new_span(span))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some(beneath) = self.beneath.now() {
            beneath.record(span, values);
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        if let Some(beneath) = self.beneath.now() {
            beneath.record_follows_from(span, follows);
        }
    }

    fn enter(&self, span: &Id) {
        if let Some(beneath) = self.beneath.now() {
            beneath.enter(span);
        }
    }

    fn exit(&self, span: &Id) {
        if let Some(beneath) = self.beneath.now() {
            beneath.exit(span);
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        let beneath = self.beneath.now();
        beneath.map_or_else(|| span.clone(), |beneath| beneath.clone_span(span))
    }

    fn try_close(&self, span: Id) -> bool {
        let beneath = self.beneath.now();
        beneath.is_some_and(|beneath| beneath.try_close(span))
    }

    fn current_span(&self) -> Current {
        let beneath = self.beneath.now();
        beneath.map_or_else(
            || NoSubscriber::default().current_span(),
            Dispatch::current_span,
        )
    }
}

/// What sqlx tells of a query: its first four words, and its text where that is longer.
#[derive(Default)]
struct Told {
    summary: String,
    statement: String,
}

impl Told {
    fn sql(self) -> String {
        let statement = self.statement.trim();
        if statement.is_empty() {
            self.summary
        } else {
            statement.to_owned()
        }
    }
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
