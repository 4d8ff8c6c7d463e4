//! A program that runs to its end, or to a deadline: its own process group, of which nothing is left afterwards.
//!
//! Its output is read as it comes, so that a full pipe never stops it, and kept up to a limit, so that it cannot fill the memory.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::interrupt;

/// Of a stream's end, or its start: more is not kept.
const KEPT: usize = 1 << 20;
/// How long the streams may stay open after the program is gone: what it started outside of its group may hold them.
const LINGER: Duration = Duration::from_secs(1);
/// How often it is looked whether we are to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How much of stderr is told.
const LINES: usize = 20;

/// What a program left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None where it was killed at the deadline.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) stdout: String,
    /// More than is kept: `stdout` is its start.
    pub(crate) is_cut: bool,
    /// Its end.
    pub(crate) stderr: String,
}

/// Runs it. Its input is empty. An error where it cannot be started, or not waited for.
pub(crate) fn run(command: &mut Command, deadline: Duration) -> io::Result<Ended> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut group = Group::of(command.spawn()?)?;
    let stdout = Stream::read(group.child.stdout.take(), Keep::Start);
    let stderr = Stream::read(group.child.stderr.take(), Keep::End);
    let status = group.ended(deadline)?;
    let (stdout, is_cut) = stdout.text();
    let (stderr, _) = stderr.text();
    Ok(Ended {
        status,
        stdout,
        is_cut,
        stderr,
    })
}

/// Divan's and nextest's variables would change what it does, and come from whatever runs us.
pub(crate) fn without_divans_variables(command: &mut Command) {
    let is_divans = |name: &str| name.starts_with("DIVAN_") || name.starts_with("NEXTEST");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_divans) {
            command.env_remove(name);
        }
    }
}

/// A running program and all that it started. It is killed when this goes.
struct Group {
    child: Child,
    pid: Pid,
    is_over: bool,
}

impl Group {
    fn of(child: Child) -> io::Result<Self> {
        let number = i32::try_from(child.id()).ok();
        let pid = number.and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("the program has no process id"))?;
        Ok(Self {
            child,
            pid,
            is_over: false,
        })
    }

    /// None at the deadline.
    fn ended(&mut self, deadline: Duration) -> io::Result<Option<ExitStatus>> {
        let (tell, ended) = mpsc::channel();
        let pid = self.pid;
        // It is not reaped here: until that is done nobody else can get its number, and killing the group hits no stranger.
        let wait = move || {
            waitid(
                WaitId::Pid(pid),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
            )
        };
        thread::spawn(move || {
            // Nobody listens after the deadline.
            let _ = tell.send(wait().map(|_| ()));
        });
        let deadline = Instant::now() + deadline;
        let is_in_time = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match ended.recv_timeout(left.min(LOOK)) {
                Ok(waited) => break waited.map(|()| true)?,
                Err(RecvTimeoutError::Timeout) if left > LOOK && !interrupt::came() => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break false,
            }
        };
        let status = self.over()?;
        Ok(is_in_time.then_some(status))
    }

    fn over(&mut self) -> io::Result<ExitStatus> {
        self.is_over = true;
        // There may be nobody left to kill.
        let _ = kill_process_group(self.pid, Signal::KILL);
        self.child.wait()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_over {
            drop(self.over());
        }
    }
}

#[derive(Clone, Copy)]
enum Keep {
    Start,
    End,
}

/// What was read so far, and when it is all.
struct Stream {
    kept: Arc<Mutex<Kept>>,
    ended: Receiver<()>,
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Stream {
    fn read(source: Option<impl Read + Send + 'static>, keep: Keep) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (tell, ended) = mpsc::channel();
        let into = Arc::clone(&kept);
        thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            let mut source = source;
            while let Some(Ok(length @ 1..)) =
                source.as_mut().map(|source| source.read(&mut buffer))
            {
                let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
                kept.take(&buffer[..length], keep);
            }
            drop(tell);
        });
        Self { kept, ended }
    }

    /// When it is at its end, or nobody writes any more who counts.
    fn text(&self) -> (String, bool) {
        // Nothing is ever sent: it disconnects.
        let _ = self.ended.recv_timeout(LINGER);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept.bytes).into_owned();
        (text, kept.is_cut)
    }
}

impl Kept {
    fn take(&mut self, more: &[u8], keep: Keep) {
        self.bytes.extend_from_slice(more);
        let surplus = self.bytes.len().saturating_sub(KEPT);
        self.is_cut |= surplus > 0;
        match keep {
            Keep::Start => self.bytes.truncate(KEPT),
            Keep::End => drop(self.bytes.drain(..surplus)),
        }
    }
}

