//! What keeps a comparison from being made.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// It could not be measured. Says what to change.
#[derive(Debug)]
pub(crate) enum CompareError {
    /// Words of the command line that mean nothing, told whole.
    Words(String),
    /// A program that could not be started.
    NotStarted(String, io::Error),
    /// A program that is needed ran and failed; what it said last.
    Failed(String, String),
    /// A program that is needed said what it should not.
    NotUnderstood(String),
    /// A file or folder.
    File(PathBuf, io::Error),
    /// Not in a repository of git.
    NoRepository(PathBuf),
    /// A ref that is none, and one that is meant perhaps.
    UnknownRef {
        name: String,
        near: Option<String>,
        is_shallow: bool,
    },
    /// Nothing that both sides have in common.
    NoMergeBase {
        main: String,
        is_shallow: bool,
    },
    NoMain,
    /// Another comparison holds the folder.
    Busy(PathBuf),
    /// By Ctrl-C, before anything was measured.
    Stopped,
    /// A side has no benches at all, or the filter none.
    Nothing(String),
    /// Programs that are saved under a name, and what keeps them from being compared.
    Saved(String, String),
}

impl fmt::Display for CompareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(told) | Self::Nothing(told) => f.write_str(told),
            Self::NotStarted(program, error) => {
                write!(f, "cannot start `{program}`: {error}; is it installed?")
            }
            Self::Failed(program, said) if said.is_empty() => {
                write!(f, "`{program}` failed: see above")
            }
            Self::Saved(name, told) => write!(f, "what was saved as `{name}`: {told}"),
            Self::Failed(program, said) => write!(f, "`{program}` failed: {said}"),
            Self::NotUnderstood(what) => f.write_str(what),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NoRepository(folder) => write!(
                f,
                "{} is in no repository of git, so there are no versions to compare; \
                 `--variants` compares two groups of benches of one version",
                folder.display()
            ),
            Self::UnknownRef {
                name,
                near,
                is_shallow,
            } => {
                write!(f, "git knows no `{name}`")?;
                if *is_shallow {
                    f.write_str(": the clone is shallow; `git fetch --unshallow` gets the rest")?;
                }
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            Self::NoMergeBase { main, is_shallow } => {
                write!(f, "`HEAD` and `{main}` have no commit in common")?;
                if *is_shallow {
                    f.write_str(
                        ": the clone is shallow; `git fetch --unshallow` gets the rest, \
                         or name a BASE that is there",
                    )?;
                }
                Ok(())
            }
            Self::Stopped => f.write_str("stopped before anything was measured"),
            Self::NoMain => f.write_str(
                "there is no `origin/HEAD`, `main` or `master` to compare with; name a BASE",
            ),
            Self::Busy(folder) => write!(
                f,
                "another comparison is under way in {}; two at once would disturb each other",
                folder.display()
            ),
        }
    }
}
