//! Bench programs that are kept, so that a later version is compared with them while both are alive.
//!
//! What is kept is programs and no times: a time of another hour says little about this one.
//!
//! - `run`: what is known of them, `run.json`
//! - `surroundings`: where they were built, and why they cannot be compared with what is built elsewhere
//! - `store`: the folder of each name, whole or not at all

mod run;
mod store;
mod surroundings;

pub(crate) use run::{Origin, Run};
pub(crate) use store::Store;
pub(crate) use surroundings::{Machine, Surroundings};