/// The last lines of what it told, each on a line of its own, after a colon.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .trim_end()
        .lines()
        .filter(|line| !line.starts_with("Timer precision: "))
        .collect();
    let start = lines.len().saturating_sub(LINES);
    match &lines[start..] {
        [] => "; it told nothing on stderr".to_owned(),
        last if start > 0 => format!("; the end of its stderr:\n{}", last.join("\n")),
        all => format!("; its stderr:\n{}", all.join("\n")),
    }
}

pub(crate) fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended without an exit code".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs::File;

    use tempfile::TempDir;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_are_read_while_it_runs_and_kept_to_a_limit() {
        let megabytes = "i=0; while [ $i -lt 3000 ]; do printf '%01023d\\n' $i; printf '%01023d\\n' $i >&2; i=$((i+1)); done";
        let ended = run(&mut shell(megabytes), LONG).unwrap();
        assert!(ended.status.unwrap().success());
        assert!(ended.is_cut);
        assert_eq!((ended.stdout.len(), ended.stderr.len()), (KEPT, KEPT));
        assert!(ended.stdout.starts_with(&format!("{:01023}\n", 0)));
        assert!(ended.stderr.ends_with(&format!("{:01023}\n", 2999)));
    }

    /// A deadline that the machine kept: longer and longer ones, until `run` finds that what should be done by then was.
    pub(in crate::divan) fn patiently<T>(run: impl Fn(Duration) -> Option<T>) -> T {
        let deadlines = [200, 1_000, 5_000, 25_000].map(Duration::from_millis);
        deadlines.into_iter().find_map(run).unwrap()
    }

    /// A program that starts another one, which says so in the end, unless it is killed before.
    struct Parent {
        directory: TempDir,
        /// Read and written by this process, so that nobody waits for somebody at the other end.
        fifo: File,
    }

    impl Parent {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("fifo");
            assert!(
                Command::new("mkfifo")
                    .arg(&path)
                    .status()
                    .unwrap()
                    .success()
            );
            let fifo = File::options().read(true).write(true).open(path).unwrap();
            Self { directory, fifo }
        }

        fn run(&self, then: &str, deadline: Duration) -> Ended {
            let script = format!("exec 3>fifo; (sleep 60; echo alive >&3) & echo started; {then}");
            run(shell(&script).current_dir(self.directory.path()), deadline).unwrap()
        }

        /// What was said, read to its end: until nobody is left who could say something.
        fn child_said(self) -> String {
            let mut reader = File::open(self.directory.path().join("fifo")).unwrap();
            drop(self.fifo);
            let mut said = String::new();
            reader.read_to_string(&mut said).unwrap();
            said
        }
    }

    #[test]
    fn at_the_deadline_it_and_what_it_started_are_killed() {
        let ended = patiently(|deadline| {
            let parent = Parent::new();
            let ended = parent.run("echo told >&2; wait", deadline);
            assert_eq!(parent.child_said(), "");
            (ended.stderr == "told\n").then_some(ended)
        });
        assert_eq!((ended.status, &*ended.stdout), (None, "started\n"));
    }

    #[test]
    fn what_it_left_behind_is_killed_and_holds_no_stream_open() {
        let parent = Parent::new();
        let ended = parent.run("exit 3", LONG);
        assert_eq!(ended.status.unwrap().code(), Some(3));
        assert_eq!(ended.stdout, "started\n");
        assert_eq!(parent.child_said(), "");
    }

    #[test]
    fn its_end_is_told_in_words() {
        let check = |script, expected: &str| {
            let ended = run(&mut shell(script), LONG).unwrap();
            assert_eq!(in_words(ended.status.unwrap()), expected);
        };
        check("exit 7", "ended with exit code 7");
        check("kill -9 $$", "was killed by signal 9");
        assert!(run(&mut Command::new("/no/such/program"), LONG).is_err());
    }

    #[test]
    fn the_last_lines_are_told_without_divans() {
        let check = |text: &str, expected: &str| assert_eq!(last_lines(text), expected, "{text}");
        check("", "; it told nothing on stderr");
        check("Timer precision: 20 ns\n", "; it told nothing on stderr");
        check("Timer precision: 20 ns\na\nb\n", "; its stderr:\na\nb");
        let many: Vec<String> = (0..=LINES).map(|line| line.to_string()).collect();
        let told = last_lines(&many.join("\n"));
        assert!(
            told.starts_with("; the end of its stderr:\n1\n2\n"),
            "{told}"
        );
    }
}
