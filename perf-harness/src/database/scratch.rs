//! A database for a program that is no test: a bench, an example, a demo, a service that someone just wants to see run.

use super::background::in_background;
use super::clone::Database;
use super::template::{IntoTemplate, TemplateOutput};
use crate::error::SetupError;
use crate::record::SharedLog;
use crate::record::wire::Changes;

/// A database of this process's own, on the server that perf tests use: empty, or a copy of a template.
///
/// [`remove`](Self::remove) drops it. Should the process die before, the next one that uses the server does.
#[derive(Debug)]
pub struct ScratchDb(pub(crate) Database);

impl ScratchDb {
    /// Creates the database, and starts the private cluster if none runs.
    pub async fn create() -> Result<Self, SetupError> {
        Database::create("scratch", None, SharedLog::default(), Changes::default())
            .await
            .map(Self)
    }

    /// Copies the template, which is built once for all programs and tests: what `#[perf_test(template = ..)]` takes.
    ///
    /// A bench starts from it, so that each run of the bench, and each version of it, finds the same rows:
    ///
    /// ```no_run
    /// use perf_harness::{ScratchDb, SetupError, TemplateDb};
    ///
    /// async fn ten_numbers(db: TemplateDb) -> Result<(), sqlx::Error> {
    ///     let fill = "CREATE TABLE numbers AS SELECT generate_series(1, 10) AS n";
    ///     sqlx::raw_sql(fill).execute(&db.pool()).await.map(drop)
    /// }
    ///
    /// # async fn bench() -> Result<(), SetupError> {
    /// let db = ScratchDb::of(ten_numbers).await?;
    /// # db.remove().await }
    /// ```
    pub async fn of<T, Kind>(template: T) -> Result<Self, SetupError>
    where
        T: IntoTemplate<Kind>,
        T::Output: TemplateOutput,
    {
        let template = Some(template.into_template());
        Database::create(
            "scratch",
            template,
            SharedLog::default(),
            Changes::default(),
        )
        .await
        .map(Self)
    }

    /// The server's own URL of it, password included: what goes there is not recorded.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.direct.as_str()
    }

    /// The URL of the recorder in front of it, on 127.0.0.1: for [`record`](Self::record).
    #[must_use]
    pub fn recorded_url(&self) -> &str {
        self.0.recorded.as_str()
    }

    /// Where the server came from and why, for a person.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// Drops the database. What is still connected to it is cut off.
    pub async fn remove(self) -> Result<(), SetupError> {
        in_background(self.0.removal()).await
    }
}
