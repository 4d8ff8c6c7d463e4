//! Whether the kernel counts how long threads wait: tried, and not guessed from its name.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::Duration;

use super::sharing::{stay_here, stay_on};
use super::threads::Thread;
use crate::clock;

/// Why nothing is known of run-queue delay here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unknown {
    /// No Linux, or one without this part of `/proc`.
    #[error(
        "this system does not tell how long threads wait for a processor (/proc/thread-self/schedstat: {0})"
    )]
    Absent(String),
    /// The figure is there, and stands still.
    #[error(
        "this kernel does not count how long threads wait for a processor (/proc/thread-self/schedstat stands still)"
    )]
    NotCounted,
    /// No thread could be made to wait.
    #[error(
        "whether this kernel counts how long threads wait for a processor could not be tried: {0}"
    )]
    Untried(String),
}

impl Unknown {
    #[expect(clippy::needless_pass_by_value, reason = "a function for `map_err`")]
    pub(super) fn absent(error: io::Error) -> Self {
        Self::Absent(error.to_string())
    }

    #[expect(clippy::needless_pass_by_value, reason = "a function for `map_err`")]
    fn untried(error: io::Error) -> Self {
        Self::Untried(error.to_string())
    }
}

/// More than the longest turn that a kernel gives a thread while another one waits.
const LONGEST_TURN: Duration = Duration::from_millis(25);

/// Whether run-queue delay is known. Tried once for the process.
pub(crate) fn run_delay_is_known() -> Result<(), Unknown> {
    static TRIED: OnceLock<Result<(), Unknown>> = OnceLock::new();
    TRIED.get_or_init(|| is_counted(waited)).clone()
}

/// By the thread that asks.
fn waited() -> Result<Duration, Unknown> {
    Ok(Thread::this()?.waited())
}

/// Most threads have waited by the time that anyone asks. One that has not proves nothing: the kernel counts zero for a thread
/// that it puts on a processor in the moment of waking it.
fn is_counted(waited: impl Fn() -> Result<Duration, Unknown> + Sync) -> Result<(), Unknown> {
    if waited()?.is_zero() {
        compete(waited)
    } else {
        Ok(())
    }
}

/// Has two threads be busy on one processor. One of them waits while the other runs, whatever the machine: that must show.
fn compete(waited: impl Fn() -> Result<Duration, Unknown> + Sync) -> Result<(), Unknown> {
    let (start, processor) = (Barrier::new(2), AtomicUsize::new(0));
    let seen = AtomicBool::new(false);
    let be_busy = || {
        start.wait();
        let began = clock::now();
        while !seen.load(Ordering::Relaxed) {
            let is_over = clock::now().saturating_sub(began) > LONGEST_TURN;
            // After the last look at the clock: the wait may have come just before.
            if !waited()?.is_zero() {
                seen.store(true, Ordering::Relaxed);
            } else if is_over {
                break;
            }
        }
        Ok(())
    };
    let first = || {
        let stays = stay_here().map(|here| processor.store(here, Ordering::Relaxed));
        start.wait();
        be_busy().and(stays.map_err(Unknown::untried))
    };
    let second = || {
        start.wait();
        let stays = stay_on(None, processor.load(Ordering::Relaxed));
        be_busy().and(stays.map_err(Unknown::untried))
    };
    let ends = thread::scope(|scope| {
        let both = [scope.spawn(first), scope.spawn(second)];
        both.map(|thread| thread.join().unwrap_or(Err(Unknown::NotCounted)))
    });
    if seen.into_inner() {
        return Ok(());
    }
    ends.into_iter().collect::<Result<(), _>>()?;
    Err(Unknown::NotCounted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_stands_still_while_threads_must_wait_is_not_counted() {
        let known = is_counted(|| Ok(Duration::ZERO));
        let untried = matches!(known, Err(Unknown::Untried(_))) && cfg!(not(target_os = "linux"));
        assert!(known == Err(Unknown::NotCounted) || untried, "{known:?}");
    }

    #[test]
    fn a_figure_that_grows_in_one_of_them_is() {
        let asked = AtomicUsize::new(0);
        let waited = || {
            let times = asked.fetch_add(1, Ordering::Relaxed);
            Ok(Duration::from_nanos(u64::from(times == 5)))
        };
        assert_eq!(is_counted(waited), Ok(()));
    }

    #[test]
    fn a_figure_that_is_not_zero_needs_no_trial() {
        let asker = thread::current().id();
        let waited = || {
            assert_eq!(thread::current().id(), asker);
            Ok(Duration::from_nanos(1))
        };
        assert_eq!(is_counted(waited), Ok(()));
    }

    #[test]
    fn a_figure_that_is_not_there_is_absent() {
        let absent = Unknown::absent(io::ErrorKind::NotFound.into());
        assert_eq!(is_counted(|| Err(absent.clone())), Err(absent.clone()));
        assert_eq!(compete(|| Err(absent.clone())), Err(absent.clone()));
        assert_eq!(
            absent.to_string(),
            "this system does not tell how long threads wait for a processor \
             (/proc/thread-self/schedstat: entity not found)"
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn trying_agrees_with_what_is_known() {
        let tried = compete(waited);
        assert_eq!(run_delay_is_known(), tried);
        assert_eq!(run_delay_is_known(), tried);
    }
}
