//! Has a thread share one processor, so that it is certain to wait when another one there is busy.

use std::io;

/// Keeps the thread that asks on the processor that it is on. For threads that end soon: it cannot be undone.
#[cfg(target_os = "linux")]
pub(super) fn stay_here() -> io::Result<usize> {
    let here = rustix::thread::sched_getcpu();
    stay_on(None, here)?;
    Ok(here)
}

/// Keeps the process or the thread of a number, or the thread that asks, on one processor.
#[cfg(target_os = "linux")]
pub(super) fn stay_on(whom: Option<rustix::process::Pid>, processor: usize) -> io::Result<()> {
    let mut processors = rustix::thread::CpuSet::new();
    // More than any set has is more than this can say.
    if processor >= rustix::thread::CpuSet::MAX_CPU {
        return Err(io::ErrorKind::Unsupported.into());
    }
    processors.set(processor);
    rustix::thread::sched_setaffinity(whom, &processors)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn stay_here() -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn stay_on(_: Option<rustix::process::Pid>, _: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
