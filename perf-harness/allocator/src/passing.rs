//! The one piece of unsafe code of the project: an allocator that counts, and passes each call on as it came.
#![expect(
    unsafe_code,
    reason = "to be an allocator is to implement `GlobalAlloc`, which is unsafe to implement and to call"
)]

use std::alloc::{GlobalAlloc, Layout};

use super::{CountingAllocator, count};

// SAFETY: each function gives what the allocator beneath gives for the same arguments, and that one keeps the contract. To
// count touches two numbers of this thread: it neither allocates nor unwinds.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if new_size > layout.size() {
            count(new_size - layout.size());
        }
        // SAFETY: the caller keeps the contract of this very function, and the pointer came from the allocator beneath.
        unsafe { self.0.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of this very function, and the pointer came from the allocator beneath.
        unsafe { self.0.dealloc(pointer, layout) }
    }
}
