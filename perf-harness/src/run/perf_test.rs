//! One test: how it is set up, and its run from the fresh database to the findings.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use perf_harness_allocator::Tally;
use tokio::runtime::{Builder, Handle, Runtime};

use super::artefacts;
use super::history;
use super::indexes;
use super::ledger::Ledger;
use super::perf_db::{self, Others, PerfDb};
use super::settle::settle;
use super::tell;
use super::test_output::TestOutput;
use super::waiting::Waiting;
use super::within::{self, Budgeted};
use crate::baseline;
use crate::budget::{Baseline, Finding};
use crate::config;
use crate::database::{self, Database, IntoTemplate, Template, TemplateOutput};
use crate::error::SetupError;
use crate::machine::Threads;
use crate::plan::Rows;
use crate::record::wire::Changes;
use crate::record::{SharedLog, Witness};
use crate::report::{Subject, Values, failure, failure_json, not_measured};

/// A perf test, as `#[perf_test]` makes it. Programs that are no test harness can make and run one themselves.
///
/// ```no_run
/// use perf_harness::{PerfTest, Queries};
///
/// let outcome = PerfTest::new("one_query").run(async |db| {
///     let one = db.record(sqlx::query("SELECT 1").execute(&db.pool())).await;
///     one.check(Queries::at_most(1));
/// });
/// if let Err(failure) = outcome {
///     print!("{failure}");
/// }
/// ```
pub struct PerfTest {
    name: String,
    runtime: Builder,
    template: Option<Template>,
    read_only: bool,
    changes: Changes,
    should_panic: bool,
    rows: Rows,
    budget: Option<String>,
}

/// Why a test did not succeed, as it is told to a person.
#[derive(Clone, Debug)]
pub struct Failure {
    headline: String,
    text: String,
    cause: Cause,
}

#[derive(Clone, Debug)]
enum Cause {
    Setup(SetupError),
    Findings(Vec<Finding>),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// The first line.
    #[must_use]
    pub fn headline(&self) -> &str {
        &self.headline
    }

    /// What kept the test from being measured, if that is why.
    #[must_use]
    pub fn setup_error(&self) -> Option<&SetupError> {
        match &self.cause {
            Cause::Setup(error) => Some(error),
            Cause::Findings(_) => None,
        }
    }

    /// The assertions that did not hold.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match &self.cause {
            Cause::Setup(_) => &[],
            Cause::Findings(findings) => findings,
        }
    }

    fn new(text: String, cause: Cause) -> Self {
        let headline = text.lines().next().unwrap_or_default();
        // Words apart from the location by many blanks are for the eye only.
        let headline = headline.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            headline,
            text,
            cause,
        }
    }

    fn setup(test: &str, error: &SetupError) -> Self {
        Self::new(not_measured(test, error), Cause::Setup(error.clone()))
    }
}

