//! The thread that the recorder and the harness's own connections live on.
//!
//! A test may block its runtime for as long as it likes: this thread goes on.

use std::sync::{OnceLock, mpsc};
use std::thread;

use tokio::runtime::{Builder, Handle};

use crate::error::SetupError;

/// Runs `work` on the harness's own runtime and waits for its result, from any runtime.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl Future<Output = Result<T, SetupError>> + Send + 'static,
) -> Result<T, SetupError> {
    match handle()?.spawn(work).await {
        Ok(result) => result,
        Err(error) => Err(SetupError::system(
            "the harness's own thread was interrupted",
            &error,
        )),
    }
}

/// The same from a thread that is in no runtime.
pub(crate) fn in_background_blocking<T: Send + 'static>(
    work: impl Future<Output = Result<T, SetupError>> + Send + 'static,
) -> Result<T, SetupError> {
    handle()?.block_on(in_background(work))
}

/// The same from within a runtime or without one: the thread waits, and nothing else of it goes on meanwhile.
pub(crate) fn in_background_waiting<T: Send + 'static>(
    work: impl Future<Output = Result<T, SetupError>> + Send + 'static,
) -> Result<T, SetupError> {
    let (send, receive) = mpsc::channel();
    handle()?.spawn(async move { send.send(work.await) });
    receive.recv().unwrap_or_else(|error| {
        Err(SetupError::system(
            "the harness's own thread was interrupted",
            &error,
        ))
    })
}

/// Waits until everything that was ready to be done there when this was called has been done: bytes that had been written to
/// the recorder are in its log.
pub(crate) async fn in_background_turn() {
    /// One to hear of the bytes, one to read them, and one to spare.
    const TURNS: usize = 3;
    let turn = async {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    // Without that thread there is no recorder either.
    drop(in_background(turn).await);
}

/// One thread per process, started when it is first needed.
fn handle() -> Result<&'static Handle, SetupError> {
    static HANDLE: OnceLock<Result<Handle, SetupError>> = OnceLock::new();
    HANDLE.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn start() -> Result<Handle, SetupError> {
    let problem = |error: std::io::Error| {
        SetupError::system("the harness's own thread could not start", &error)
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(problem)?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("perf-harness".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(problem)?;
    Ok(handle)
}
