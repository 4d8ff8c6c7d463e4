//! A process that runs one bench, sample by sample, when it is told to.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::thread::CpuSet;

use super::gate::{Absent, Gate, Visitor};
use crate::build::Program;
use crate::divan::process::panic_message;
use crate::divan::{in_words, last_lines, without_divans_variables};
use crate::interrupt;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// How a bench is to be sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// Iterations in a sample.
    pub(crate) size: u32,
    /// Samples of a process. In a pair, those that warm up come on top.
    pub(crate) samples: u32,
    /// A processor that both sides are kept on.
    pub(crate) processor: Option<usize>,
    /// Until a process is there, until it has made a sample, and until it is gone.
    pub(crate) deadline: Duration,
}

/// One process. It is killed when this is dropped before its end.
pub(crate) struct Participant {
    child: Child,
    visitor: Visitor,
    output: Option<JoinHandle<String>>,
    errors: Option<JoinHandle<String>>,
    deadline: Duration,
    has_ended: bool,
    // It has the socket's folder, which goes with it.
    _gate: Gate,
}

/// Why a bench has no times.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It ran to its end and never asked for a turn: its body is not one of `perf-harness-bench`.
    Ungated,
    /// It failed by itself: how, and what it said last.
    Failed(String),
    /// It did not go on in time.
    Hung(Duration),
    Io(io::Error),
}

impl Participant {
    pub(crate) fn start(program: &Program, name: &str, how: Sampling) -> Result<Self, Stopped> {
        let gate = Gate::new(NUMBER.fetch_add(1, Ordering::Relaxed)).map_err(Stopped::Io)?;
        let mut command = command(program, name, how);
        command.env("PERF_HARNESS_BENCH_GATE", gate.path());
        let mut child = on_processor(how.processor, || command.spawn()).map_err(Stopped::Io)?;
        let output = Some(reader(child.stdout.take()));
        let errors = Some(reader(child.stderr.take()));
        let deadline = Instant::now() + how.deadline;
        let mut ended = None;
        let came = gate.accept(deadline, || {
            ended = ended.or_else(|| child.try_wait().ok().flatten());
            ended.is_some()
        });
        match came {
            Ok(visitor) => Ok(Self {
                child,
                visitor,
                output,
                errors,
                deadline: how.deadline,
                has_ended: false,
                _gate: gate,
            }),
            Err(absent) => {
                kill(&mut child);
                Err(why(absent, ended, &said(errors), how.deadline))
            }
        }
    }

    /// The time of one sample, all of its iterations.
    pub(crate) fn sample(&mut self) -> Result<Duration, Stopped> {
        match self.visitor.sample(self.deadline) {
            Ok(took) => Ok(took),
            Err(error) if is_timeout(&error) => Err(Stopped::Hung(self.deadline)),
            Err(error) => match self.ended() {
                Some(status) if !status.success() => Err(failed(status, &said(self.errors.take()))),
                _ => Err(Stopped::Io(error)),
            },
        }
    }

    /// What one operation needs, as the bench counted it.
    pub(crate) fn counts(&self) -> &[(String, u64)] {
        &self.visitor.counts
    }

    /// Whether it has one thread only. None where the system does not tell.
    pub(crate) fn is_single_threaded(&self) -> Option<bool> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        Some(threads.count() == 1)
    }

    /// Waits for its end, and gives what it printed.
    pub(crate) fn finish(mut self) -> Result<String, Stopped> {
        let status = self.ended().ok_or(Stopped::Hung(self.deadline))?;
        if !status.success() {
            return Err(failed(status, &said(self.errors.take())));
        }
        Ok(said(self.output.take()))
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + self.deadline;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().ok().flatten() {
                self.has_ended = true;
                return Some(status);
            }
            if interrupt::came() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        if !self.has_ended {
            kill(&mut self.child);
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ungated => f.write_str("its body is not one of perf-harness-bench"),
            Self::Failed(how) => f.write_str(how),
            Self::Hung(deadline) => write!(f, "it did nothing for {} s", deadline.as_secs()),
            Self::Io(error) => write!(f, "it cannot be talked to: {error}"),
        }
    }
}

fn command(program: &Program, name: &str, how: Sampling) -> Command {
    let mut command = Command::new(&program.path);
    without_divans_variables(&mut command);
    command
        .args(["--bench", "--exact", name, "--color", "never"])
        .args(["--bytes-format", "decimal"])
        // Its samples are made by one thread whatever it asks for, so for each number of threads they would be the same.
        .args(["--threads", "1"])
        .args(["--sample-size", &how.size.to_string()])
        .args(["--sample-count", &how.samples.to_string()])
        // What the bench's attributes say of time must not end it early, or keep it.
        .args(["--min-time", "0", "--max-time", "1000000"])
        .env("PERF_HARNESS_BENCH_SAMPLE_SIZE", how.size.to_string())
        .current_dir(&program.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What it starts is killed with it, and Ctrl-C is ours.
        .process_group(0);
    command
}

/// A child inherits where its parent may run, so this thread goes there for the moment.
fn on_processor<T>(processor: Option<usize>, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let Some(processor) = processor else {
        return act();
    };
    let before = rustix::thread::sched_getaffinity(None)?;
    let mut there = CpuSet::new();
    there.set(processor);
    rustix::thread::sched_setaffinity(None, &there)?;
    let result = act();
    rustix::thread::sched_setaffinity(None, &before)?;
    result
}

/// All that it says, so that it never waits for someone to read it.
fn reader(source: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut source) = source {
            drop(source.read_to_end(&mut said));
        }
        String::from_utf8_lossy(&said).into_owned()
    })
}

fn said(reader: Option<JoinHandle<String>>) -> String {
    let said = reader.and_then(|reader| reader.join().ok());
    said.unwrap_or_default()
}

fn why(absent: Absent, ended: Option<ExitStatus>, errors: &str, deadline: Duration) -> Stopped {
    match (absent, ended) {
        (Absent::Ended, Some(status)) if status.success() => Stopped::Ungated,
        (Absent::Ended, Some(status)) => failed(status, errors),
        (Absent::Ended, None) => Stopped::Failed("it hung up before it was ready".to_owned()),
        (Absent::Late, _) => Stopped::Hung(deadline),
        (Absent::Stranger(said), _) => Stopped::Failed(format!(
            "its perf-harness-bench is of another version: it says `{said}`"
        )),
        (Absent::Io(error), _) => Stopped::Io(error),
    }
}

fn failed(status: ExitStatus, said: &str) -> Stopped {
    Stopped::Failed(match panic_message(said) {
        Some(message) => format!("it panicked at {message}"),
        None => format!("it {}{}", in_words(status), last_lines(said)),
    })
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

fn kill(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    drop(child.wait());
}
