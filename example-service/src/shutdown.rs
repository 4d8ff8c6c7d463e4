//! When to stop: on Ctrl-C, and on the SIGTERM of whoever supervises the process.

use std::io;

/// Starts to listen for signals now; the future ends with the first one.
#[cfg(unix)]
pub(crate) fn signalled() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Starts to listen for signals now; the future ends with the first one.
#[cfg(windows)]
pub(crate) fn signalled() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
