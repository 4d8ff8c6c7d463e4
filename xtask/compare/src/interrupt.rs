//! Ctrl-C: what is known is told, and nothing is left behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static CAME: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on the first signal is noted, and a second one ends the program at once.
pub(crate) fn listen() {
    let came = CAME.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // In this order: a second signal finds the first noted.
        drop(flag::register_conditional_shutdown(
            signal,
            130,
            Arc::clone(came),
        ));
        drop(flag::register(signal, Arc::clone(came)));
    }
}

pub(crate) fn came() -> bool {
    CAME.get().is_some_and(|came| came.load(Ordering::Relaxed))
}
