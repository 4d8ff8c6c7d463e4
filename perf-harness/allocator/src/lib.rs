//! The allocator of perf-harness: counts what the threads of a test allocate, each thread for itself.
//!
//! A thread that no [`Tally`] has taken in is not counted: other tests, and the harness's own threads. It must never
//! allocate itself while it counts. The unsafe code is in `passing.rs`, which passes calls on and nothing else.

mod passing;

use std::alloc::System;
use std::cell::Cell;
use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Counts allocations in front of another allocator, for limits on what work allocates.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: perf_harness_allocator::CountingAllocator =
///     perf_harness_allocator::CountingAllocator::system();
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator<A = System>(A);

impl CountingAllocator {
    /// In front of the system's.
    #[must_use]
    pub const fn system() -> Self {
        Self(System)
    }
}

impl<A> CountingAllocator<A> {
    /// In front of another one: `CountingAllocator::new(MiMalloc)`.
    #[must_use]
    pub const fn new(allocator: A) -> Self {
        Self(allocator)
    }
}

/// What was allocated. What is freed is not taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocated {
    /// How often: an allocation that grows in place or elsewhere counts again.
    pub allocations: u64,
    /// How much: of one that grows, by how much it does.
    pub bytes: u64,
}

impl Allocated {
    /// What was allocated since.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            allocations: self.allocations.saturating_sub(before.allocations),
            bytes: self.bytes.saturating_sub(before.bytes),
        }
    }
}

/// What one thread has allocated. Only that thread writes it.
#[derive(Debug, Default)]
struct Slot {
    allocations: AtomicU64,
    bytes: AtomicU64,
}

impl Slot {
    fn get(&self) -> Allocated {
        Allocated {
            allocations: self.allocations.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn set(&self, allocated: Allocated) {
        self.allocations
            .store(allocated.allocations, Ordering::Relaxed);
        self.bytes.store(allocated.bytes, Ordering::Relaxed);
    }
}

thread_local! {
    // Without a destructor and made at compile time: to read it allocates nothing, at any time of a thread's life.
    static SLOT: Cell<Option<&'static Slot>> = const { Cell::new(None) };
}

/// One allocation more on this thread, or one that grew.
fn count(bytes: usize) {
    if let Some(slot) = SLOT.get() {
        let Allocated {
            allocations,
            bytes: before,
        } = slot.get();
        slot.set(Allocated {
            allocations: allocations.wrapping_add(1),
            bytes: before.wrapping_add(bytes as u64),
        });
    }
}

/// The threads of one test, together.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<Vec<&'static Slot>>>);

impl Tally {
    /// From now on this thread is one of them, until it ends.
    pub fn take_in(&self) {
        // A few bytes for each thread that a test program has: what the allocator writes to must never go.
        let slot: &'static Slot = Box::leak(Box::default());
        self.slots().push(slot);
        SLOT.set(Some(slot));
    }

    /// The same for as long as the guard lives.
    #[must_use = "the thread is one of them for as long as this lives"]
    pub fn guard(&self) -> Guard {
        let before = SLOT.get();
        self.take_in();
        Guard {
            before,
            thread: PhantomData,
        }
    }

    /// What they have allocated by now.
    #[must_use]
    pub fn allocated(&self) -> Allocated {
        let mut all = Allocated::default();
        for slot in self.slots().iter() {
            let one = slot.get();
            all.allocations += one.allocations;
            all.bytes += one.bytes;
        }
        all
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, Vec<&'static Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that is counted. Not to be sent to another one.
#[derive(Debug)]
pub struct Guard {
    before: Option<&'static Slot>,
    thread: PhantomData<*const ()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        SLOT.set(self.before);
    }
}

/// Is the program's allocator one that counts?
#[must_use]
pub fn is_installed() -> bool {
    // It is so from the first to the last moment of a process.
    static IS_INSTALLED: OnceLock<bool> = OnceLock::new();
    *IS_INSTALLED.get_or_init(|| {
        let tally = Tally::default();
        let _guard = tally.guard();
        drop(black_box(Box::new(black_box(0_u64))));
        tally.allocated().allocations > 0
    })
}

/// A moment of this thread, to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark(Allocated);

impl Mark {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self(SLOT.get().map_or_else(Allocated::default, Slot::get))
    }

    /// What this thread has allocated since is not counted.
    pub fn forget(self) {
        if let Some(slot) = SLOT.get() {
            slot.set(self.0);
        }
    }
}

/// Does something that is not counted.
pub fn uncounted<T>(work: impl FnOnce() -> T) -> T {
    let _back = Guard {
        before: SLOT.take(),
        thread: PhantomData,
    };
    work()
}
