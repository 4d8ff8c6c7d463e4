//! A thread that wakes every few milliseconds and notices when it could not: the process was stopped, or the machine stood
//! still.
//!
//! It must not take load for that. A thread that waits for its turn is late, too, so what it waited for a processor is taken
//! off, and more of it rather than less.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::known::run_delay_is_known;
use super::threads::Thread;
use crate::clock;

const PERIOD: Duration = Duration::from_millis(20);

/// What may be late for reasons that nobody counts: coarse timers, interrupts, a page to be fetched.
const TOLERANCE: Duration = Duration::from_millis(50);

/// Times at which nothing went on, and not for want of a processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pauses {
    pub(crate) times: u32,
    pub(crate) longest: Duration,
    pub(crate) total: Duration,
}

impl Pauses {
    /// Each began somewhere between two beats.
    pub(crate) fn at_most(self) -> Duration {
        self.total + PERIOD * self.times
    }
}

/// When the thread was awake.
#[derive(Clone, Copy, Debug)]
struct Beat {
    at: Duration,
    /// Its run-queue delay, read before and after the clock was: it may have to wait in between.
    waited_before: Duration,
    waited_after: Duration,
}

/// What follows from the beats so far.
#[derive(Debug)]
struct Rhythm {
    last: Beat,
    pauses: Pauses,
}

impl Rhythm {
    fn begin(first: Beat) -> Self {
        Self {
            last: first,
            pauses: Pauses::default(),
        }
    }

    fn beat(&mut self, beat: Beat) {
        let passed = beat.at.saturating_sub(self.last.at);
        let waited = beat.waited_after.saturating_sub(self.last.waited_before);
        let unexplained = passed.saturating_sub(PERIOD + waited);
        if unexplained > TOLERANCE {
            self.pauses.times += 1;
            self.pauses.longest = self.pauses.longest.max(unexplained);
            self.pauses.total += unexplained;
        }
        self.last = beat;
    }
}

/// The thread. It ends when this goes.
#[derive(Debug)]
pub(super) struct Heartbeat {
    stop: Sender<()>,
    thread: JoinHandle<Pauses>,
}

impl Heartbeat {
    /// `None` where a thread cannot know how long it waited: it would take load for a pause.
    pub(super) fn begin() -> Option<Self> {
        run_delay_is_known().ok()?;
        let (stop, stopped) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let body = move || {
            let Ok(own) = Thread::this() else {
                return Pauses::default();
            };
            // What comes before the first beat is not seen, so the watch begins with it.
            let rhythm = Rhythm::begin(beat(&own));
            ready.send(()).unwrap_or_default();
            until(&stopped, &own, rhythm)
        };
        let thread = Builder::new().name("perf-heartbeat".to_owned()).spawn(body);
        let thread = thread.ok()?;
        is_ready.recv().ok()?;
        Some(Self { stop, thread })
    }

    pub(super) fn end(self) -> Pauses {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

fn until(stopped: &Receiver<()>, own: &Thread, mut rhythm: Rhythm) -> Pauses {
    loop {
        let heard = stopped.recv_timeout(PERIOD);
        rhythm.beat(beat(own));
        if heard != Err(RecvTimeoutError::Timeout) {
            return rhythm.pauses;
        }
    }
}

fn beat(own: &Thread) -> Beat {
    let waited_before = own.waited();
    let at = clock::now();
    Beat {
        at,
        waited_before,
        waited_after: own.waited(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Beats in milliseconds: when, and what it had waited before and after the look at the clock.
    fn check(beats: &[(u64, u64, u64)], expected: &[u64]) {
        let mut beats = beats.iter().map(|&(at, before, after)| Beat {
            at: ms(at),
            waited_before: ms(before),
            waited_after: ms(after),
        });
        let mut rhythm = Rhythm::begin(beats.next().unwrap());
        beats.for_each(|beat| rhythm.beat(beat));
        let pauses = Pauses {
            times: u32::try_from(expected.len()).unwrap(),
            longest: ms(expected.iter().copied().max().unwrap_or_default()),
            total: ms(expected.iter().sum()),
        };
        assert_eq!(rhythm.pauses, pauses);
    }

    #[test]
    fn a_beat_in_time_is_no_pause() {
        check(&[(0, 0, 0), (20, 0, 0), (41, 1, 1), (60, 1, 1)], &[]);
        check(&[(0, 0, 0), (3, 0, 0)], &[]);
    }

    #[test]
    fn a_beat_that_is_late_without_having_waited_is_a_pause() {
        check(&[(0, 0, 0), (20, 0, 0), (340, 0, 0), (360, 0, 0)], &[300]);
        check(
            &[(0, 0, 0), (420, 100, 100), (1440, 100, 100)],
            &[300, 1000],
        );
        check(&[(0, 0, 0), (1020, 0, 0), (1340, 0, 0)], &[1000, 300]);
    }

    #[test]
    fn a_beat_that_waited_for_its_turn_is_none() {
        check(&[(0, 0, 0), (320, 300, 300), (620, 580, 580)], &[]);
    }

    #[test]
    fn what_it_waited_while_it_looked_at_the_clock_counts_to_both_sides() {
        // It was late for the clock, or late for its own figure: neither is a pause.
        check(&[(0, 0, 0), (320, 0, 300), (340, 300, 300)], &[]);
        check(&[(0, 0, 0), (20, 0, 300), (340, 300, 300)], &[]);
    }

    #[test]
    fn what_is_a_little_late_is_none() {
        check(&[(0, 0, 0), (70, 0, 0), (140, 0, 0)], &[]);
        check(&[(0, 0, 0), (71, 0, 0)], &[51]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_thread_ends_when_nobody_watches() {
        let Some(Heartbeat { stop, thread }) = Heartbeat::begin() else {
            assert!(run_delay_is_known().is_err());
            return;
        };
        assert!(!thread.is_finished());
        drop(stop);
        // It would never end otherwise.
        assert!(thread.join().is_ok());
    }
}
