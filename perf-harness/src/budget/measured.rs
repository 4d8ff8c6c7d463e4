//! What a recording costs of each thing that crossed the wire, and whether a limit on it can be judged at all.

use super::limit::{Limit, Metric};
use super::queries::{Asked, nothing};
use crate::error::SetupError;
use crate::record::Traffic;
use crate::units::micros;

/// How much of a thing that crossed the wire. An error says why it is not known.
pub(crate) fn measured(metric: Metric, traffic: &Traffic) -> Result<u64, SetupError> {
    must_be_read(metric, traffic)?;
    let counts = traffic.counts();
    Ok(match metric {
        Metric::Queries => counts.queries as u64,
        Metric::RoundTrips => counts.work_round_trips as u64,
        Metric::RoundTripsInAll => (counts.round_trips + counts.connects) as u64,
        Metric::Rows => counts.rows,
        Metric::Bytes => counts.bytes_sent + counts.bytes_received,
        Metric::Connections => traffic.most_held().1.len() as u64,
        Metric::IdleInTransaction => micros(traffic.idle_in_transaction()),
        Metric::RowsExamined
        | Metric::Buffers
        | Metric::FullScans
        | Metric::Allocations
        | Metric::AllocatedBytes
        | Metric::ResponseBytes => unreachable!("that is no part of what crossed the wire"),
    })
}

/// Everything was understood and kept, as far as it matters for this.
pub(crate) fn must_be_read(metric: Metric, traffic: &Traffic) -> Result<(), SetupError> {
    let counts = traffic.counts();
    if counts.undecoded > 0 {
        return Err(SetupError::Undecoded {
            messages: counts.undecoded,
        });
    }
    let is_of_each_statement = matches!(
        metric,
        Metric::Connections | Metric::FullScans | Metric::RowsExamined | Metric::Buffers
    );
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
        Metric::RoundTrips | Metric::RoundTripsInAll => "round trips",
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
        if self.most() == 0 && !self.metric().may_be_zero() {
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
        if self.metric() == Metric::IdleInTransaction && traffic.is_without_transaction() {
            return Err(SetupError::Limit {
                cause: format!("no transaction was open, so `{written}` was not tested"),
                cure: "record work that opens one, or leave the assertion out".to_owned(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Assertion, Form};
    use crate::record::Counts;

    fn traffic() -> Traffic {
        let counts = Counts {
            queries: 3,
            round_trips: 9,
            work_round_trips: 5,
            pings: 3,
            connects: 2,
            rows: 100,
            bytes_sent: 10,
            bytes_received: 1_000,
            ..Counts::default()
        };
        Traffic {
            counts,
            idle_in_transaction: std::time::Duration::from_micros(7_500),
            ..Traffic::default()
        }
    }

    fn ask(limit: Limit, traffic: &Traffic) -> Result<(), String> {
        let form = Form::OfRecording("list".to_owned());
        let told = Asked {
            form: &form,
            url: "postgres://u@127.0.0.1:1/d",
        };
        limit
            .must_be_testable(traffic, &told)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn each_thing_that_crossed_the_wire_has_its_number() {
        let known = [
            (Metric::Queries, 3),
            (Metric::RoundTrips, 5),
            (Metric::RoundTripsInAll, 11),
            (Metric::Rows, 100),
            (Metric::Bytes, 1_010),
            (Metric::Connections, 0),
            (Metric::IdleInTransaction, 7_500),
        ];
        for (metric, expected) in known {
            assert_eq!(
                measured(metric, &traffic()).unwrap(),
                expected,
                "{metric:?}"
            );
        }
    }

    #[test]
    fn what_was_not_understood_is_not_measured() {
        let mut traffic = traffic();
        traffic.counts.undecoded = 1;
        let error = measured(Metric::Bytes, &traffic).unwrap_err();
        assert!(matches!(error, SetupError::Undecoded { messages: 1 }));
        assert!(measured(Metric::RoundTripsInAll, &traffic).is_err());
        // It is told as that, and not as a recording of nothing.
        traffic.counts.queries = 0;
        assert_eq!(ask(Limit::new(Metric::Bytes, 10), &traffic), Ok(()));
    }

    #[test]
    fn what_needs_each_statement_needs_all_of_them() {
        let mut traffic = traffic();
        traffic.counts.unsampled = 1;
        let error = measured(Metric::Connections, &traffic).unwrap_err();
        assert!(matches!(error, SetupError::Unsampled { statements: 1 }));
        assert!(measured(Metric::Rows, &traffic).is_ok());
        for of_plans in [Metric::FullScans, Metric::RowsExamined, Metric::Buffers] {
            assert!(must_be_read(of_plans, &traffic).is_err(), "{of_plans:?}");
        }
        let chosen = traffic.choose(|_| true);
        assert!(measured(Metric::Rows, &chosen).is_err());
    }

    #[test]
    fn a_limit_of_nothing_is_an_error_where_no_work_can_keep_it() {
        let zero = |metric| ask(Limit::new(metric, 0), &traffic());
        let error = "`assert_max_bytes!(list, 0)` allows nothing, and no work that asks a database costs nothing of it";
        assert_eq!(zero(Metric::Bytes), Err(error.to_owned()));
        assert!(zero(Metric::Queries).is_err());
        assert!(zero(Metric::RoundTrips).is_err());
        assert!(zero(Metric::Connections).is_err());
        assert_eq!(zero(Metric::Rows), Ok(()));
        assert_eq!(zero(Metric::Allocations), Ok(()));
        let per_nothing = Limit::new(Metric::Rows, 2).per_item(0);
        let error = "nothing was returned, so `assert_max_rows!(list, 2 per 0)` was not tested";
        assert_eq!(ask(per_nothing, &traffic()), Err(error.to_owned()));
    }

    #[test]
    fn a_recording_of_nothing_is_an_error_but_for_what_needs_no_query() {
        let nothing = Traffic::default();
        for metric in Metric::ALL {
            let Assertion::Limit(limit) = Assertion::from(Limit::new(metric, 10)) else {
                continue;
            };
            let needs_none = [
                Metric::Allocations,
                Metric::AllocatedBytes,
                Metric::ResponseBytes,
            ];
            let asked = ask(limit, &nothing);
            assert_eq!(asked.is_ok(), needs_none.contains(&metric), "{metric:?}");
        }
    }

    #[test]
    fn what_has_an_assertion_of_its_own_keeps_it() {
        let of = |metric| Assertion::from(Limit::new(metric, 10));
        assert!(matches!(of(Metric::Queries), Assertion::Queries(_)));
        assert!(matches!(of(Metric::RowsExamined), Assertion::Plan(_)));
        assert!(matches!(of(Metric::Buffers), Assertion::Plan(_)));
        assert!(matches!(of(Metric::Rows), Assertion::Limit(_)));
        let each = Limit::new(Metric::Buffers, 10).per_item(3);
        assert!(matches!(Assertion::from(each), Assertion::Limit(_)));
    }
}
