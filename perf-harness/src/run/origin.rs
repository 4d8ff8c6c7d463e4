//! Where a recording comes from, and where what does not hold of it is left.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use url::Url;

use super::ledger::Ledger;
use crate::config;
use crate::database::{Database, Plans};
use crate::machine::Threads;
use crate::plan::Rows;
use crate::postgres::masked;

/// What the recordings of one database have in common.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) ledger: Arc<Ledger>,
    /// Those that the test's work runs on.
    pub(super) threads: Threads,
    /// Is an assertion that takes times under way?
    pub(super) takes_times: Arc<AtomicBool>,
    /// The URL to connect to, as it may be shown.
    pub(super) masked_url: String,
    /// Past the recorder.
    pub(super) direct: Url,
    /// The rows that tables are taken to have, unless a recording says otherwise.
    pub(super) rows: Rows,
    /// Why the plans that run are not told, where the test asks for that.
    pub(super) unheard: Option<String>,
}

impl Origin {
    /// Of what connects to `url`, a URL of the database.
    pub(super) fn new(
        database: &Database,
        url: &Url,
        ledger: Arc<Ledger>,
        rows: Rows,
        threads: Threads,
    ) -> Self {
        Self {
            ledger,
            threads,
            takes_times: Arc::default(),
            masked_url: masked(url),
            direct: database.direct.clone(),
            rows: below_the_package(rows),
            unheard: match &database.plans {
                Plans::Refused(reason) => Some(reason.clone()),
                Plans::Off | Plans::On => None,
            },
        }
    }
}

/// Paths start at the package's directory.
pub(super) fn below_the_package(rows: Rows) -> Rows {
    match config::package_directory() {
        Some(package) => rows.below(&package),
        None => rows,
    }
}
