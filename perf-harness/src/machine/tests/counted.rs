//! Which threads are counted, and for how long.

use std::sync::mpsc::{self, TryRecvError};
use std::thread;
use std::time::Duration;

use super::rival::with_a_rival;
use super::{comes_true, is_known_here};
use crate::machine::{Thread, Threads};

/// Is busy, beside a rival, until this thread has waited.
fn wait_a_little() {
    let this = Thread::this().unwrap();
    let before = this.waited();
    assert!(comes_true(|| this.waited() > before));
}

#[test]
fn a_thread_that_left_keeps_what_it_had() {
    if !is_known_here("a_thread_that_left_keeps_what_it_had") {
        return;
    }
    let threads = Threads::default();
    with_a_rival(|| {
        threads.join();
        wait_a_little();
        threads.leave();
        let left = threads.usage();
        assert!(left.waited > Duration::ZERO);
        wait_a_little();
        assert_eq!(threads.usage(), left);
    });
    assert!(threads.waited() > Duration::ZERO);
}

#[test]
fn a_thread_that_ended_without_leaving_keeps_what_was_last_read() {
    if !is_known_here("a_thread_that_ended_without_leaving_keeps_what_was_last_read") {
        return;
    }
    let threads = Threads::default();
    let (seen, last) = mpsc::channel();
    with_a_rival(|| {
        threads.join();
        wait_a_little();
        seen.send(threads.waited()).unwrap();
    });
    let last = last.recv().unwrap();
    assert!(last > Duration::ZERO);
    assert!(threads.waited() >= last, "{threads:?}");
    assert_eq!(threads.usage(), threads.usage());
}

#[test]
fn what_a_thread_did_before_it_joined_is_not_counted() {
    if !is_known_here("what_a_thread_did_before_it_joined_is_not_counted") {
        return;
    }
    with_a_rival(|| {
        let threads = Threads::default();
        wait_a_little();
        let this = Thread::this().unwrap();
        let before = this.usage();
        let _counted = threads.guard();
        let counted = threads.usage();
        let since = this.usage().since(before);
        assert!(counted.waited <= since.waited, "{counted:?} {since:?}");
        assert!(counted.ran <= since.ran, "{counted:?} {since:?}");
    });
}

#[test]
fn a_thread_that_joins_twice_is_counted_once_and_leaves_twice() {
    if !is_known_here("a_thread_that_joins_twice_is_counted_once_and_leaves_twice") {
        return;
    }
    with_a_rival(|| {
        let threads = Threads::default();
        let this = Thread::this().unwrap();
        let before = this.usage();
        threads.join();
        let inner = threads.guard();
        wait_a_little();
        let counted = threads.waited();
        assert!(counted <= this.usage().since(before).waited, "{counted:?}");
        drop(inner);
        wait_a_little();
        assert!(threads.waited() > counted, "{threads:?}");
        threads.leave();
        let left = threads.usage();
        wait_a_little();
        // Who has left may leave again, and nothing comes of it.
        threads.leave();
        assert_eq!(threads.usage(), left);
    });
}

#[test]
fn others_see_what_a_thread_waits_while_it_goes_on() {
    if !is_known_here("others_see_what_a_thread_waits_while_it_goes_on") {
        return;
    }
    let threads = Threads::default();
    let (stop, stopped) = mpsc::channel::<()>();
    let member = threads.clone();
    let busy = move || {
        member.join();
        while stopped.try_recv() == Err(TryRecvError::Empty) {}
        member.leave();
    };
    let member = &threads;
    let see = move || {
        let threads = member;
        assert!(comes_true(|| threads.waited() > Duration::ZERO));
        let seen = threads.waited();
        assert!(comes_true(|| threads.waited() > seen));
        drop(stop);
        seen
    };
    let seen = thread::scope(|scope| {
        let see = scope.spawn(see);
        with_a_rival(busy);
        see.join().unwrap()
    });
    assert!(threads.waited() > seen);
}
