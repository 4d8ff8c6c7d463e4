//! What the set-up is busy with, for whoever waits: facts, told by `run`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    Rows,
    /// Nothing is: it takes as long as it takes.
    Nothing,
}

/// A piece of work that someone waits for.
#[derive(Debug)]
pub(crate) struct Work {
    /// `downloading PostgreSQL 18.4`
    pub(crate) what: String,
    pub(crate) unit: Unit,
    pub(crate) total: Option<u64>,
    /// When it began, by [`clock::now`].
    pub(crate) since: Duration,
    done: AtomicU64,
}

impl Work {
    pub(crate) fn new(what: impl Into<String>, unit: Unit, total: Option<u64>) -> Self {
        Self {
            what: what.into(),
            unit,
            total,
            since: clock::now(),
            done: AtomicU64::new(0),
        }
    }

    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// What is going on, the innermost last.
#[derive(Debug)]
struct Works(Mutex<Vec<Arc<Work>>>);

/// That of this process.
static WORKS: Works = Works(Mutex::new(Vec::new()));

impl Works {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Work>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&'static self, work: Work) -> Guard {
        let work = Arc::new(work);
        self.lock().push(Arc::clone(&work));
        Guard { work, of: self }
    }

    fn latest(&self) -> Option<Arc<Work>> {
        self.lock().last().cloned()
    }
}

/// The work goes on while this lives.
#[derive(Debug)]
pub(crate) struct Guard {
    work: Arc<Work>,
    of: &'static Works,
}

impl Guard {
    /// So much is done by now.
    pub(crate) fn set(&self, done: u64) {
        self.work.done.store(done, Ordering::Relaxed);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut works = self.of.lock();
        works.retain(|work| !Arc::ptr_eq(work, &self.work));
    }
}

/// Says what is being done from now on, until the guard is dropped.
pub(crate) fn begin(what: impl Into<String>, unit: Unit, total: Option<u64>) -> Guard {
    WORKS.begin(Work::new(what, unit, total))
}

/// What is being done: the innermost piece of work.
pub(crate) fn latest() -> Option<Arc<Work>> {
    WORKS.latest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_work_is_what_is_told() {
        // Other tests of this process have work of their own.
        static HERE: Works = Works(Mutex::new(Vec::new()));
        let outer = HERE.begin(Work::new("building", Unit::Nothing, None));
        let inner = HERE.begin(Work::new("seeding", Unit::Rows, Some(10)));
        inner.set(7);
        let told = HERE.latest().unwrap();
        assert_eq!(
            (told.what.as_str(), told.done(), told.total),
            ("seeding", 7, Some(10))
        );
        drop(inner);
        assert_eq!(HERE.latest().unwrap().what, "building");
        drop(outer);
        assert!(HERE.latest().is_none());
    }
}
