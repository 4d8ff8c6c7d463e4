//! The wire: bytes to messages (`codec`), messages to queries (`session`), sockets (`tap`).
//!
//! The protocol is version 3: PostgreSQL documentation, chapter "Frontend/Backend Protocol".

#[cfg(test)]
mod captures;
mod codec;
mod explained;
#[cfg(test)]
mod fuzz;
mod session;
mod startup;
mod tap;

pub(crate) use session::{Block, Event, QueryId, Standing};
pub(crate) use tap::{Tap, Upstream};

/// Which way bytes go, seen from the program under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Sent,
    Received,
}