impl PerfTest {
    /// A test with a path such as `tests::users::the_list`, on a current-thread runtime and an empty database.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            runtime: Builder::new_current_thread(),
            template: None,
            read_only: false,
            changes: Changes::default(),
            should_panic: false,
            rows: Rows::default(),
            budget: None,
        }
    }

    /// Starts from a copy of a template: an `async fn(TemplateDb)` that migrates and seeds, a `fn() -> Template`, or a
    /// [`Template`](crate::Template). It is built once, whatever the number of tests and processes. A closure that
    /// migrates is refused: it has no path to be known by.
    #[must_use]
    pub fn template<T, Kind>(mut self, template: T) -> Self
    where
        T: IntoTemplate<Kind>,
        T::Output: TemplateOutput,
    {
        self.template = Some(template.into_template());
        self
    }

    /// Shares one copy of the template with all other read-only tests, instead of a copy of its own. The server refuses
    /// every write: `cannot execute INSERT in a read-only transaction`. A transaction that asks for `READ WRITE` is let
    /// through, and the test fails. Needs a template.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Has assertions about plans take tables for as large as is told: [`Rows`].
    #[must_use]
    pub fn rows(mut self, rows: Rows) -> Self {
        self.rows = rows;
        self
    }

    /// Names the budget of `perf-budgets.toml` that the test holds its work against: `GET /api/users/`. A test that holds
    /// nothing against it fails. The sizes of tables that the budget says are the test's, unless it says some itself.
    #[must_use]
    pub fn budget(mut self, name: impl Into<String>) -> Self {
        self.budget = Some(name.into());
        self
    }

    /// Keeps the plans that really ran: while something is recorded, the server tells of each query's by `auto_explain`, and
    /// the program does not see that. Needs a role that may load it. With another one the test runs all the same, and has
    /// no such plans. See [`Query::executed_plan`](crate::Query::executed_plan).
    #[must_use]
    pub fn plans(mut self) -> Self {
        self.changes.plans = true;
        self
    }

    /// Has each round trip take so much longer, as it does on the network between a service and its database: what is sent is
    /// half of it under way, and so is the answer. More than nothing, and at most ten seconds. See
    /// [`PerfDb::with_rtt`](crate::PerfDb::with_rtt).
    #[must_use]
    pub fn rtt(mut self, rtt: Duration) -> Self {
        self.changes.rtt = Some(rtt);
        self
    }

    /// Takes a panic for what it is meant to be: the database is not kept.
    #[must_use]
    pub fn should_panic(mut self) -> Self {
        self.should_panic = true;
        self
    }

    /// Runs on a multi-thread runtime with tokio's default number of threads.
    #[must_use]
    pub fn multi_thread(mut self) -> Self {
        self.runtime = Builder::new_multi_thread();
        self
    }

    /// How many threads a multi-thread runtime has.
    #[must_use]
    pub fn worker_threads(mut self, threads: usize) -> Self {
        self.runtime.worker_threads(threads);
        self
    }

    /// Sets up, runs and judges. A panic of the function goes on after the findings were told.
    ///
    /// Within a tokio runtime this is an error: a test starts its own.
    pub fn run<F, Fut>(mut self, function: F) -> Result<Fut::Output, Failure>
    where
        F: FnOnce(PerfDb) -> Fut,
        Fut: Future,
        Fut::Output: TestOutput,
    {
        let files = artefacts::Files::of(&self.name);
        let (file, baseline) = known(&files).map_err(|error| Failure::setup(&self.name, &error))?;
        self.take_sizes_of_its_budget()
            .map_err(|error| Failure::setup(&self.name, &error))?;
        let (threads, tally) = (Threads::default(), Tally::default());
        let (runtime, witness, database) = self
            .set_up(&threads, &tally)
            .map_err(|error| Failure::setup(&self.name, &error))?;
        let ledger = Arc::new(Ledger::new(
            baseline,
            Budgeted::new(self.budget.as_deref()),
            tally.clone(),
        ));
        let others = Others::default();
        let db = PerfDb::new(
            Arc::clone(&database),
            others.clone(),
            Arc::clone(&ledger),
            self.rows.clone(),
            threads.clone(),
        );
        let output = catch_unwind(AssertUnwindSafe(|| {
            let (_seen, _joined) = (witness.guard(), threads.guard());
            let _counted = tally.guard();
            runtime.block_on(function(db))
        }));
        // Ends what the test left running, before its database goes.
        runtime.shutdown_timeout(Duration::from_secs(5));
        let findings = ledger.take();
        let has_ended = output.as_ref().is_ok_and(|output| !output.failed());
        let subject = self.subject(&files, file.as_deref());
        settle(&subject, &files, &ledger.baseline, &findings, has_ended);
        indexes::write(&ledger.wanted, &files);
        history::write(&ledger.notes, &files, &self.name);
        let failed = !findings.is_empty() || !has_ended;
        let failed = failed && !self.should_panic;
        for other in others.take() {
            self.drop_other(&other);
        }
        let unwritten = database::in_background_blocking(database.unwritten());
        let kept = self.clean_up(&database, failed);
        let untested = ledger.budgeted.untested().filter(|_| has_ended);
        let concluded = Self::conclude(output, &findings, kept.as_deref(), &subject, &files)?;
        match unwritten.and(untested.map_or(Ok(()), Err)) {
            Err(error) if !self.should_panic => Err(Failure::setup(&self.name, &error)),
            _ => Ok(concluded),
        }
    }

    fn take_sizes_of_its_budget(&mut self) -> Result<(), SetupError> {
        if let Some(name) = &self.budget {
            let sizes = within::rows_of(within::entry(name)?);
            if self.rows.is_empty() {
                self.rows = sizes;
            }
        }
        Ok(())
    }

    fn set_up(
        &mut self,
        threads: &Threads,
        tally: &Tally,
    ) -> Result<(Runtime, Witness, Arc<Database>), SetupError> {
        if Handle::try_current().is_ok() {
            return Err(SetupError::system(
                "a perf test starts a runtime of its own",
                &"it was run from within another one",
            ));
        }
        let log = SharedLog::of_code_below(config::workspace());
        let witness = Witness::of(log.clone());
        let (on_start, joins, tally) = (witness.clone(), threads.clone(), tally.clone());
        let leaves = threads.clone();
        let runtime = self
            .runtime
            .enable_all()
            .on_thread_start(move || {
                on_start.enter();
                joins.join();
                tally.take_in();
            })
            .on_thread_stop(move || {
                leaves.leave();
                Witness::leave();
            })
            .build();
        let runtime = runtime
            .map_err(|error| SetupError::system("the test's runtime could not start", &error))?;
        let template = self.template.take();
        let waiting = Waiting::begin();
        let database = runtime.block_on(self.database(template, log));
        drop(waiting);
        let database = database?;
        tell::server(&database.server);
        Ok((runtime, witness, Arc::new(database)))
    }

    async fn database(
        &self,
        template: Option<Template>,
        log: SharedLog,
    ) -> Result<Database, SetupError> {
        if let Some(rtt) = self.changes.rtt {
            perf_db::check_rtt(rtt)?;
        }
        match template {
            Some(template) if self.read_only => Database::shared(template, log, self.changes).await,
            None if self.read_only => Err(SetupError::system(
                "a read-only test shares a copy of its template",
                &"it has none: add `template = ..`",
            )),
            template => Database::create(&self.name, template, log, self.changes).await,
        }
    }

    /// What a passing test used is dropped, what a failing one used is kept. A database that stays behind fails no test:
    /// the next run removes it. But it is told.
    fn clean_up(&self, database: &Database, failed: bool) -> Option<String> {
        let most = config::config().map_or(0, |config| config.keep_failed);
        let done = if failed {
            database::in_background_blocking(database.keeping(&self.name, most))
        } else {
            database::in_background_blocking(database.farewell()).map(|()| None)
        };
        done.unwrap_or_else(|error| {
            tell::warning(&format!("{}: {error}", self.name));
            None
        })
    }

    fn drop_other(&self, database: &Database) {
        if let Err(error) = database::in_background_blocking(database.farewell()) {
            tell::warning(&format!("{}: {error}", self.name));
        }
    }

    fn conclude<T: TestOutput>(
        output: std::thread::Result<T>,
        findings: &[Finding],
        kept: Option<&str>,
        subject: &Subject<'_>,
        files: &artefacts::Files,
    ) -> Result<T, Failure> {
        let failure = failure_of(subject, files, findings, kept);
        if let (None, Some(kept)) = (&failure, kept) {
            // A failure of the test's own has no report to say it in.
            tell::kept(kept);
        }
        match (output, failure) {
            (Ok(output), None) => Ok(output),
            (Ok(output), Some(failure)) if output.failed() => {
                tell::beside(&failure);
                Ok(output)
            }
            (Ok(_), Some(failure)) => Err(failure),
            (Err(panic), failure) => {
                failure.iter().for_each(tell::beside);
                resume_unwind(panic)
            }
        }
    }

    /// What is written to disk.
    fn subject<'a>(
        &'a self,
        files: &'a artefacts::Files,
        baseline: Option<&'a Path>,
    ) -> Subject<'a> {
        let values = match config::config().map(|config| config.parameters) {
            Ok(config::Parameters::Show) => Values::Shown,
            _ => Values::Masked,
        };
        Subject {
            test: &self.name,
            known_as: &files.known_as,
            baseline,
            artefact: files.shown.as_deref(),
            kept: None,
            values,
        }
    }
}

/// The file of known findings, and those of this test.
fn known(files: &artefacts::Files) -> Result<(Option<PathBuf>, Baseline), SetupError> {
    let file = config::baseline()?;
    let baseline = baseline::of_test(file.as_deref(), &files.known_as)?;
    Ok((file, baseline))
}

/// The findings as text, and both forms on disk.
fn failure_of(
    on_disk: &Subject<'_>,
    files: &artefacts::Files,
    findings: &[Finding],
    kept: Option<&str>,
) -> Option<Failure> {
    if findings.is_empty() {
        files.remove();
        return None;
    }
    let written = files.write(
        &failure(on_disk, findings),
        &failure_json(on_disk, findings),
    );
    let on_screen = Subject {
        artefact: on_disk.artefact.filter(|_| written.is_ok()),
        kept,
        values: Values::Shown,
        ..*on_disk
    };
    let mut text = failure(&on_screen, findings);
    if let Err(error) = written {
        let lines = [
            text.as_str(),
            "            nothing could be written: ",
            &error.to_string(),
            "\n",
        ];
        text = lines.concat();
    }
    Some(Failure::new(text, Cause::Findings(findings.to_vec())))
}
