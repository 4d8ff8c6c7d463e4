//! Who runs the server. Postgres refuses to be run by root, so root hands it to an unprivileged user.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::error::SetupError;

/// The user that runs the server.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    /// Set when this process is root and must change to it.
    other: Option<(u32, u32)>,
}

impl Owner {
    /// This user, or for root the user `postgres`, or else `nobody`.
    pub(super) fn of_servers() -> Result<Self, SetupError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { other: None });
        }
        let other = ["postgres", "nobody"].iter().find_map(|name| ids(name));
        match other {
            Some(_) => Ok(Self { other }),
            None => Err(SetupError::system(
                "root cannot run PostgreSQL, and there is no user `postgres` or `nobody` to run it",
                &"run the tests as another user",
            )),
        }
    }

    /// A command that runs as this user, in a directory that it can enter.
    pub(super) fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory).env("LC_ALL", "C");
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        command
    }

    /// Hands a file or directory to this user.
    pub(super) fn own(&self, path: &Path) -> Result<(), SetupError> {
        let Some((user, group)) = self.other else {
            return Ok(());
        };
        std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(|error| {
            SetupError::system(
                format!("{} could not be handed over", path.display()),
                &error,
            )
        })
    }
}

/// User and group id, as the system's own `id` gives them.
fn ids(name: &str) -> Option<(u32, u32)> {
    let id = |option: &str| -> Option<u32> {
        let output = Command::new("id").args([option, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    Some((id("-u")?, id("-g")?))
}
