//! What kept a command from doing its work, as opposed to what the work found.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The command could not be carried out. Says what to change.
#[derive(Debug)]
pub(crate) enum SetupError {
    /// No folder from here upwards holds a `Cargo.lock`.
    NoWorkspace(PathBuf),
    /// A file or folder of the workspace that cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Rules that had no file to judge: a pass would mean nothing.
    NothingChecked(&'static str, PathBuf),
    /// A program that could not be started.
    NotStarted(String, io::Error),
    /// A program that this command needs ran and failed; what it said is on the terminal.
    Failed(String),
    /// A program that this command needs said what it should not, or less than it should.
    NotUnderstood(String),
    /// Words of the command line that mean nothing, told whole.
    Words(String),
    /// A service that did not come up, or went: its name, and its last words.
    NoService { name: &'static str, said: String },
    /// A service under load gave an answer that is none; which, and what it was.
    BadAnswer(String),
    /// So many databases of tests are still on the server after they have passed.
    DatabasesLeft(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWorkspace(from) => write!(
                f,
                "no Cargo.lock in {} or above it; call this from inside the workspace",
                from.display()
            ),
            Self::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::NothingChecked(what, root) => write!(
                f,
                "tidy checked nothing: no {what} below {}; call it in the workspace it was written for",
                root.display()
            ),
            Self::NotStarted(command, error) => {
                write!(f, "cannot start `{command}`: {error}; is it installed?")
            }
            Self::Failed(what) => write!(f, "{what} failed: see above"),
            Self::NotUnderstood(what) => write!(
                f,
                "the bench and this command do not belong together: {what}"
            ),
            Self::Words(told) => f.write_str(told),
            Self::NoService { name, said } => {
                write!(f, "{name} does not answer; what it said last:\n{said}")
            }
            Self::BadAnswer(what) => write!(f, "an answer under load was an error: {what}"),
            Self::DatabasesLeft(count) => write!(
                f,
                "{count} databases of tests are still on the server ten seconds after the last of them; \
                 if no other tests use it, perf-harness leaks"
            ),
        }
    }
}
