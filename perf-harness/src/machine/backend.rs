//! The server's process that answers a connection, and how long it waited for a processor.
//!
//! A number is not proof: in a container it stands for another process than here. To take the wrong one's waiting for the
//! work's would hide that the work is slow, so it must say itself that it is the one.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::account::Account;
use super::files::{self, Files};
use super::title::{innermost_pid, is_session_of};
use super::usage::Usage;

/// A server's process. The workers of a parallel query are others: their waiting is not in it.
#[derive(Debug)]
pub(crate) struct Backend(Account);

/// Why nothing is known of a server's process.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotVisible {
    /// The server is on another machine, in another virtual one, or hides.
    #[error("the server's process {0} is not on this machine, or hidden from it")]
    Elsewhere(u32),
    /// Several could be it.
    #[error("the server's process {0} is one of several that cannot be told apart")]
    Ambiguous(u32),
    /// It is there, and may not be read.
    #[error("nothing is told of the server's process {pid}: {cause}")]
    Unreadable { pid: u32, cause: String },
}

impl Backend {
    /// The process that `pg_backend_pid()` names on a connection to this database. The name must be one that no other
    /// server of the machine has, as that of a test's database is.
    pub(crate) fn of(pid: u32, database: &str) -> Result<Self, NotVisible> {
        let here = locate(pid, database, &files::here, processes)?;
        let unreadable = |error: io::Error| NotVisible::Unreadable {
            pid,
            cause: error.to_string(),
        };
        let schedstat = format!("/proc/{here}/schedstat");
        let account = Account::open(Path::new(&schedstat)).map_err(unreadable)?;
        // It could have ended, and its number could be another's by now.
        let is_it = is_session(pid, here, database, &files::here) && account.is_open();
        is_it
            .then_some(Self(account))
            .ok_or(NotVisible::Elsewhere(pid))
    }

    /// What it spent since it began. One that has ended keeps what was last read.
    pub(crate) fn usage(&self) -> Usage {
        self.0.usage()
    }

    pub(crate) fn waited(&self) -> Duration {
        self.usage().waited
    }

    #[cfg(test)]
    pub(crate) fn ran(&self) -> Duration {
        self.usage().ran
    }
}

/// The number that the process has here.
fn locate(
    pid: u32,
    database: &str,
    files: Files<'_>,
    processes: impl FnOnce() -> Vec<u32>,
) -> Result<u32, NotVisible> {
    if is_session(pid, pid, database, files) {
        return Ok(pid);
    }
    let mut others = processes()
        .into_iter()
        .filter(|here| *here != pid && is_session(pid, *here, database, files));
    match (others.next(), others.next()) {
        (Some(here), None) => Ok(here),
        (Some(_), Some(_)) => Err(NotVisible::Ambiguous(pid)),
        (None, _) => Err(NotVisible::Elsewhere(pid)),
    }
}

/// Whether the process that is `here` in our namespace is a session of the database that is `pid` in its own.
fn is_session(pid: u32, here: u32, database: &str, files: Files<'_>) -> bool {
    let read = |file: &str| files(&format!("/proc/{here}/{file}"));
    let is_titled = || read("cmdline").is_some_and(|cmdline| is_session_of(&cmdline, database));
    let own = || read("status").and_then(|status| innermost_pid(&status));
    // A kernel that does not tell of namespaces leaves only the number that it has here.
    is_titled() && own().unwrap_or(here) == pid
}

/// All that are visible.
fn processes() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process here: its number, its numbers in all namespaces, and its command line.
    type Process<'a> = (u32, &'a str, &'a str);

    const OURS: &str = "postgres: bob app 127.0.0.1(50132) idle\0";
    const OTHER: &str = "postgres: bob other 127.0.0.1(50132) idle\0";

    fn check(processes: &[Process<'_>], expected: &Result<u32, NotVisible>) {
        let files = |path: &str| {
            let (here, file) = path.strip_prefix("/proc/")?.split_once('/')?;
            let here: u32 = here.parse().ok()?;
            let (_, numbers, cmdline) = processes.iter().find(|process| process.0 == here)?;
            match file {
                "cmdline" => Some((*cmdline).to_owned()),
                "status" => Some(format!("Name:\tpostgres\n{numbers}\n")),
                _ => None,
            }
        };
        let all = || processes.iter().map(|process| process.0).collect();
        assert_eq!(&locate(77, "app", &files, all), expected, "{processes:?}");
    }

    #[test]
    fn a_process_of_our_own_namespace_has_its_number() {
        check(
            &[(1, "NSpid:\t1", "init"), (77, "NSpid:\t77", OURS)],
            &Ok(77),
        );
    }

    #[test]
    fn a_kernel_that_tells_of_no_namespaces_is_believed_by_number_and_title() {
        check(&[(77, "", OURS), (78, "", OURS)], &Ok(77));
        check(&[(78, "", OURS)], &Err(NotVisible::Elsewhere(77)));
    }

    #[test]
    fn a_process_in_a_container_is_found_by_the_number_it_has_there() {
        let server = (9001, "NSpid:\t9001\t77", OURS);
        check(&[(77, "NSpid:\t77", "kdamond\0"), server], &Ok(9001));
        check(&[(9000, "NSpid:\t9000\t76", OURS), server], &Ok(9001));
    }

    #[test]
    fn a_stranger_of_the_same_number_is_not_taken_for_it() {
        let elsewhere = &Err(NotVisible::Elsewhere(77));
        check(&[], elsewhere);
        check(&[(77, "NSpid:\t77", "sh\0")], elsewhere);
        check(&[(77, "NSpid:\t77", OTHER)], elsewhere);
        // A session of the same database, in a container, that happens to be this number outside.
        check(&[(77, "NSpid:\t77\t5", OURS)], elsewhere);
    }

    #[test]
    fn of_two_that_could_be_it_none_is_taken() {
        check(
            &[
                (9001, "NSpid:\t9001\t77", OURS),
                (9002, "NSpid:\t9002\t77", OURS),
            ],
            &Err(NotVisible::Ambiguous(77)),
        );
    }
}
