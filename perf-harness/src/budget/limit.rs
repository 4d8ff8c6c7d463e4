//! A limit on what a piece of work costs: one grammar for all that can be counted.

use std::time::Duration;

use super::assertion::in_source;
use super::finding::Violation;
use super::queries::Form;
use crate::units::{as_written, micros};

/// What is counted of a piece of work. None of it depends on how fast the machine is, but for the time that a connection
/// sits idle in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// The program's own queries.
    Queries,
    /// Exchanges that carry work: what a network's latency multiplies. No pings, prepares and connects.
    RoundTrips,
    /// All exchanges, and each connecting as one. With a pool they are not the same each time.
    RoundTripsInAll,
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
    pub const ALL: [Self; 13] = [
        Self::Queries,
        Self::RoundTrips,
        Self::RoundTripsInAll,
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

    /// Can work that asks a database be without it?
    #[must_use]
    pub const fn may_be_zero(self) -> bool {
        !matches!(
            self,
            Self::Queries
                | Self::RoundTrips
                | Self::RoundTripsInAll
                | Self::Bytes
                | Self::Buffers
                | Self::Connections
                | Self::ResponseBytes
        )
    }

    /// The macro that limits it.
    pub(crate) const fn assertion(self) -> &'static str {
        match self {
            Self::Queries => "assert_max_queries",
            Self::RoundTrips | Self::RoundTripsInAll => "assert_max_round_trips",
            Self::Rows => "assert_max_rows",
            Self::Bytes => "assert_max_bytes",
            Self::RowsExamined => "assert_max_rows_examined",
            Self::Buffers => "assert_max_buffers",
            Self::FullScans => "assert_max_full_scans",
            Self::Connections => "assert_max_connections",
            Self::IdleInTransaction => "assert_max_idle_in_transaction",
            Self::Allocations => "assert_max_allocations",
            Self::AllocatedBytes => "assert_max_allocated_bytes",
            Self::ResponseBytes => "assert_max_response_bytes",
        }
    }

    /// Its key in `perf-budgets.toml`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queries => "max_queries",
            Self::RoundTrips => "max_round_trips",
            Self::RoundTripsInAll => "max_round_trips_in_all",
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
    extent: Extent,
}

/// What the number of a limit is to be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Extent {
    /// The most that is allowed.
    Whole,
    /// The most for each of so many items.
    PerItem(u64),
}

impl Limit {
    /// At most so many: counts, bytes, or microseconds.
    #[must_use]
    pub const fn new(metric: Metric, most: u64) -> Self {
        Self {
            metric,
            most,
            extent: Extent::Whole,
        }
    }

    /// At most so long idle in a transaction.
    #[must_use]
    pub fn idle_in_transaction(most: Duration) -> Self {
        let most = micros(most);
        Self::new(Metric::IdleInTransaction, most)
    }

    /// So many for each of `items`: of rows, for each item that is returned to the client.
    ///
    /// ```
    /// use perf_harness::{Limit, Metric};
    ///
    /// let rows = Limit::new(Metric::Rows, 2).per_item(20);
    /// assert_eq!(rows.most(), 40);
    /// ```
    #[must_use]
    pub const fn per_item(self, items: usize) -> Self {
        Self {
            extent: Extent::PerItem(items as u64),
            ..self
        }
    }

    /// What is limited.
    #[must_use]
    pub const fn metric(&self) -> Metric {
        self.metric
    }

    /// The most that is allowed: a count, bytes, or microseconds.
    #[must_use]
    pub const fn most(&self) -> u64 {
        match self.extent {
            Extent::PerItem(items) => self.most.saturating_mul(items),
            Extent::Whole => self.most,
        }
    }

    /// So many for each of so many items, if it is one of that kind.
    pub(crate) const fn each(&self) -> Option<(u64, u64)> {
        match self.extent {
            Extent::PerItem(items) => Some((self.most, items)),
            Extent::Whole => None,
        }
    }

    /// The violation, if it is one.
    pub(crate) fn judge(&self, actual: u64) -> Option<Violation> {
        let violation = Violation::Limit {
            metric: self.metric,
            allowed: self.most(),
            actual,
        };
        (actual > self.most()).then_some(violation)
    }

    /// The assertion as its author wrote it, or nearly.
    pub(crate) fn written(&self, form: &Form) -> String {
        let most = match self.metric {
            Metric::IdleInTransaction => as_written(Duration::from_micros(self.most)),
            _ => in_source(self.most),
        };
        let allowed = match self.extent {
            Extent::Whole if self.metric == Metric::RoundTripsInAll => format!("{most} in all"),
            Extent::Whole => most,
            Extent::PerItem(items) => format!("{most} per {items}"),
        };
        form.written(self.metric.assertion(), Some(&allowed))
    }

    /// The one that would hold.
    pub(crate) fn loosened(&self, actual: u64) -> Self {
        let most = match self.extent {
            Extent::PerItem(items) => actual.div_ceil(items.max(1)),
            Extent::Whole => actual,
        };
        Self { most, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limit: Limit, expected: &str, loosened: &str) {
        let form = Form::OfRecording("list".to_owned());
        assert_eq!(limit.written(&form), expected);
        assert_eq!(limit.loosened(1_001).written(&form), loosened);
    }

    #[test]
    fn a_limit_is_told_as_it_is_written() {
        check(
            Limit::new(Metric::Bytes, 64_000),
            "assert_max_bytes!(list, 64_000)",
            "assert_max_bytes!(list, 1_001)",
        );
        check(
            Limit::new(Metric::RoundTripsInAll, 12),
            "assert_max_round_trips!(list, 12 in all)",
            "assert_max_round_trips!(list, 1_001 in all)",
        );
        check(
            Limit::new(Metric::Rows, 2).per_item(20),
            "assert_max_rows!(list, 2 per 20)",
            "assert_max_rows!(list, 51 per 20)",
        );
        check(
            Limit::idle_in_transaction(Duration::from_millis(5)),
            "assert_max_idle_in_transaction!(list, 5ms)",
            "assert_max_idle_in_transaction!(list, 1001us)",
        );
    }

    #[test]
    fn a_limit_holds_up_to_it_and_is_violated_beyond() {
        let limit = Limit::new(Metric::Rows, 2).per_item(20);
        assert_eq!(limit.judge(40), None);
        let violation = Violation::Limit {
            metric: Metric::Rows,
            allowed: 40,
            actual: 41,
        };
        assert_eq!(limit.judge(41), Some(violation));
    }
}
