//! How the code under test reaches its database: through the recorder, over a network that it simulates, or directly.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{Origin, PerfDb};
use crate::database::Database;
use crate::error::SetupError;

/// The longest round-trip time that is taken for no mistake.
const LONGEST: Duration = Duration::from_secs(10);

/// One way to a database.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) url: Url,
    pub(super) rtt: Option<Duration>,
    pub(super) is_recorded: bool,
}

impl Route {
    /// The one that a test is given.
    pub(super) fn of(database: &Database) -> Self {
        Self {
            url: database.recorded.clone(),
            rtt: database.rtt,
            is_recorded: true,
        }
    }
}

/// Is it one that a network has?
pub(in crate::run) fn check_rtt(rtt: Duration) -> Result<(), SetupError> {
    if rtt.is_zero() || rtt > LONGEST {
        return Err(SetupError::RoundTripTime { rtt });
    }
    Ok(())
}

impl PerfDb {
    /// The same database at the other end of a network: each round trip takes so much longer, and so does connecting. What
    /// is sent is half of it under way, and so is the answer; the network is as broad as one likes. A hundred queries, one
    /// after the other, cost a hundred round trips, and a pipeline of a hundred costs one.
    ///
    /// Recordings of the one see what goes through the other, too. More than nothing, and at most ten seconds. A whole test
    /// over a network is `#[perf_test(rtt = 1ms)]`.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use perf_harness::{PerfDb, SetupError, perf_test};
    ///
    /// #[perf_test]
    /// async fn the_list_as_production_has_it(db: PerfDb) -> Result<(), SetupError> {
    ///     let far = db.with_rtt(Duration::from_micros(500)).await?;
    ///     let list = far.record(sqlx::query("SELECT 1").fetch_all(&far.pool())).await;
    ///     println!("{:?}", list.traffic().time());
    ///     Ok(())
    /// }
    /// ```
    pub async fn with_rtt(&self, rtt: Duration) -> Result<Self, SetupError> {
        check_rtt(rtt)?;
        let url = self.database.delayed(rtt).await?;
        Ok(self.by(Route {
            url,
            rtt: Some(rtt),
            is_recorded: true,
        }))
    }

    /// The same database without the recorder: [`url`](Self::url), `pool` and `connection` are the server's own. To measure
    /// time without what the recorder costs. A recording sees nothing of it, and an assertion on one is an error.
    #[must_use]
    pub fn unrecorded(&self) -> Self {
        self.by(Route {
            url: self.database.direct.clone(),
            rtt: None,
            is_recorded: false,
        })
    }

    /// What each round trip takes longer, if this was asked for.
    #[must_use]
    pub fn rtt(&self) -> Option<Duration> {
        self.route.rtt
    }

    /// Does what it connects to pass the recorder?
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.route.is_recorded
    }

    fn by(&self, route: Route) -> Self {
        let (ledger, rows) = (Arc::clone(&self.origin.ledger), self.origin.rows.clone());
        Self {
            origin: Arc::new(Origin::new(
                &self.database,
                &route.url,
                ledger,
                rows,
                self.origin.threads.clone(),
            )),
            route: Arc::new(route),
            database: Arc::clone(&self.database),
            others: self.others.clone(),
        }
    }
}
