//! What was seen of the answers: how long each took, and with which status. Only those within the time of measuring count.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::visitor::Ask;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Status(u16),
    /// No answer: refused, cut off, or later than anybody waits.
    None,
}

impl End {
    /// What a client that asks for what is there expects.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Status(200 | 201 | 304))
    }
}

#[derive(Debug)]
pub(crate) struct Recorder {
    /// Once it has begun.
    from: OnceLock<Instant>,
    time: Duration,
    seen: Mutex<Seen>,
}

/// Microseconds of every request, and its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// All requests, the unmeasured ones, too.
    pub(crate) sent: u64,
    pub(crate) times: BTreeMap<&'static str, Vec<u32>>,
    pub(crate) bad: BTreeMap<End, u64>,
    /// The first bad answer, for a person.
    pub(crate) first_bad: Option<String>,
}

impl Recorder {
    /// One that will measure for so long.
    pub(crate) fn measuring(time: Duration) -> Self {
        Self {
            from: OnceLock::new(),
            time,
            seen: Mutex::default(),
        }
    }

    /// Measures from then on.
    pub(crate) fn begin(&self, now: Instant) {
        self.from.get_or_init(|| now);
    }

    /// How long it has measured by then; `None` where it has not begun.
    pub(crate) fn measured(&self, now: Instant) -> Option<Duration> {
        let from = self.from.get()?;
        Some(now.saturating_duration_since(*from).min(self.time))
    }

    /// Takes in a request that ended now. What failed is an error and no time.
    pub(crate) fn take(&self, ask: Ask, took: Duration, end: End, told: impl FnOnce() -> String) {
        self.take_at(Instant::now(), ask, took, end, told);
    }

    fn take_at(
        &self,
        now: Instant,
        ask: Ask,
        took: Duration,
        end: End,
        told: impl FnOnce() -> String,
    ) {
        let mut seen = self.seen();
        seen.sent += 1;
        if !end.is_good() && seen.first_bad.is_none() {
            seen.first_bad = Some(format!("{}: {}", ask.name(), told()));
        }
        let is_measured = |from: &Instant| now >= *from && now <= *from + self.time;
        if !self.from.get().is_some_and(is_measured) {
            return;
        }
        if end.is_good() {
            let took = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
            seen.times.entry(ask.name()).or_default().push(took);
        } else {
            *seen.bad.entry(end).or_default() += 1;
        }
    }

    pub(crate) fn so_far(&self) -> Seen {
        self.seen().clone()
    }

    /// A user that panicked leaves whole entries behind.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_in_the_time_of_measuring_counts() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let recorder = Recorder::measuring(second);
        assert_eq!(recorder.measured(start), None);
        let millisecond = Duration::from_millis(1);
        for halves in 0..6 {
            let now = start + second / 2 * halves;
            if halves == 2 {
                recorder.begin(now);
            }
            recorder.take_at(
                now,
                Ask::UsersList,
                millisecond,
                End::Status(200),
                String::new,
            );
        }
        let seen = recorder.so_far();
        assert_eq!(seen.sent, 6);
        assert_eq!(recorder.measured(start + second * 3 / 2), Some(second / 2));
        assert_eq!(recorder.measured(start + second * 9), Some(second));
        assert_eq!(seen.times["users-list"], [1000; 3]);
        assert!(seen.bad.is_empty());
    }

    #[test]
    fn an_error_is_counted_by_its_status_and_is_no_time() {
        let now = Instant::now();
        let recorder = Recorder::measuring(Duration::from_secs(1));
        recorder.begin(now);
        for end in [
            End::Status(503),
            End::None,
            End::Status(503),
            End::Status(304),
        ] {
            recorder.take_at(now, Ask::Dashboard, Duration::ZERO, end, || {
                format!("{end:?}")
            });
        }
        let seen = recorder.so_far();
        assert_eq!(
            seen.bad,
            BTreeMap::from([(End::Status(503), 2), (End::None, 1)])
        );
        assert_eq!(seen.times["dashboard"].len(), 1);
        assert_eq!(seen.first_bad.as_deref(), Some("dashboard: Status(503)"));
    }
}
