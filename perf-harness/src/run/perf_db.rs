//! The database that a test is given.

mod route;

use std::future::poll_fn;
use std::panic::Location;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use self::route::Route;
pub(super) use self::route::check_rtt;
use super::growth::Growth;
use super::ledger::Ledger;
use super::limits::Cost;
use super::origin::Origin;
use super::recording::Recording;
use super::window::Window;
use crate::budget::{Assertion, Form, Queries};
use crate::database::{Database, Plans, census};
use crate::error::SetupError;
use crate::machine::Threads;
use crate::plan::Rows;

/// A test's own, fresh database, and the recorder in front of it. Clones are the same database.
#[derive(Clone, Debug)]
pub struct PerfDb {
    pub(super) database: Arc<Database>,
    /// How it is reached.
    route: Arc<Route>,
    /// Those that the test asked for besides, to be dropped with it.
    others: Others,
    pub(super) origin: Arc<Origin>,
}

impl PerfDb {
    pub(super) fn new(
        database: Arc<Database>,
        others: Others,
        ledger: Arc<Ledger>,
        rows: Rows,
        threads: Threads,
    ) -> Self {
        let route = Route::of(&database);
        Self {
            origin: Arc::new(Origin::new(&database, &route.url, ledger, rows, threads)),
            route: Arc::new(route),
            database,
            others,
        }
    }

    /// Another database, as this one was when the test began: a copy of the same template. It is dropped when the test
    /// ends. What crosses the wire to it is a part of recordings of this one, too. Not for a read-only test.
    pub async fn another(&self) -> Result<Self, SetupError> {
        let name = &self.database.name;
        let another = Arc::new(self.database.another(name, self.route.rtt).await?);
        self.others.add(Arc::clone(&another));
        let another = Self::new(
            another,
            self.others.clone(),
            Arc::clone(&self.origin.ledger),
            self.origin.rows.clone(),
            self.origin.threads.clone(),
        );
        Ok(if self.route.is_recorded {
            another
        } else {
            another.unrecorded()
        })
    }

    /// Runs `work` at several sizes of its data, each in a database of its own, and keeps what crosses the wire meanwhile.
    ///
    /// `seed` is given a fresh copy of the test's template and a size, and makes so much; it is not recorded. `work` is
    /// given the same database. Sizes are in ascending order, and at least two.
    ///
    /// ```no_run
    /// use perf_harness::{PerfDb, SetupError, assert_constant_queries, perf_test};
    ///
    /// #[perf_test]
    /// async fn the_list_costs_the_same_at_any_length(db: PerfDb) -> Result<(), SetupError> {
    ///     let seed = async |db: PerfDb, size: usize| { /* .. so many rows .. */ };
    ///     let work = async |db: PerfDb| { /* .. asks for the list .. */ };
    ///     let list = db.record_at([10, 100], seed, work).await?;
    ///     assert_constant_queries!(list);
    ///     Ok(())
    /// }
    /// ```
    pub async fn record_at<S, W>(
        &self,
        sizes: impl IntoIterator<Item = usize>,
        seed: S,
        work: W,
    ) -> Result<Growth, SetupError>
    where
        S: AsyncFn(PerfDb, usize),
        W: AsyncFn(PerfDb),
    {
        let sizes: Vec<usize> = sizes.into_iter().collect();
        if sizes.len() < 2 || !sizes.is_sorted_by(|one, next| one < next) {
            return Err(SetupError::Sizes { sizes });
        }
        let mut samples = Vec::new();
        for size in sizes {
            let db = self.another().await?;
            seed(db.clone(), size).await;
            let rows = census::rows(&db.database.direct).await?;
            let recording = db.record(work(db.clone())).await;
            samples.push(recording.sample(size, rows));
        }
        Ok(Growth::new(
            samples,
            Arc::clone(&self.origin.ledger),
            Arc::from(self.origin.masked_url.as_str()),
        ))
    }

    /// Why this test, which asks for `plans`, has none that really ran: the role or the server, for a person.
    #[must_use]
    pub fn without_plans(&self) -> Option<&str> {
        match &self.database.plans {
            Plans::Refused(why) => Some(why),
            Plans::Off | Plans::On => None,
        }
    }

    /// The URL that the code under test connects to: through the recorder, on 127.0.0.1, unless this is
    /// [`unrecorded`](Self::unrecorded).
    #[must_use]
    pub fn url(&self) -> &str {
        self.route.url.as_str()
    }

    /// The server's own URL: what goes there is never recorded. For set-up, and for looking at results.
    #[must_use]
    pub fn direct_url(&self) -> &str {
        self.database.direct.as_str()
    }

    /// A new pool on [`url`](Self::url), with sqlx's defaults, which connects when it is first used and tells
    /// how long it was waited for ([`Traffic::time`](crate::Traffic::time)).
    /// Call it within the test's runtime.
    #[cfg(feature = "sqlx")]
    #[must_use]
    pub fn pool(&self) -> sqlx::PgPool {
        crate::database::pool::lazy(&self.route.url)
    }

    /// A new sea-orm connection (a pool) on [`url`](Self::url), which connects when it is first used.
    /// Call it within the test's runtime.
    #[cfg(feature = "sea-orm")]
    #[must_use]
    pub fn connection(&self) -> sea_orm::DatabaseConnection {
        sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(crate::database::pool::lazy(
            &self.route.url,
        ))
    }

    /// Runs `work` and keeps everything that crosses the wire to this database meanwhile,
    /// from whichever task, thread or process.
    ///
    /// What still runs when `work` has ended is waited for, for up to a second: a statement that is under way, and tasks that
    /// the work has spawned on the test's runtime, until they have ended or sent nothing for 20 ms. Their queries count, and
    /// are told as late.
    pub async fn record<F: Future>(&self, work: F) -> Recording<F::Output> {
        let window = Window::open(&self.database.log);
        let allocated_before = self.origin.ledger.tally.allocated();
        let output = work.await;
        // To wait is our cost, and what goes on meanwhile is the work's.
        uncounted(window.drained()).await;
        let allocated = self.origin.ledger.tally.allocated();
        let mut traffic = window.close();
        traffic.is_unrecorded = !self.route.is_recorded;
        self.origin.ledger.wanted.add(&self.origin, &traffic);
        let counts = perf_harness_allocator::is_installed();
        let cost = Cost::of(counts.then(|| allocated.since(allocated_before)));
        Recording::new(output, traffic, cost, Arc::clone(&self.origin))
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
        recording.check_as(assertion, &form, location);
        recording.into_output()
    }
}

/// The databases of a test besides its first.
#[derive(Clone, Debug, Default)]
pub(super) struct Others(Arc<Mutex<Vec<Arc<Database>>>>);

impl Others {
    fn add(&self, database: Arc<Database>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(database);
    }

    pub(super) fn take(&self) -> Vec<Arc<Database>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What this future allocates is not counted.
async fn uncounted<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    poll_fn(|context| perf_harness_allocator::uncounted(|| work.as_mut().poll(context))).await
}
