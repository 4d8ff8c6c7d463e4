//! Threads that compete for one processor.

use std::thread;
use std::time::Duration;

use super::rival::with_a_rival;
use super::{comes_true, is_known_here};
use crate::clock;
use crate::machine::{Thread, Threads};

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
        let work = || {
            let _counted = threads.guard();
            let this = Thread::this().unwrap();
            let before = this.usage();
            assert!(comes_true(|| this.usage().since(before).waited >= WAITED));
            this.usage().since(before)
        };
        let each = thread::scope(|scope| {
            let both = [scope.spawn(work), scope.spawn(work)];
            both.map(|thread| thread.join().unwrap())
        });
        let sum = each[0] + each[1];
        assert!(threads.waited() >= sum.waited, "{threads:?} {each:?}");
        assert!(threads.ran() >= sum.ran, "{threads:?} {each:?}");
        assert_eq!(threads.unseen(), 0);
    });
}
