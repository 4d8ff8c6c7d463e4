//! The stack of a query that a driver told of: addresses, which nobody has looked up yet.

use std::sync::Arc;

/// How many frames are kept. Deeper ones are the runtime's.
const MOST_FRAMES: usize = 512;

/// Return addresses, innermost first.
pub(crate) type Stack = Arc<[usize]>;

/// A query that a driver told of, in the words of the driver.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) sql: Arc<str>,
    pub(crate) stack: Stack,
}

/// The stack of who calls this. To take it costs microseconds, to look it up a second.
pub(crate) fn here() -> Stack {
    let mut addresses = Vec::with_capacity(128);
    backtrace::trace(|frame| {
        addresses.push(frame.ip().addr());
        addresses.len() < MOST_FRAMES
    });
    addresses.into()
}
