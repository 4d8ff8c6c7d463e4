//! What the time of one window went into.

use std::time::Duration;

use super::course::{Doing, Stretch};

/// From the beginning of the work to its end.
#[derive(Debug, Default)]
pub(super) struct Spent {
    started: Duration,
    ended: Option<Duration>,
    idle: Idle,
}

/// How long connections sat idle in a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Idle {
    pub(super) sum: Duration,
    pub(super) longest: Duration,
}

impl Spent {
    pub(super) fn since(started: Duration) -> Self {
        Self {
            started,
            ..Self::default()
        }
    }

    /// The work has ended: what comes is late, and none of its time.
    pub(super) fn end(&mut self, at: Duration) {
        self.ended.get_or_insert(at);
    }

    pub(super) fn add(&mut self, stretch: Stretch) {
        let from = stretch.from.max(self.started);
        let to = self.ended.map_or(stretch.to, |ended| stretch.to.min(ended));
        if from >= to {
            return;
        }
        match stretch.doing {
            Doing::IdleInTransaction => {
                self.idle.sum += to - from;
                self.idle.longest = self.idle.longest.max(to - from);
            }
            Doing::Opening | Doing::Waiting | Doing::Serving => {}
        }
    }

    pub(super) fn idle(&self) -> Idle {
        self.idle
    }
}
