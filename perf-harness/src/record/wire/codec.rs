//! Bytes to messages. No IO, no state beyond one half-read message.
//!
//! Never fails: a message that is not understood is reported as such and skipped by its length.

mod backend;
mod body;
mod framer;
mod frontend;

pub(super) use backend::Backend;
pub(super) use body::{Body, Whole};
pub(super) use framer::{Frame, Framer, OutOfStep};
pub(super) use frontend::{Frontend, Target, Value, is_binary};

#[cfg(test)]
mod tests;
