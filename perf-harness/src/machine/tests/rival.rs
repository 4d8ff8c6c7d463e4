//! A thread that is busy on one processor, so that another one there has to wait.

use std::hint::spin_loop;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rustix::process::Pid;

use crate::machine::sharing::{stay_here, stay_on};

/// It ends when this goes.
pub(crate) struct Rival {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Rival {
    /// Of the thread that asks, and of those that it starts.
    pub(super) fn of_this_thread() -> Self {
        Self::on(stay_here().unwrap())
    }

    /// Of another process, if this one may say where it runs.
    pub(crate) fn of(pid: u32) -> io::Result<Self> {
        let here = thread::spawn(|| stay_here().unwrap()).join().unwrap();
        stay_on(Pid::from_raw(pid.try_into().unwrap()), here)?;
        Ok(Self::on(here))
    }

    fn on(processor: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            stay_on(None, processor).unwrap();
            while !stopped.load(Ordering::Relaxed) {
                spin_loop();
            }
        });
        let thread = Some(thread);
        Self { stop, thread }
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Runs in a thread that has to wait for its processor now and again. So have those that it starts.
pub(super) fn with_a_rival(work: impl FnOnce() + Send) {
    let body = || {
        let _rival = Rival::of_this_thread();
        work();
    };
    thread::scope(|scope| scope.spawn(body).join().unwrap());
}
