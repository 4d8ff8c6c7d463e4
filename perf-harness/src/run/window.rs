//! The time in which what crosses the wire is kept.

use super::drain;
use crate::clock;
use crate::record::{SharedLog, Traffic};

/// An open window of the log. Closed when it is dropped: work can panic or be dropped itself.
pub(super) struct Window<'a> {
    log: &'a SharedLog,
    number: u64,
    /// Of the work's runtime, that were alive when it began.
    tasks_before: usize,
}

impl<'a> Window<'a> {
    pub(super) fn open(log: &'a SharedLog) -> Self {
        let number = log.lock().open(clock::now());
        Self {
            log,
            number,
            tasks_before: drain::tasks(),
        }
    }

    /// The work has ended: waits for what it left under way.
    pub(super) async fn drained(&self) {
        self.log.lock().work_ended(self.number, clock::now());
        drain::drained(self.log, self.number, self.tasks_before).await;
    }

    pub(super) fn close(self) -> Traffic {
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
