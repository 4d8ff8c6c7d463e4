//! One bench, run alone as a whole process, and what divan measured.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use super::output::{Measured, read};
use super::program::{self, Ended, in_words, last_lines, without_divans_variables};
use super::unreadable::Unreadable;

/// Rust's own, of a panic that reaches `main`.
const PANICKED: i32 = 101;

/// Which bench, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    /// A program that runs it, and its flags; mostly there is none.
    pub(crate) under: &'a [OsString],
    pub(crate) exe: &'a Path,
    pub(crate) current_dir: &'a Path,
    /// As [`names::list`](super::names::list) has it.
    pub(crate) name: &'a str,
    /// Iterations of a sample, at least one. It is pinned: left to divan it differs from run to run.
    pub(crate) sample_size: u32,
    /// At least one. A bench's own `max_time` may stop it before, its `min_time` add some.
    pub(crate) sample_count: u32,
    /// Of those that the bench asks for; none is all.
    pub(crate) threads: Option<usize>,
    /// On top of this process's environment, of which divan's own variables are left out.
    pub(crate) environment: &'a [(OsString, OsString)],
    pub(crate) deadline: Duration,
}

/// Why there is no measurement of a bench.
#[derive(Debug)]
pub(crate) enum RunError {
    NotStarted {
        program: String,
        error: io::Error,
    },
    /// It was killed, and all that it started.
    Deadline {
        deadline: Duration,
        stderr: String,
    },
    /// Where, and what it said.
    Panicked {
        message: String,
    },
    /// With an exit code or by a signal.
    Ended {
        status: ExitStatus,
        stderr: String,
    },
    PrintsTooMuch,
    Unreadable(Unreadable),
    /// The program's `main` has a mind of its own.
    OtherSampleSize {
        asked: u32,
        samples: u32,
        iterations: u64,
    },
}

/// Runs it once. A measurement for each number of threads that the bench asks for, at least one.
pub(crate) fn run(run: &Run<'_>) -> Result<Vec<Measured>, RunError> {
    let ended = program::run(&mut run.command(), run.deadline);
    let ended = ended.map_err(|error| RunError::NotStarted {
        program: run.started().display().to_string(),
        error,
    })?;
    let text = run.output(ended)?;
    let all = read(&text, run.name).map_err(RunError::Unreadable)?;
    match all.iter().find(|measured| !run.is_obeyed(measured)) {
        None => Ok(all),
        Some(measured) => Err(RunError::OtherSampleSize {
            asked: run.sample_size,
            samples: measured.samples,
            iterations: measured.iterations,
        }),
    }
}

impl Run<'_> {
    fn command(&self) -> Command {
        let mut command = match self.under {
            [] => Command::new(self.exe),
            [program, flags @ ..] => {
                let mut command = Command::new(program);
                command.args(flags).arg(self.exe);
                command
            }
        };
        without_divans_variables(&mut command);
        command
            .args(["--bench", "--exact", self.name, "--color", "never"])
            // In other units than decimal ones sizes are less exact.
            .args(["--bytes-format", "decimal"])
            .args(["--sample-size", &self.sample_size.to_string()])
            .args(["--sample-count", &self.sample_count.to_string()])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.current_dir);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        command
    }

    fn started(&self) -> &Path {
        self.under.first().map_or(self.exe, Path::new)
    }

    /// What it printed, where it came to its end.
    fn output(&self, ended: Ended) -> Result<String, RunError> {
        let stderr = ended.stderr;
        let Some(status) = ended.status else {
            let deadline = self.deadline;
            return Err(RunError::Deadline { deadline, stderr });
        };
        if status.success() {
            let printed = (!ended.is_cut).then_some(ended.stdout);
            return printed.ok_or(RunError::PrintsTooMuch);
        }
        Err(match panic_message(&stderr) {
            Some(message) if status.code() == Some(PANICKED) => RunError::Panicked { message },
            _ => RunError::Ended { status, stderr },
        })
    }

    fn is_obeyed(&self, measured: &Measured) -> bool {
        let expected = u64::from(measured.samples) * u64::from(self.sample_size);
        measured.iterations == expected
    }
}

/// Of the first panic, for others follow from it: the place, and what was said up to the notes on backtraces.
pub(crate) fn panic_message(stderr: &str) -> Option<String> {
    const START: &str = " panicked at ";
    let (before, after) = stderr.split_once(START)?;
    let is_rusts = before.lines().last()?.starts_with("thread '");
    let is_note = |line: &&str| line.starts_with("note: ") || line.starts_with("stack backtrace:");
    let lines = after.lines().take_while(|line| !is_note(line));
    // What came next came after the message.
    let lines = lines.take_while(|line| !line.contains(START));
    let message = lines.collect::<Vec<_>>().join("\n");
    is_rusts.then(|| message.trim_end().to_owned())
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted { program, error } => {
                write!(f, "`{program}` could not be started: {error}")
            }
            Self::Deadline { deadline, stderr } => {
                let told = last_lines(stderr);
                write!(f, "it was not done after {deadline:?} and was killed{told}")
            }
            Self::Panicked { message } => write!(f, "it panicked at {message}"),
            Self::Ended { status, stderr } => {
                write!(f, "it {}{}", in_words(*status), last_lines(stderr))
            }
            Self::PrintsTooMuch => f.write_str(
                "it printed more than a megabyte to stdout, where divan's table is: let it print to stderr, or not at all",
            ),
            Self::Unreadable(unreadable) => unreadable.fmt(f),
            Self::OtherSampleSize { asked, samples, iterations } => write!(
                f,
                "it ran {iterations} iterations in {samples} samples, not {asked} in each: does the program's `main` set a sample \
                 size itself?"
            ),
        }
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotStarted { error, .. } => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
