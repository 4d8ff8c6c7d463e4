//! What crossed the wire between two points in time, ready to be asked questions.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::class::Class;
use super::query::Query;
use super::shape::Shape;
use super::site::CallPath;
use super::statement::Kind;

/// Everything that crossed the wire during one recording. Counters are exact and unbounded;
/// of the statements the first 10,000 are kept, or the first 64 MiB of text and values.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    pub(crate) counts: Counts,
    /// Sampled statements of every class, in the order they were sent.
    pub(crate) statements: Vec<Query>,
    /// The user's code lies below this.
    pub(crate) root: Option<Arc<Path>>,
    pub(crate) elapsed: Duration,
    pub(crate) wire_time: Duration,
    pub(crate) idle_in_transaction: Duration,
    pub(crate) longest_idle_in_transaction: Duration,
    /// The connections whose transaction began here and was open at the end.
    pub(crate) open_transactions: Vec<u64>,
    /// Why one of its connections told no plans although the test asks for them: the server's own words.
    pub(crate) without_plans: Option<Arc<str>>,
    /// What these queries were chosen from, if they were.
    pub(crate) chosen: Option<Chosen>,
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

    /// How many queries of each kind.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<Kind, usize> {
        let mut kinds = BTreeMap::new();
        for shape in self.shapes() {
            *kinds.entry(shape.queries()[0].kind()).or_default() += shape.count();
        }
        kinds
    }

    /// How many queries name each table. One that names two counts for both.
    #[must_use]
    pub fn tables(&self) -> BTreeMap<String, usize> {
        let mut tables = BTreeMap::new();
        for shape in self.shapes() {
            for table in shape.queries()[0].tables() {
                *tables.entry(table).or_default() += shape.count();
            }
        }
        tables
    }

    /// Only those queries that are chosen. Queries and rows are counted anew; the other counters are those of the whole.
    pub(crate) fn choose(&self, is_chosen: impl Fn(&Query) -> bool) -> Self {
        let queries: Vec<Query> = self
            .queries()
            .filter(|query| is_chosen(query))
            .cloned()
            .collect();
        let counts = Counts {
            queries: queries.len(),
            rows: queries.iter().map(Query::rows).sum(),
            ..self.counts
        };
        Self {
            counts,
            concurrent_from: self.concurrent_from.map(|from| {
                let before = self.statements[..from].iter();
                before
                    .filter(|query| query.class == Class::Query && is_chosen(query))
                    .count()
            }),
            chosen: Some(Chosen {
                of: self.counts.queries,
                // To be told where none was chosen.
                tables: if queries.is_empty() {
                    self.tables().into_iter().collect()
                } else {
                    Vec::new()
                },
            }),
            statements: queries,
            ..self.clone()
        }
    }

    /// The shapes that were asked more than once from one place, each path of calls apart, most frequent first.
    ///
    /// Queries that no driver told of have no path, and are grouped by their shape alone. Drivers that tell are sqlx, and so
    /// sea-orm, on the threads of the test's runtime. To look paths up takes up to a second, once in a process.
    #[must_use]
    pub fn repeated(&self) -> Vec<Shape<'_>> {
        let shapes = self.shapes().into_iter();
        let mut repeated = self.apart(shapes.filter(|shape| shape.count() > 1));
        repeated.retain(|shape| shape.count() > 1);
        repeated
    }

    /// Some of its queries by shape and place, most frequent first.
    pub(crate) fn by_place<'a>(&'a self, queries: Vec<&'a Query>) -> Vec<Shape<'a>> {
        self.apart(Shape::group(queries.into_iter()).into_iter())
    }

    /// Each path of calls apart.
    fn apart<'a>(&'a self, shapes: impl Iterator<Item = Shape<'a>>) -> Vec<Shape<'a>> {
        let apart = shapes.flat_map(|shape| shape.by_path(|query| self.path(query)));
        let mut apart: Vec<Shape<'_>> = apart.collect();
        apart.sort_by_key(|shape| Reverse(shape.count()));
        apart
    }

    pub(crate) fn path(&self, query: &Query) -> Option<CallPath> {
        CallPath::of(query.stack.as_deref()?, self.root.as_deref()?)
    }

    /// Why one of its connections told no plans although the test asks for them: the server's own words.
    #[must_use]
    pub fn without_plans(&self) -> Option<&str> {
        self.without_plans.as_deref()
    }

    /// How long the server had at least one statement of the program's to answer. What overlaps counts once.
    #[must_use]
    pub fn wire_time(&self) -> Duration {
        self.wire_time
    }

    /// How long connections sat idle in a transaction: from the server's answer, with a transaction open, to the program's
    /// next message. The sum over all connections, until the work ended. Meanwhile a connection is of no use to others, and
    /// so are the rows that it has locked.
    #[must_use]
    pub fn idle_in_transaction(&self) -> Duration {
        self.idle_in_transaction
    }

    /// The longest single stretch of [`idle_in_transaction`](Self::idle_in_transaction).
    #[must_use]
    pub fn longest_idle_in_transaction(&self) -> Duration {
        self.longest_idle_in_transaction
    }

    /// How many transactions began during the recording and were open at its end.
    #[must_use]
    pub fn open_transactions(&self) -> usize {
        self.open_transactions.len()
    }

    /// Wall-clock time from the recording's first to its last moment.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

/// A recording that only some queries of were taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) of: usize,
    pub(crate) tables: Vec<(String, usize)>,
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
    /// Those that carried something of the program's own: no pings, no preparing, and no look-ups of a driver's.
    pub work_round_trips: usize,
    /// Round trips that began with nothing, a bare `Sync` or an empty query: a pool's health checks.
    pub pings: usize,
    /// Statements prepared: `Parse` messages that the server completed.
    pub prepares: usize,
    /// Statements prepared again: this connection had the same text prepared before. Of a connection the first 10,000 texts
    /// are remembered.
    pub reprepares: usize,
    /// Connections opened.
    pub connects: usize,
    /// Connections that sent a statement.
    pub connections: usize,
    /// The most connections that had a statement under way at the same time.
    pub at_once: usize,
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
