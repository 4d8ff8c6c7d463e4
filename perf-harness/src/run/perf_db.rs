//! The database that a test is given.

use std::panic::Location;
use std::sync::Arc;

use super::ledger::Ledger;
use super::recording::Recording;
use crate::budget::{Assertion, Form, Queries};
use crate::clock;
use crate::database::Database;
use crate::postgres::masked;
use crate::record::{SharedLog, Traffic};

/// A test's own, fresh database, and the recorder in front of it. Clones are the same database.
#[derive(Clone, Debug)]
pub struct PerfDb {
    database: Arc<Database>,
    ledger: Arc<Ledger>,
    /// What may be shown.
    masked_url: Arc<str>,
}

impl PerfDb {
    pub(super) fn new(database: Arc<Database>, ledger: Arc<Ledger>) -> Self {
        Self {
            masked_url: Arc::from(masked(&database.recorded)),
            database,
            ledger,
        }
    }

    /// The URL that the code under test connects to: through the recorder, on 127.0.0.1.
    #[must_use]
    pub fn url(&self) -> &str {
        self.database.recorded.as_str()
    }

    /// The server's own URL: what goes there is never recorded. For set-up, and for looking at results.
    #[must_use]
    pub fn direct_url(&self) -> &str {
        self.database.direct.as_str()
    }

    /// A new pool on the recorded URL, with sqlx's defaults, which connects when it is first used.
    /// Call it within the test's runtime.
    #[cfg(feature = "sqlx")]
    #[must_use]
    pub fn pool(&self) -> sqlx::PgPool {
        crate::database::pool::lazy(&self.database.recorded)
    }

    /// A new sea-orm connection (a pool) on the recorded URL, which connects when it is first used.
    /// Call it within the test's runtime.
    #[cfg(feature = "sea-orm")]
    #[must_use]
    pub fn connection(&self) -> sea_orm::DatabaseConnection {
        sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(crate::database::pool::lazy(
            &self.database.recorded,
        ))
    }

    /// Runs `work` and keeps everything that crosses the wire to this database meanwhile,
    /// from whichever task, thread or process.
    pub async fn record<F: Future>(&self, work: F) -> Recording<F::Output> {
        let window = Window::open(&self.database.log);
        let output = work.await;
        let traffic = window.close();
        Recording::new(
            output,
            traffic,
            Arc::clone(&self.ledger),
            Arc::clone(&self.masked_url),
        )
    }

    /// Records `work`, holds it against a budget, and gives its output: `assertNumQueries` in one line.
    #[track_caller]
    pub fn check<F: Future>(&self, budget: Queries, work: F) -> impl Future<Output = F::Output> {
        let form = Form::OneStep("db".to_owned());
        self.check_as(budget, form, Location::caller(), work)
    }

    pub(crate) async fn check_as<F: Future>(
        &self,
        assertion: impl Into<Assertion>,
        form: Form,
        location: &'static Location<'static>,
        work: F,
    ) -> F::Output {
        let recording = self.record(work).await;
        recording.check_as(assertion, form, location);
        recording.into_output()
    }
}

/// An open window of the log. Closed when it is dropped: work can panic or be dropped itself.
struct Window<'a> {
    log: &'a SharedLog,
    number: u64,
}

impl<'a> Window<'a> {
    fn open(log: &'a SharedLog) -> Self {
        let number = log.lock().open(clock::now());
        Self { log, number }
    }

    fn close(self) -> Traffic {
        self.log
            .lock()
            .close(self.number, clock::now())
            .unwrap_or_default()
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        drop(self.log.lock().close(self.number, clock::now()));
    }
}
