//! Where the time of a piece of work went.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::units;

/// Where the time of a piece of work went, from its beginning to its end: what was late is none of it. The parts add up to
/// the whole.
///
/// Where several things went on at once, the first of these has the time: a server was at it; something was under way on the
/// wire that a test simulates; a connection was being opened; someone waited for a connection of a pool. The rest the
/// program had for itself, and what it waited for besides the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TimeSpent {
    /// From the beginning of the work to its end.
    #[serde(rename = "elapsed_us", serialize_with = "micros")]
    pub elapsed: Duration,
    /// The server owed an answer and had all that it needed for it. The recorder and the sockets are a part of this.
    #[serde(rename = "in_database_us", serialize_with = "micros")]
    pub in_database: Duration,
    /// A question or an answer was under way on the simulated wire: nothing without
    /// [`rtt`](crate::PerfDb::with_rtt).
    #[serde(rename = "on_wire_us", serialize_with = "micros")]
    pub on_wire: Duration,
    /// A connection was being opened, from the first knock until the server let it in, its way on the simulated wire included.
    #[serde(rename = "connecting_us", serialize_with = "micros")]
    pub connecting: Duration,
    /// Someone waited for a connection of a pool. `None`: no pool told. Those of [`PerfDb`](crate::PerfDb) do, and every sqlx
    /// pool with an `acquire_time_level`, on the threads of the test's runtime; others tell of waits of more than two seconds.
    /// Where none told it is a part of `in_service`.
    #[serde(rename = "waiting_for_pool_us", serialize_with = "some_micros")]
    pub waiting_for_pool: Option<Duration>,
    /// Everything else.
    #[serde(rename = "in_service_us", serialize_with = "micros")]
    pub in_service: Duration,
}

impl TimeSpent {
    /// Waiting for a connection to use: opened, or of a pool. `None` where no pool told.
    #[must_use]
    pub fn waiting_for_connection(&self) -> Option<Duration> {
        self.waiting_for_pool
            .map(|waiting| waiting + self.connecting)
    }
}

fn micros<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(units::micros(*time))
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
fn some_micros<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(units::micros).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_microseconds_with_the_unit_in_the_name() {
        let time = TimeSpent {
            elapsed: Duration::from_nanos(9_001_999),
            in_database: Duration::from_millis(9),
            connecting: Duration::from_micros(1),
            ..TimeSpent::default()
        };
        let told = serde_json::to_string(&time).expect("numbers");
        assert_eq!(
            told,
            r#"{"elapsed_us":9001,"in_database_us":9000,"on_wire_us":0,"connecting_us":1,"waiting_for_pool_us":null,"in_service_us":0}"#
        );
        assert_eq!(time.waiting_for_connection(), None);
        let told = TimeSpent {
            waiting_for_pool: Some(Duration::from_micros(5)),
            ..time
        };
        let waiting = told.waiting_for_connection();
        assert_eq!(waiting, Some(Duration::from_micros(6)));
    }
}
