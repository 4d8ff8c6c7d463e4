//! What a recording costs of each thing that crossed the wire, and whether a limit on it can be judged at all.

use super::limit::{Limit, Metric};
use super::queries::{Asked, nothing};
use crate::error::SetupError;
use crate::record::Traffic;

/// How much of a thing that crossed the wire. An error says why it is not known.
pub(crate) fn measured(metric: Metric, traffic: &Traffic) -> Result<u64, SetupError> {
    must_be_read(metric, traffic)?;
    let counts = traffic.counts();
    Ok(match metric {
        Metric::Queries => counts.queries as u64,
        Metric::RoundTrips => counts.work_round_trips as u64,
        Metric::Rows => counts.rows,
        Metric::Bytes => counts.bytes_sent + counts.bytes_received,
        Metric::Connections => traffic.most_held().1.len() as u64,
        Metric::IdleInTransaction => {
            u64::try_from(traffic.idle_in_transaction().as_micros()).unwrap_or(u64::MAX)
        }
        Metric::RowsExamined
        | Metric::Buffers
        | Metric::FullScans
        | Metric::Allocations
        | Metric::AllocatedBytes
        | Metric::ResponseBytes => unreachable!("that is no part of what crossed the wire"),
    })
}

/// All round trips, and each connecting as one.
pub(crate) fn round_trips_in_all(traffic: &Traffic) -> Result<u64, SetupError> {
    must_be_read(Metric::RoundTrips, traffic)?;
    let counts = traffic.counts();
    Ok((counts.round_trips + counts.connects) as u64)
}

/// Everything was understood and kept, as far as it matters for this.
fn must_be_read(metric: Metric, traffic: &Traffic) -> Result<(), SetupError> {
    let counts = traffic.counts();
    if counts.undecoded > 0 {
        return Err(SetupError::Undecoded {
            messages: counts.undecoded,
        });
    }
    let is_of_each_statement = metric == Metric::Connections;
    // What was not kept could not be chosen either.
    if counts.unsampled > 0 && (is_of_each_statement || traffic.chosen.is_some()) {
        return Err(SetupError::Unsampled {
            statements: counts.unsampled,
        });
    }
    must_be_whole(metric, traffic.chosen.is_some())
}

/// Only queries and their rows are known of a part of a recording.
pub(crate) fn must_be_whole(metric: Metric, is_chosen: bool) -> Result<(), SetupError> {
    let whole = match metric {
        Metric::RoundTrips => "round trips",
        Metric::Bytes => "bytes",
        Metric::Connections => "connections in use",
        Metric::IdleInTransaction => "time idle in a transaction",
        Metric::Allocations => "allocations",
        Metric::AllocatedBytes => "allocated bytes",
        Metric::ResponseBytes => "the bytes of a response",
        Metric::Queries
        | Metric::Rows
        | Metric::RowsExamined
        | Metric::Buffers
        | Metric::FullScans => return Ok(()),
    };
    if !is_chosen {
        return Ok(());
    }
    Err(SetupError::Limit {
        cause: format!(
            "{whole} are known of a whole recording only, and these are some of its queries"
        ),
        cure:
            "ask the recording itself; of chosen queries limit the rows, or what their plans cost"
                .to_owned(),
    })
}

impl Limit {
    /// There is something to hold against it. An error says why there is not.
    pub(crate) fn must_be_testable(
        &self,
        traffic: &Traffic,
        told: &Asked<'_>,
    ) -> Result<(), SetupError> {
        let written = self.written(told.form);
        if let Some((_, 0)) = self.each() {
            return Err(SetupError::Limit {
                cause: format!("nothing was returned, so `{written}` was not tested"),
                cure: "have the work return something, or say how many rows are allowed in all"
                    .to_owned(),
            });
        }
        if self.most() == 0 && self.metric().is_never_zero() {
            return Err(SetupError::Limit {
                cause: format!("`{written}` allows nothing, and no work that asks a database costs nothing of it"),
                cure: "say how much is allowed; where no query is meant: assert_queries!(recording, 0)".to_owned(),
            });
        }
        let is_of_queries = !matches!(
            self.metric(),
            Metric::Allocations | Metric::AllocatedBytes | Metric::ResponseBytes
        );
        let counts = traffic.counts();
        if is_of_queries && counts.undecoded == 0 && counts.queries == 0 {
            return Err(nothing(traffic, written, told));
        }
        Ok(())
    }
}

impl Metric {
    /// Does any work that asks a database cost some of it?
    fn is_never_zero(self) -> bool {
        matches!(
            self,
            Self::Queries | Self::RoundTrips | Self::Bytes | Self::Connections
        )
    }
}
