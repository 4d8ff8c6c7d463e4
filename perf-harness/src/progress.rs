//! What the set-up is busy with, for whoever waits: facts, told by `run`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// The work goes on while this lives.
#[derive(Debug)]
pub(crate) struct Guard(Arc<Work>);

impl Guard {
    /// So much is done by now.
    pub(crate) fn set(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// So much more is done.
    pub(crate) fn add(&self, more: u64) {
        self.0.done.fetch_add(more, Ordering::Relaxed);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut works = works();
        works.retain(|work| !Arc::ptr_eq(work, &self.0));
    }
}

/// Says what is being done from now on, until the guard is dropped.
pub(crate) fn begin(what: impl Into<String>, unit: Unit, total: Option<u64>) -> Guard {
    let work = Arc::new(Work {
        what: what.into(),
        unit,
        total,
        since: clock::now(),
        done: AtomicU64::new(0),
    });
    works().push(Arc::clone(&work));
    Guard(work)
}

/// What is being done: the innermost piece of work.
pub(crate) fn latest() -> Option<Arc<Work>> {
    works().last().cloned()
}

fn works() -> std::sync::MutexGuard<'static, Vec<Arc<Work>>> {
    static WORKS: Mutex<Vec<Arc<Work>>> = Mutex::new(Vec::new());
    WORKS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_work_is_what_is_told() {
        let outer = begin("building", Unit::Nothing, None);
        let inner = begin("seeding", Unit::Rows, Some(10));
        inner.add(3);
        inner.add(4);
        let told = latest().unwrap();
        assert_eq!(
            (told.what.as_str(), told.done(), told.total),
            ("seeding", 7, Some(10))
        );
        drop(inner);
        assert_eq!(latest().unwrap().what, "building");
        drop(outer);
        assert!(latest().is_none());
    }
}
