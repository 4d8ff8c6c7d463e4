//! The threads that do the work, and how long they waited for a processor.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::account::Account;
use super::known::Unknown;
use super::usage::Usage;

/// Leads to `<process>/task/<thread>` of whoever asks.
const THIS: &str = "/proc/thread-self";

/// One thread of this process.
#[derive(Debug)]
pub(crate) struct Thread(Account);

impl Thread {
    /// The thread that asks. Any may read it later.
    pub(crate) fn this() -> Result<Self, Unknown> {
        let account = own_schedstat().and_then(|path| Account::open(&path));
        account.map(Self).map_err(Unknown::absent)
    }

    pub(crate) fn usage(&self) -> Usage {
        self.0.usage()
    }

    /// The run-queue delay since the thread began.
    pub(crate) fn waited(&self) -> Duration {
        self.usage().waited
    }
}

/// By its number: the link would be another one's for another thread.
fn own_schedstat() -> io::Result<PathBuf> {
    let own = std::fs::read_link(THIS)?;
    Ok(Path::new("/proc").join(own).join("schedstat"))
}

/// Threads that join when they start and leave when they stop. Clones are the same set.
#[derive(Clone, Default)]
pub(crate) struct Threads(Arc<Mutex<Roster>>);

#[derive(Debug, Default)]
struct Roster {
    present: Vec<Member>,
    /// What those spent that have left.
    left: Usage,
    unseen: usize,
}

#[derive(Debug)]
struct Member {
    id: ThreadId,
    /// How often it joined and did not leave.
    joined: usize,
    thread: Thread,
    before: Usage,
}

impl Member {
    fn usage(&self) -> Usage {
        self.thread.usage().since(self.before)
    }
}

impl Threads {
    /// Counts this thread from now on. To join again is not to be counted twice.
    pub(crate) fn join(&self) {
        let id = thread::current().id();
        let mut roster = self.lock();
        if let Some(member) = roster.present.iter_mut().find(|member| member.id == id) {
            member.joined += 1;
            return;
        }
        match Thread::this() {
            Ok(thread) => roster.present.push(Member {
                id,
                joined: 1,
                before: thread.usage(),
                thread,
            }),
            Err(_) => roster.unseen += 1,
        }
    }

    /// Counts this thread no longer, when it has left as often as it joined. What it spent stays.
    pub(crate) fn leave(&self) {
        let id = thread::current().id();
        let mut roster = self.lock();
        let Some(at) = roster.present.iter().position(|member| member.id == id) else {
            return;
        };
        roster.present[at].joined -= 1;
        if roster.present[at].joined == 0 {
            let member = roster.present.swap_remove(at);
            roster.left += member.usage();
        }
    }

    /// Counts this thread for as long as the guard lives.
    pub(crate) fn guard(&self) -> Joined {
        self.join();
        Joined(self.clone())
    }

    /// What all of them spent since each joined. It never falls.
    pub(crate) fn usage(&self) -> Usage {
        let roster = self.lock();
        let present = roster.present.iter().map(Member::usage);
        present.fold(roster.left, |sum, usage| sum + usage)
    }

    /// How long they waited for a processor, each for itself: threads that wait at the same time are added up.
    pub(crate) fn waited(&self) -> Duration {
        self.usage().waited
    }

    #[cfg(test)]
    pub(crate) fn ran(&self) -> Duration {
        self.usage().ran
    }

    /// How many joined of which nothing is known.
    #[cfg(test)]
    pub(crate) fn unseen(&self) -> usize {
        self.lock().unseen
    }

    fn lock(&self) -> MutexGuard<'_, Roster> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roster = self.lock();
        f.debug_struct("Threads")
            .field("present", &roster.present.len())
            .field("left", &roster.left)
            .field("unseen", &roster.unseen)
            .finish()
    }
}

/// A thread that is counted. It leaves when this goes, on whichever thread it was made: keep it there.
#[derive(Debug)]
pub(crate) struct Joined(Threads);

impl Drop for Joined {
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn each_thread_has_an_account_of_its_own() {
        let check = || {
            let number = rustix::thread::gettid().as_raw_nonzero();
            let own = format!("task/{number}/schedstat");
            assert!(own_schedstat().unwrap().ends_with(own));
        };
        check();
        thread::scope(|scope| scope.spawn(check).join().unwrap());
    }
}
