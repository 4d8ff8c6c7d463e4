//! What kept a test from being measured: the cause, the value, and the cure.

mod hint;

use std::sync::Arc;
use std::time::Duration;

/// Why a test could not be measured. It says nothing about the code under test.
///
/// [`Display`](std::fmt::Display) gives the cause on one line, [`SetupError::hint`] the cure.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// An environment variable has a value that means nothing.
    #[error("{variable} is `{value}`, which is not {expected}")]
    Setting {
        /// The variable's name.
        variable: &'static str,
        /// Its value. Passwords in URLs are masked.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// The provider is behind a feature that this build does not have.
    #[error(
        "PERF_HARNESS_POSTGRES={provider} needs the feature `{feature}` of perf-harness, which is off"
    )]
    FeatureDisabled {
        /// The provider that was named.
        provider: &'static str,
        /// The feature to switch on.
        feature: &'static str,
    },
    /// No provider could give a server.
    #[error("no PostgreSQL could be had: {}", .tried.join("; "))]
    NoPostgres {
        /// Each provider and why it could not.
        tried: Vec<String>,
    },
    /// A container could not be had.
    #[error("Docker cannot provide PostgreSQL: {cause}")]
    Docker {
        /// What the engine said.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// Binaries could not be downloaded.
    #[error("PostgreSQL could not be downloaded: {cause}")]
    Download {
        /// What went wrong, with the address or the file.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// The server has no room left for a database.
    #[error("there is no room left for databases in {place}: {cause}")]
    StorageFull {
        /// The directory, or the server.
        place: String,
        /// What the server said.
        cause: String,
    },
    /// A migration asks for an extension that the server does not have.
    #[error("the server has no extension `{extension}`: {cause}")]
    ExtensionMissing {
        /// Its name.
        extension: String,
        /// The server's major version.
        major: u32,
        /// What the server said.
        cause: String,
    },
    /// Data that should be larger is not.
    #[error(
        "at size {} the database had {} rows, and at size {} it had {}: the data did not grow, so nothing was tested",
        .sizes.0, .rows.0, .sizes.1, .rows.1
    )]
    NotGrown {
        /// Two sizes that follow each other.
        sizes: (usize, usize),
        /// How many rows all tables had at each.
        rows: (u64, u64),
    },
    /// Sizes that nothing can be told from.
    #[error("the sizes {sizes:?} are not two or more, each larger than the one before")]
    Sizes {
        /// As they were given.
        sizes: Vec<usize>,
    },
    /// The texts of some statements were not kept.
    #[error(
        "{statements} statements are counted, but their text was not kept, so they could not be looked at"
    )]
    Unsampled {
        /// How many.
        statements: usize,
    },
    /// An excuse that no defect needed.
    #[error("nothing needs the excuse `{part}` ({reason})")]
    ExcuseUnused {
        /// The part of a query, or the function, that it names.
        part: String,
        /// Its reason.
        reason: String,
    },
    /// An excuse without a reason.
    #[error("the excuse `{part}` has no reason")]
    ExcuseWithoutReason {
        /// The part of a query, or the function, that it names.
        part: String,
    },
    /// The baseline, or what is asked of it, means nothing.
    #[error("{cause}")]
    Baseline {
        /// The file or the option, and what is wrong, with the entry and the value.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// What tests wrote of their indexes cannot be read, or is not there.
    #[error("{cause}")]
    Indexes {
        /// The directory or the file, and what is wrong.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// An assertion on latency that cannot be decided, or whose work cannot be timed.
    #[error("{cause}")]
    Latency {
        /// The rule or the work, and what is wrong with it.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// None of the queries recorded is among those that were asked about.
    #[error(
        "none of the {of} queries recorded is among those chosen, so `{budget}` was not tested"
    )]
    NothingChosen {
        /// The assertion as it was written.
        budget: String,
        /// How many were recorded.
        of: usize,
        /// The tables that they name, and how many name each.
        tables: Vec<(String, usize)>,
    },
    /// A name that an assertion or a test's sizes have, and the database has not.
    #[error("there is no {what} `{name}` in the database")]
    NoSuch {
        /// `table`, `index` or `column`.
        what: &'static str,
        /// As it was written.
        name: String,
        /// All that there are.
        known: Vec<String>,
    },
    /// A name that several have.
    #[error("the {what} `{name}` is in several schemas: {}", .candidates.join(", "))]
    Ambiguous {
        /// `table` or `index`.
        what: &'static str,
        /// As it was written.
        name: String,
        /// With their schemas.
        candidates: Vec<String>,
    },
    /// A table without rows is asked to be taken for a larger one.
    #[error("`{table}` has no rows, so it cannot be taken for one of {rows}")]
    NothingToScale {
        /// Its name.
        table: String,
        /// The rows that it should be taken to have.
        rows: u64,
    },
    /// A rule about a table that none of the queries reads.
    #[error("no query recorded reads `{table}`, so nothing was tested")]
    NotRead {
        /// The table, with its schema.
        table: String,
        /// Those that are read.
        read: Vec<String>,
    },
    /// A rule about order, and no query is ordered.
    #[error("no query recorded has an ORDER BY, so nothing was tested")]
    NothingOrdered,
    /// A query whose plan is not known.
    #[error("the plan of `{query}` is not known: {cause}")]
    Unexplained {
        /// Its fingerprint.
        query: String,
        /// Why.
        cause: String,
        /// What came of it was asked for, and not only how it is planned.
        ran_only: bool,
    },
    /// Sizes between which nothing can grow.
    #[error("from {first} to {last} rows there are no two sizes, each larger than the one before")]
    Scale {
        /// The first one.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// No query reads a table that could grow.
    #[error("no query recorded reads a table, so nothing was tested")]
    NothingGrows,
    /// None of the queries has a plan.
    #[error("no query recorded has a plan, so nothing was tested")]
    NothingPlanned,
    /// Plans of more queries would have to be asked for.
    #[error(
        "the plans of {queries} more queries were not asked for, so nothing holds of all of them"
    )]
    Unasked {
        /// How many.
        queries: usize,
    },
    /// The role may not set statistics.
    #[error("PostgreSQL {major} does not let this role set statistics: {cause}")]
    MayNotScale {
        /// What the server said.
        cause: String,
        /// The server's major version.
        major: u32,
    },
    /// A file of statistics could not be used.
    #[error("the statistics in {file} cannot be used: {cause}")]
    Statistics {
        /// The file.
        file: String,
        /// What is wrong with it, or what the server said.
        cause: String,
    },
    /// A transaction holds a lock that keeps plans from being asked for.
    #[error(
        "plans cannot be asked for: a transaction that is still open holds a lock that they wait for"
    )]
    PlansLocked,
    /// A read-only test, or one that ran beside it, wrote.
    #[error(
        "the database that read-only tests share was written to: {rows} row{}, by this test or by one that ran at the same time",
        if *.rows == 1 { "" } else { "s" }
    )]
    ReadOnlyWritten {
        /// How many rows, those of the server's own catalog included.
        rows: i64,
    },
    /// A template was not finished in time.
    #[error("the template `{template}` was not finished within {limit_s} s")]
    TemplateTimeout {
        /// Its path.
        template: String,
        /// The limit in seconds.
        limit_s: u64,
    },
    /// No Postgres was found on this machine.
    #[error("no PostgreSQL server binaries were found; looked in {}", .looked_in.join(", "))]
    PostgresNotFound {
        /// Every place that was looked in.
        looked_in: Vec<String>,
    },
    /// The server is older than the oldest supported one.
    #[error("{place} is PostgreSQL {version}, and 14 is the oldest that is supported")]
    PostgresTooOld {
        /// The binaries' directory, or the URL with its password masked.
        place: String,
        /// Its version.
        version: String,
    },
    /// The server at a URL could not be used.
    #[error("the server at {url} cannot be used: {cause}")]
    UrlRefused {
        /// The URL with its password masked.
        url: String,
        /// What the server or the operating system said.
        cause: String,
    },
    /// The URL asks for encryption, which a recorder cannot look into.
    #[error("{url} asks for sslmode={mode}, and the recorder reads the wire unencrypted")]
    TlsRequired {
        /// The URL with its password masked.
        url: String,
        /// The mode that was asked for.
        mode: String,
    },
    /// The private cluster could not be made or started.
    #[error("the private PostgreSQL cluster could not be {step}: {cause}")]
    Cluster {
        /// What was tried: `created`, `started`, ...
        step: &'static str,
        /// What the program or the operating system said.
        cause: String,
    },
    /// The role may not create databases.
    #[error("role `{role}` may not create databases on {url}: {cause}")]
    MayNotCreateDatabase {
        /// The role that was used.
        role: String,
        /// The URL with its password masked.
        url: String,
        /// What the server said.
        cause: String,
    },
    /// A database could not be made, read or removed.
    #[error("database `{database}` could not be {step}: {cause}")]
    Database {
        /// The database's name.
        database: String,
        /// What was tried: `created`, `removed`, ...
        step: &'static str,
        /// What the server said.
        cause: String,
    },
    /// A template could not be built: a migration, a command or a function of it failed.
    #[error("the template `{template}` failed: {cause}")]
    Template {
        /// The path of its function, or what it is made from.
        template: String,
        /// Its error, with what caused it.
        cause: String,
    },
    /// The machine refused something that the harness needs.
    #[error("{what}: {cause}")]
    System {
        /// What was tried.
        what: String,
        /// What the operating system said.
        cause: String,
    },
    /// The file of budgets, or what is asked of it, means nothing.
    #[error("{cause}")]
    Budgets {
        /// The file, the line, the entry and what is wrong with it.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// A budget was asked about a recording that holds no query.
    #[error("no query was recorded, so `{budget}` was not tested")]
    NothingRecorded {
        /// The assertion as it was written.
        budget: String,
        /// The recorded URL, password masked: where the service should have connected.
        url: String,
        /// Whether any connection was open to the recorded URL meanwhile.
        connected: bool,
    },
    /// A limit that means nothing, or one on what is not known.
    #[error("{cause}")]
    Limit {
        /// What is wrong with it.
        cause: String,
        /// What to do about it.
        cure: String,
    },
    /// The recorder forwarded messages that it could not read.
    #[error("{messages} messages could not be read, so no count is certain")]
    Undecoded {
        /// How many.
        messages: usize,
    },
    /// A round-trip time that no network has.
    #[error("a round-trip time of {rtt:?} is not more than nothing and at most ten seconds")]
    RoundTripTime {
        /// As it was given.
        rtt: Duration,
    },
    /// What was recorded went past the recorder.
    #[error("this is a recording of an unrecorded database, so `{budget}` was not tested")]
    Unrecorded {
        /// The assertion as it was written.
        budget: String,
    },
    /// The history cannot be read, or has nothing of what was asked about.
    #[error("{cause}")]
    History {
        /// The directory, the file or the name, and what is wrong.
        cause: String,
        /// What to do about it.
        cure: String,
    },
}

impl SetupError {
    /// A name that the database has not.
    pub(crate) fn no_such(what: &'static str, name: &str, known: Vec<String>) -> Self {
        Self::NoSuch {
            what,
            name: name.to_owned(),
            known,
        }
    }

    /// Times that cannot be taken or judged.
    pub(crate) fn latency(cause: String, cure: impl Into<String>) -> Self {
        Self::Latency {
            cause,
            cure: cure.into(),
        }
    }

    /// An error of the operating system.
    pub(crate) fn system(what: impl Into<String>, cause: &impl ToString) -> Self {
        Self::System {
            what: what.into(),
            cause: cause.to_string(),
        }
    }
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Errors are kept once and told to every test that they concern.
pub(crate) type SharedError = Arc<SetupError>;
