//! Threads that compete for one processor.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::rival::with_a_rival;
use super::{comes_true, is_known_here};
use crate::clock;
use crate::machine::{Thread, Threads, run_delay_is_known};

const WAITED: Duration = Duration::from_millis(30);

/// By how much time run lags, at the coarsest tick; and then some.
const TICK: Duration = Duration::from_millis(20);

#[test]
fn a_thread_that_must_share_its_processor_has_waited() {
    if !is_known_here("a_thread_that_must_share_its_processor_has_waited") {
        return;
    }
    with_a_rival(|| {
        let this = Thread::this().unwrap();
        let began = clock::now();
        let before = this.usage();
        // It never sleeps: what it does not run, it waits.
        let has_waited = comes_true(|| this.usage().since(before).waited >= WAITED);
        let spent = this.usage().since(before);
        let passed = clock::now().saturating_sub(began);
        assert!(has_waited, "{spent:?} of {passed:?}");
        assert!(spent.ran > Duration::ZERO, "{spent:?}");
        let sum = spent.ran + spent.waited;
        assert!(sum <= passed + TICK, "{spent:?} of {passed:?}");
    });
}

#[test]
fn the_waiting_of_all_threads_that_joined_is_added_up() {
    if !is_known_here("the_waiting_of_all_threads_that_joined_is_added_up") {
        return;
    }
    with_a_rival(|| {
        let threads = Threads::default();
        let (waited, summed) = (Barrier::new(3), Barrier::new(3));
        let work = || {
            threads.join();
            let this = Thread::this().unwrap();
            let before = this.usage();
            let has_waited = comes_true(|| this.usage().since(before).waited >= WAITED);
            let spent = this.usage().since(before);
            waited.wait();
            summed.wait();
            threads.leave();
            assert!(has_waited, "{spent:?}");
            spent
        };
        let (while_present, each) = thread::scope(|scope| {
            let both = [scope.spawn(work), scope.spawn(work)];
            waited.wait();
            let while_present = threads.usage();
            summed.wait();
            (while_present, both.map(|thread| thread.join().unwrap()))
        });
        for sum in [while_present, threads.usage()] {
            let least = each[0] + each[1];
            assert!(sum.waited >= least.waited, "{sum:?} {each:?}");
            assert!(sum.ran >= least.ran, "{sum:?} {each:?}");
        }
        let left = threads.usage();
        assert_eq!((threads.ran(), threads.waited()), (left.ran, left.waited));
        assert_eq!(threads.unseen(), 0);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_said_to_be_known_is_what_the_kernel_tells_a_thread_that_waited() {
    let known = run_delay_is_known();
    with_a_rival(|| {
        let is_told = || {
            let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
            text.split(' ').nth(1).is_some_and(|waited| waited != "0")
        };
        if known.is_ok() {
            assert!(comes_true(is_told));
            return;
        }
        let began = clock::now();
        while clock::now().saturating_sub(began) < WAITED * 5 {}
        assert!(!is_told(), "{known:?}");
    });
}
