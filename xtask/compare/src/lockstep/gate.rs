//! The socket at which one bench waits for its turns. The other end is the crate `perf-harness-bench`.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::interrupt;

/// What the two ends have to agree on.
const HELLO: &str = "perf-harness-bench 1";

/// How their folders' names begin.
const FOLDER: &str = "ph-bench-";

/// How often it is looked whether the process is still there, and whether we are to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A socket in a folder that is only ours, gone when this is dropped.
pub(super) struct Gate {
    folder: PathBuf,
    listener: UnixListener,
}

/// A bench that has come, and what it counted.
pub(super) struct Visitor {
    stream: BufReader<UnixStream>,
    pub(super) counts: Vec<(String, u64)>,
}

/// Why nobody came.
pub(super) enum Absent {
    /// The process ended without.
    Ended,
    /// It did not come in time.
    Late,
    /// It says what this version does not understand.
    Stranger(String),
    Io(io::Error),
}

impl Gate {
    pub(super) fn new(number: u64) -> io::Result<Self> {
        // A socket's path may have about a hundred bytes, so it is not in the target folder.
        let name = format!("{FOLDER}{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let listener = UnixListener::bind(folder.join("gate"));
        let gate = listener.map(|listener| Self {
            folder: folder.clone(),
            listener,
        });
        if gate.is_err() {
            drop(fs::remove_dir_all(&folder));
        }
        gate
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("gate")
    }

    /// Waits for the bench, as long as its process is there.
    pub(super) fn accept(
        &self,
        deadline: Instant,
        mut has_ended: impl FnMut() -> bool,
    ) -> Result<Visitor, Absent> {
        loop {
            // Asked before, so that one which came and went at once is not missed.
            let ended = has_ended();
            if is_readable(&self.listener).map_err(Absent::Io)? {
                let (stream, _) = self.listener.accept().map_err(Absent::Io)?;
                return Visitor::greet(stream, deadline);
            }
            if ended {
                return Err(Absent::Ended);
            }
            if Instant::now() >= deadline || interrupt::came() {
                return Err(Absent::Late);
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Visitor {
    fn greet(stream: UnixStream, deadline: Instant) -> Result<Self, Absent> {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).map_err(Absent::Io)?;
        let mut visitor = Self {
            stream: BufReader::new(stream),
            counts: Vec::new(),
        };
        let hello = visitor.line()?;
        if hello != HELLO {
            return Err(Absent::Stranger(hello));
        }
        loop {
            let line = visitor.line()?;
            if line == "ready" {
                return Ok(visitor);
            }
            let count = read_count(&line).ok_or(Absent::Stranger(line))?;
            visitor.counts.push(count);
        }
    }

    fn line(&mut self) -> Result<String, Absent> {
        let mut line = String::new();
        self.stream.read_line(&mut line).map_err(Absent::Io)?;
        match line.strip_suffix('\n') {
            Some(whole) => Ok(whole.to_owned()),
            None => Err(Absent::Ended),
        }
    }

    /// Lets it run one sample, and hears how long that took.
    pub(super) fn sample(&mut self, at_most: Duration) -> io::Result<Duration> {
        let deadline = Instant::now() + at_most;
        self.stream.get_mut().write_all(&[1])?;
        while !is_readable(self.stream.get_ref())? {
            if Instant::now() >= deadline || interrupt::came() {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        let mut nanoseconds = [0; 8];
        self.stream.read_exact(&mut nanoseconds)?;
        Ok(Duration::from_nanos(u64::from_le_bytes(nanoseconds)))
    }
}

/// Whether there is something to read, or to accept, or the other end is gone: now or in a moment.
fn is_readable(socket: impl AsFd) -> io::Result<bool> {
    let mut asked = [PollFd::new(&socket, PollFlags::IN)];
    let wait = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: LOOK.subsec_nanos().into(),
    };
    match poll(&mut asked, Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Removes the sockets that killed processes left in this folder.
pub(crate) fn clean(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().and_then(|name| name.strip_prefix(FOLDER)) else {
            continue;
        };
        let socket = entry.path().join("gate");
        if is_deserted(&socket) || !socket.exists() && is_gone(name) {
            // Another user's may not be removed, and need not.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether nobody listens there any more. One who does is not disturbed: a datagram socket cannot connect to a stream.
fn is_deserted(socket: &Path) -> bool {
    let connected = UnixDatagram::unbound().and_then(|asking| asking.connect(socket));
    connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Whether there is no process of this number, so that it will not make its socket any more.
fn is_gone(name: &str) -> bool {
    let number = name
        .split('-')
        .next()
        .and_then(|number| number.parse().ok());
    let process = number.and_then(Pid::from_raw);
    process.is_some_and(|process| test_kill_process(process) == Err(Errno::SRCH))
}

/// `count 3 queries`.
fn read_count(line: &str) -> Option<(String, u64)> {
    let (value, name) = line.strip_prefix("count ")?.split_once(' ')?;
    Some((name.to_owned(), value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_and_a_name_of_any_words() {
        let told = read_count("count 3 queries of a page");
        assert_eq!(told, Some(("queries of a page".to_owned(), 3)));
        assert_eq!(read_count("count three queries"), None);
        assert_eq!(read_count("count 3"), None);
        assert_eq!(read_count("ready"), None);
    }

    #[test]
    fn the_socket_is_gone_with_its_gate() {
        let gate = Gate::new(u64::MAX).unwrap();
        let path = gate.path();
        assert!(path.exists());
        drop(gate);
        assert!(!path.parent().unwrap().exists());
    }

    #[test]
    fn a_socket_that_nobody_listens_at_is_removed_and_another_is_not() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = temporary.path().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let [dead, alive, empty, other] =
            ["ph-bench-1-1", "ph-bench-1-2", "ph-bench-1-3", "other"].map(folder);
        drop(UnixListener::bind(dead.join("gate")).unwrap());
        drop(UnixListener::bind(other.join("gate")).unwrap());
        let listener = UnixListener::bind(alive.join("gate")).unwrap();
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let begun = folder(&format!("ph-bench-{}-1", ended.id()));
        clean(temporary.path());
        assert!(!dead.exists() && !begun.exists());
        // One without a socket gets it in a moment, from a process that is there.
        assert!(alive.exists() && empty.exists() && other.exists());
        listener.set_nonblocking(true).unwrap();
        let undisturbed = listener.accept().unwrap_err();
        assert_eq!(undisturbed.kind(), io::ErrorKind::WouldBlock);
    }
}
