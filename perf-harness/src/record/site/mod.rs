//! Call sites: which code sent a query, as far as its driver tells of it.
//!
//! The wire decides what is counted. This only says where it came from, and where that is not known.

mod call_path;
mod frame;
mod join;
mod source;
mod stack;
mod witness;

pub use call_path::CallPath;
pub use frame::Frame;
pub(crate) use join::join;
pub(crate) use stack::{Sighting, Stack};
pub(crate) use witness::Witness;
