//! Two versions of a bench alive at once, one sample of each in turn.
//!
//! `gate` is where a bench waits, and what it says; `participant` a process that does so; `pair` two of them.

mod gate;
mod pair;
mod participant;

pub(crate) use gate::clean;
pub(crate) use pair::{Bench, Facts, Pair, WarmUp, Which};
pub(crate) use participant::{Participant, Sampling, Stopped};
