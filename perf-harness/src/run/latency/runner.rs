//! Runs a piece of work once, and says how long that took and what of it was waiting for a processor.

use std::time::Duration;

use super::server::Server;
use crate::clock;
use crate::error::SetupError;
use crate::machine;
use crate::record::strict_fingerprint;
use crate::report::one_line;
use crate::run::perf_db::PerfDb;
use crate::timing::{Timing, Waits};

/// What one assertion runs its work with.
pub(in crate::run) struct Runner<'a> {
    pub(super) db: &'a PerfDb,
    time_out: Duration,
    lanes: u64,
    /// Of a server that cannot be asked, or before it was asked, nothing is known.
    server: Option<Server>,
    /// Why the server could not be asked.
    unasked: Option<String>,
    /// Why nothing is known of threads here.
    unknown: Option<String>,
}

/// What the counters say at one moment.
#[derive(Clone, Copy)]
struct Reading {
    own: Duration,
    server: Duration,
    recorded: u64,
}

impl<'a> Runner<'a> {
    pub(in crate::run) fn new(db: &'a PerfDb, time_out: Duration) -> Self {
        let unknown = machine::run_delay_is_known().err();
        Self {
            db,
            time_out,
            lanes: 1,
            server: None,
            unasked: None,
            unknown: unknown.map(|unknown| unknown.to_string()),
        }
    }

    /// So many runs are under way at once: what passes the recorder meanwhile is of all of them.
    pub(super) fn lanes(mut self, lanes: usize) -> Self {
        self.lanes = lanes.max(1) as u64;
        self
    }

    /// Finds the server's processes that answer. A pool has opened its connections by then.
    pub(in crate::run) async fn find_server(&mut self) {
        match Server::of(&self.db.origin.direct).await {
            Ok(server) => self.server = Some(server),
            Err(error) => self.unasked = Some(error.to_string()),
        }
    }

    /// Looks for new ones, if it was not done lately. Not while a run is timed.
    pub(super) async fn look_again(&self) {
        if let Some(server) = &self.server {
            server.look_again().await;
        }
    }

    /// What is known of the waiting.
    pub(super) fn waits(&self) -> Waits {
        let unseen = self.server.as_ref().and_then(Server::unseen);
        match (&self.unknown, unseen.or_else(|| self.unasked.clone())) {
            (Some(why), _) => Waits::Unknown(why.clone()),
            (None, Some(why)) => Waits::OwnOnly(why),
            (None, None) => Waits::Known,
        }
    }

    pub(super) fn waits_are_known(&self) -> bool {
        self.unknown.is_none()
    }

    /// Runs the work once.
    pub(in crate::run) async fn run<I, T>(
        &self,
        input: I,
        work: &impl AsyncFn(I) -> T,
        failure: &impl Fn(&T) -> Option<String>,
    ) -> Result<Timing, SetupError> {
        let before = self.reading();
        let began = clock::now();
        let output = tokio::time::timeout(self.time_out, work(input)).await;
        let wall = clock::now().saturating_sub(began);
        let after = self.reading();
        let Ok(output) = output else {
            return Err(self.never_ends().await);
        };
        match failure(&output) {
            Some(cause) => Err(failed(&cause)),
            None => Ok(Timing {
                wall,
                own_wait: after.own.saturating_sub(before.own),
                server_wait: after.server.saturating_sub(before.server),
                recorded: (after.recorded - before.recorded) / self.lanes,
            }),
        }
    }

    fn reading(&self) -> Reading {
        let server = self.server.as_ref();
        Reading {
            own: self.db.origin.threads.waited(),
            server: server.map_or(Duration::ZERO, Server::waited),
            recorded: self.db.database.log.lock().passed(),
        }
    }

    async fn never_ends(&self) -> SetupError {
        let limit = self.time_out;
        let busy = match Server::of(&self.db.origin.direct).await {
            Ok(server) => server.busy().await,
            Err(_) => Vec::new(),
        };
        let waits_for = match busy.first() {
            Some(busy) => {
                let what = if busy.waits.is_empty() {
                    "its own work"
                } else {
                    &busy.waits
                };
                let query = one_line(&strict_fingerprint(&busy.query));
                format!(
                    "a session of its database is {} and waits for {what}, in {query}",
                    busy.state
                )
            }
            None => "no session of its database is busy, so it waits in the service, for a connection of its pool, or for \
                     something else"
                .to_owned(),
        };
        SetupError::latency(
            format!("a run of the work did not end within {limit:?}: {waits_for}"),
            "let it end, or allow it more: `time_out = 120s`",
        )
    }
}

/// Work that gave an error is told as that, and not by how long it took.
fn failed(cause: &str) -> SetupError {
    SetupError::latency(
        format!("the work failed: {cause}"),
        "it must succeed each time: if it uses its input up, give each run one of its own, `inputs = async || ..`",
    )
}
