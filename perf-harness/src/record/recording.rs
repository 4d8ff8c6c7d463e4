//! What crossed the wire between two points in time, ready to be asked questions.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::class::Class;
use super::fingerprint::strict;
use super::query::Query;
use super::shape::Shape;
use super::site::{CallPath, Sighting, Stack};
use super::sql;

/// Everything that crossed the wire during one recording. Counters are exact and unbounded;
/// of the statements the first 10,000 are kept, or the first 64 MiB of text and values.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    pub(crate) counts: Counts,
    /// Sampled statements of every class, in the order they were sent.
    pub(crate) statements: Vec<Query>,
    /// What drivers told of, in the order in which their queries ended.
    pub(crate) sightings: Vec<Sighting>,
    /// The user's code lies below this.
    pub(crate) root: Option<Arc<Path>>,
    pub(crate) elapsed: Duration,
    /// From this statement on some ran beside each other, so that their order is chance.
    pub(crate) concurrent_from: Option<usize>,
}

impl Traffic {
    /// The counters.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The program's own queries, in the order they were sent: no transaction control, no driver queries.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.of_class(Class::Query)
    }

    /// The sampled statements of one class.
    pub fn of_class(&self, class: Class) -> impl Iterator<Item = &Query> {
        self.statements
            .iter()
            .filter(move |query| query.class == class)
    }

    /// The program's own queries grouped by shape, most frequent first.
    #[must_use]
    pub fn shapes(&self) -> Vec<Shape<'_>> {
        Shape::group(self.queries())
    }

    /// The shapes that were asked more than once from one place, each path of calls apart, most frequent first.
    ///
    /// Queries that no driver told of have no path, and are grouped by their shape alone. Drivers that tell are sqlx, and so
    /// sea-orm, on the threads of the test's runtime. To look paths up takes up to a second, once in a process.
    #[must_use]
    pub fn repeated(&self) -> Vec<Shape<'_>> {
        let stacks = self.stacks();
        let mut repeated: Vec<Shape<'_>> = self
            .shapes()
            .into_iter()
            .filter(|shape| shape.count() > 1)
            .flat_map(|shape| shape.by_path(|query| self.path(stacks.get(&ptr::from_ref(query))?)))
            .filter(|shape| shape.count() > 1)
            .collect();
        repeated.sort_by_key(|shape| Reverse(shape.count()));
        repeated
    }

    /// Has a driver told of a query of this shape, and so of where it came from?
    pub(crate) fn is_told(&self, shape: &Shape<'_>) -> bool {
        let mut told = self.sightings.iter();
        told.any(|sighting| strict(statement(&sighting.sql)) == shape.fingerprint())
    }

    pub(super) fn path(&self, stack: &Stack) -> Option<CallPath> {
        CallPath::of(stack, self.root.as_deref()?)
    }

    /// Who sent which query. Of equal texts the first that was told of is taken for the first that was sent: where
    /// requests overlap it can be another's of the same text.
    pub(super) fn stacks(&self) -> HashMap<*const Query, &Stack> {
        let mut told: HashMap<&str, VecDeque<&Stack>> = HashMap::new();
        for sighting in &self.sightings {
            told.entry(statement(&sighting.sql))
                .or_default()
                .push_back(&sighting.stack);
        }
        let mut next = |query: &Query| told.get_mut(statement(&query.sql))?.pop_front();
        self.statements
            .iter()
            .filter_map(|query| Some((ptr::from_ref(query), next(query)?)))
            .collect()
    }

    /// Wall-clock time from the recording's first to its last moment.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

/// The text without what stands around it: drivers tell of the comments before a statement and the semicolon after it, and
/// a simple query is split into statements without them.
fn statement(sql: &str) -> &str {
    match sql::statements(sql)[..] {
        [one] => one,
        _ => sql.trim(),
    }
}

/// What was counted during one recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// The program's own queries.
    pub queries: usize,
    /// `BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`, `RELEASE`.
    pub transaction_control: usize,
    /// Statements that a driver sent for itself.
    pub driver: usize,
    /// Exchanges ended by `ReadyForQuery`, pings included: what network latency multiplies.
    pub round_trips: usize,
    /// Round trips that began with nothing, a bare `Sync` or an empty query: a pool's health checks.
    pub pings: usize,
    /// Statements prepared: `Parse` messages that the server completed.
    pub prepares: usize,
    /// Connections opened.
    pub connects: usize,
    /// Rows that the server sent for the program's own queries.
    pub rows: u64,
    /// Bytes from the program to the server.
    pub bytes_sent: u64,
    /// Bytes from the server to the program.
    pub bytes_received: u64,
    /// Errors that the server reported.
    pub errors: usize,
    /// Statements counted whose text is not kept: over the sample bound.
    pub unsampled: usize,
    /// Messages that the recorder forwarded without understanding them. Above 0 no count is certain.
    pub undecoded: usize,
}

impl Counts {
    pub(crate) fn of_class(&mut self, class: Class) -> &mut usize {
        match class {
            Class::Query => &mut self.queries,
            Class::TransactionControl => &mut self.transaction_control,
            Class::Driver => &mut self.driver,
        }
    }
}
