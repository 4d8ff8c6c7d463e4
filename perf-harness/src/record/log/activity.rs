//! What runs at once, and for how long anything did.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::record::wire::QueryId;

/// The statements that are under way.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// By connection: none is kept without a statement.
    running: HashMap<u64, HashSet<QueryId>>,
    since: Duration,
    /// While at least one statement ran.
    busy: Duration,
    most: usize,
}

impl Activity {
    pub(super) fn start(&mut self, connection: u64, id: QueryId, at: Duration) {
        if self.running.is_empty() {
            self.since = at;
        }
        self.running.entry(connection).or_default().insert(id);
        self.most = self.most.max(self.running.len());
    }

    /// A statement ended, or never ran: then it took no time.
    pub(super) fn end(&mut self, connection: u64, id: QueryId, at: Option<Duration>) {
        let Some(running) = self.running.get_mut(&connection) else {
            return;
        };
        running.remove(&id);
        if running.is_empty() {
            self.running.remove(&connection);
            self.rest(at);
        }
    }

    /// The connection is closed: nothing runs on it any more.
    pub(super) fn closed(&mut self, connection: u64, at: Duration) {
        if self.running.remove(&connection).is_some() {
            self.rest(Some(at));
        }
    }

    fn rest(&mut self, at: Option<Duration>) {
        if self.running.is_empty() {
            self.busy += at.map_or(Duration::ZERO, |at| at.saturating_sub(self.since));
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// How long anything ran, up to now.
    pub(super) fn busy(&self, now: Duration) -> Duration {
        let running = if self.is_idle() {
            Duration::ZERO
        } else {
            now.saturating_sub(self.since)
        };
        self.busy + running
    }

    /// The most connections that had a statement at the same time.
    pub(super) fn most(&self) -> usize {
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn what_overlaps_takes_its_time_once() {
        let mut activity = Activity::default();
        activity.start(1, 1, ms(10));
        activity.start(2, 1, ms(15));
        activity.end(1, 1, Some(ms(20)));
        activity.end(2, 1, Some(ms(30)));
        activity.start(1, 2, ms(40));
        activity.end(1, 2, Some(ms(45)));
        assert_eq!((activity.busy(ms(100)), activity.most()), (ms(25), 2));
        assert!(activity.is_idle());
    }

    #[test]
    fn statements_in_one_pipeline_are_on_one_connection() {
        let mut activity = Activity::default();
        activity.start(1, 1, ms(0));
        activity.start(1, 2, ms(0));
        activity.end(1, 1, Some(ms(3)));
        assert_eq!((activity.busy(ms(5)), activity.most()), (ms(5), 1));
        assert!(!activity.is_idle());
    }

    #[test]
    fn what_never_ran_took_no_time_and_what_was_cut_off_took_some() {
        let mut activity = Activity::default();
        activity.start(1, 1, ms(0));
        activity.end(1, 1, None);
        activity.start(2, 1, ms(10));
        activity.closed(2, ms(12));
        activity.closed(3, ms(50));
        activity.end(7, 7, Some(ms(60)));
        assert_eq!(activity.busy(ms(99)), ms(2));
        assert!(activity.is_idle());
    }
}
