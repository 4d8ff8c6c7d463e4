//! The processor time of the recorder's own thread. What else the machine does hardly changes it, so it can be compared
//! where times of the wall cannot.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// As the harness names it.
const NAME: &str = "perf-harness";

/// Where Linux tells of the thread.
pub(crate) struct Thread(PathBuf);

impl Thread {
    /// Finds it, once the recorder runs. None on a system that does not tell.
    pub(crate) fn of_the_recorder() -> Option<Self> {
        let threads = fs::read_dir("/proc/self/task").ok()?;
        let is_ours = |folder: &PathBuf| {
            fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.trim_end() == NAME)
        };
        let mut folders = threads.filter_map(|thread| Some(thread.ok()?.path()));
        folders
            .find(is_ours)
            .map(|folder| Self(folder.join("schedstat")))
    }

    /// How long it has been on a processor: the first field of `schedstat`, in nanoseconds.
    pub(crate) fn used(&self) -> Option<Duration> {
        let text = fs::read_to_string(&self.0).ok()?;
        let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
        Some(Duration::from_nanos(nanoseconds))
    }
}
