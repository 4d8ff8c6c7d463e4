//! What crosses the wire to a database that is no test's.

use super::window::Window;
use crate::database::ScratchDb;
use crate::record::Traffic;

impl ScratchDb {
    /// Runs `work` and gives its output, and everything that crossed the wire to [`recorded_url`](Self::recorded_url) meanwhile,
    /// from whichever task, thread or process. What it leaves under way is waited for, as by
    /// [`PerfDb::record`](crate::PerfDb::record).
    ///
    /// A bench tells by it what one operation costs, before it is timed on connections that are not recorded:
    ///
    /// ```no_run
    /// use perf_harness::{ScratchDb, SetupError};
    ///
    /// # async fn bench() -> Result<(), SetupError> {
    /// let db = ScratchDb::create().await?;
    /// let recorded = sqlx::PgPool::connect_lazy(db.recorded_url()).expect("a URL");
    /// let (_, traffic) = db.record(sqlx::query("SELECT 1").fetch_all(&recorded)).await;
    /// assert_eq!(traffic.counts().queries, 1);
    /// # Ok(()) }
    /// ```
    pub async fn record<F: Future>(&self, work: F) -> (F::Output, Traffic) {
        let window = Window::open(&self.0.log);
        let output = work.await;
        window.drained().await;
        (output, window.close())
    }
}
