//! What is counted, and whose.

use std::hint::black_box;

use perf_harness_allocator::{Allocated, CountingAllocator, Tally, is_installed, uncounted};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();

fn allocated(allocations: u64, bytes: u64) -> Allocated {
    Allocated { allocations, bytes }
}

/// What this thread allocates meanwhile.
fn counted(work: impl FnOnce()) -> Allocated {
    let tally = Tally::default();
    let _guard = tally.guard();
    let before = tally.allocated();
    work();
    tally.allocated().since(before)
}

fn buffer(bytes: usize) -> Vec<u8> {
    black_box(Vec::with_capacity(black_box(bytes)))
}

#[test]
fn an_allocation_counts_and_to_free_it_does_not() {
    assert_eq!(counted(|| drop(buffer(100))), allocated(1, 100));
    assert_eq!(counted(|| ()), allocated(0, 0));
    let zeroed = || drop(black_box(vec![0_u8; black_box(100)]));
    assert_eq!(counted(zeroed), allocated(1, 100));
}

#[test]
fn what_grows_counts_again_with_what_it_grows_by() {
    let grown = counted(|| {
        let mut bytes = buffer(100);
        bytes.reserve_exact(black_box(250));
        drop(black_box(bytes));
    });
    assert_eq!(grown, allocated(2, 250));
    let shrunk = counted(|| {
        let mut bytes = buffer(100);
        bytes.shrink_to(black_box(10));
        drop(black_box(bytes));
    });
    assert_eq!(shrunk, allocated(1, 100));
}

#[test]
fn what_is_to_be_forgotten_is_not_counted() {
    let work = || {
        drop(buffer(10));
        uncounted(|| drop(buffer(1_000)));
    };
    assert_eq!(counted(work), allocated(1, 10));
    uncounted(|| drop(buffer(1)));
}

#[test]
fn only_threads_that_were_taken_in_are_counted() {
    let tally = Tally::default();
    let theirs = tally.clone();
    std::thread::scope(|scope| {
        scope.spawn(|| drop(buffer(1_000)));
        scope.spawn(move || {
            theirs.take_in();
            drop(buffer(10));
        });
    });
    // The list of threads is not theirs.
    assert_eq!(tally.allocated(), allocated(1, 10));
}

#[test]
fn a_guard_gives_the_thread_back() {
    let outer = Tally::default();
    let _outer = outer.guard();
    let before = outer.allocated();
    let inner = counted(|| drop(buffer(10)));
    assert_eq!(inner, allocated(1, 10));
    let between = outer.allocated().since(before);
    drop(buffer(20));
    let after = outer.allocated().since(before).since(between);
    assert_eq!(after, allocated(1, 20));
}

#[test]
fn an_allocator_that_counts_is_noticed() {
    assert!(is_installed());
}
