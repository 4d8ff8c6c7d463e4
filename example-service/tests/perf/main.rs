//! The service's perf tests: a file for each app, a test for each promise.

use perf_harness::CountingAllocator;

mod app;
mod articles;
mod budgets;
mod dashboard;
mod health;
mod latency;
mod pgbench;
mod projects;
mod seed;
mod traps;
mod users;

/// For limits on what a request allocates.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::system();
