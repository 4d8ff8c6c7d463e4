//! Facts about the machine: what the kernel tells of threads that wait for a processor, and of what came between two points
//! besides the work.
//!
//! The one door to the kernel's scheduler statistics. All of it is read from files that say it in text: what reads the files
//! is apart from what reads the text. Where a kernel does not tell something, or there is no such kernel, it is not known,
//! and never zero.

mod account;
mod backend;
mod cgroup;
mod files;
mod heartbeat;
mod known;
mod pressure;
mod processors;
mod sharing;
mod snapshot;
mod threads;
mod title;
mod usage;
mod watch;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use backend::Backend;
#[cfg(test)]
pub(crate) use backend::NotVisible;
pub(crate) use heartbeat::Pauses;
pub(crate) use known::run_delay_is_known;
pub(crate) use processors::stolen;
#[cfg(test)]
pub(crate) use threads::Thread;
pub(crate) use threads::Threads;
pub(crate) use watch::{Disturbances, Watch};
