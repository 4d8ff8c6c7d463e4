//! A limit on what a piece of work costs: one grammar for all that can be counted.

use std::time::Duration;

/// What is counted of a piece of work. None of it depends on how fast the machine is, but for the time that a connection
/// sits idle in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// The program's own queries.
    Queries,
    /// Exchanges that carry work: what a network's latency multiplies. No pings, prepares and connects.
    RoundTrips,
    /// Rows that the server sent.
    Rows,
    /// Bytes on the wire, both ways.
    Bytes,
    /// Rows that the server looked at.
    RowsExamined,
    /// Blocks of 8 KiB that the server touched.
    Buffers,
    /// Queries that read all of a table.
    FullScans,
    /// Connections that were in use at once.
    Connections,
    /// How long connections sat idle in a transaction, in microseconds.
    IdleInTransaction,
    /// Allocations of the work.
    Allocations,
    /// Bytes that the work allocated.
    AllocatedBytes,
    /// Bytes of the response.
    ResponseBytes,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Queries,
        Self::RoundTrips,
        Self::Rows,
        Self::Bytes,
        Self::RowsExamined,
        Self::Buffers,
        Self::FullScans,
        Self::Connections,
        Self::IdleInTransaction,
        Self::Allocations,
        Self::AllocatedBytes,
        Self::ResponseBytes,
    ];

    /// Its key in `perf-budgets.toml`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queries => "max_queries",
            Self::RoundTrips => "max_round_trips",
            Self::Rows => "max_rows",
            Self::Bytes => "max_bytes",
            Self::RowsExamined => "max_rows_examined",
            Self::Buffers => "max_buffers",
            Self::FullScans => "max_full_scans",
            Self::Connections => "max_connections",
            Self::IdleInTransaction => "max_idle_in_transaction_ms",
            Self::Allocations => "max_allocations",
            Self::AllocatedBytes => "max_allocated_bytes",
            Self::ResponseBytes => "max_response_bytes",
        }
    }
}

/// The most that a piece of work may cost of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    metric: Metric,
    most: u64,
}

impl Limit {
    /// At most so many: counts, bytes, or microseconds.
    #[must_use]
    pub const fn new(metric: Metric, most: u64) -> Self {
        Self { metric, most }
    }

    /// At most so long idle in a transaction.
    #[must_use]
    pub fn idle_in_transaction(most: Duration) -> Self {
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        Self::new(Metric::IdleInTransaction, most)
    }

    /// What is limited.
    #[must_use]
    pub const fn metric(&self) -> Metric {
        self.metric
    }

    /// The most that is allowed: a count, bytes, or microseconds.
    #[must_use]
    pub const fn most(&self) -> u64 {
        self.most
    }
}
