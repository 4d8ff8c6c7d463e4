//! Who runs the server. Postgres refuses to be run by root, so root hands it to an unprivileged user.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::config;
use crate::error::SetupError;

/// The user that runs the server.
#[derive(Clone, Debug)]
pub(in crate::postgres) struct Owner {
    /// Set when this process is root and must change to it.
    other: Option<(u32, u32)>,
}

impl Owner {
    /// This user, or for root the user `postgres`, or else `nobody`.
    pub(in crate::postgres) fn of_servers() -> Result<Self, SetupError> {
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

    /// Who runs this process.
    pub(super) fn this_user() -> Self {
        Self { other: None }
    }

    /// A command that runs as this user, in a directory that it can enter. What else is in the environment, such as
    /// passwords and `PG..`, is none of its business: a server outlives the run and serves others.
    pub(in crate::postgres) fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory).env_clear();
        command.envs(config::passed_on()).env("LC_ALL", "C");
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
        // Never what a link points at.
        std::os::unix::fs::lchown(path, Some(user), Some(group)).map_err(|error| {
            SetupError::system(
                format!("{} could not be handed over", path.display()),
                &error,
            )
        })
    }

    /// Must other users be able to pass through directories of ours?
    pub(in crate::postgres) fn is_other(&self) -> bool {
        self.other.is_some()
    }
}

/// User and group id: of this machine's own users, or else as the system's `id` gives them.
fn ids(name: &str) -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    ids_among(&users, name).or_else(|| {
        let id = |option: &str| -> Option<u32> {
            let output = Command::new("id").args([option, name]).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        Some((id("-u")?, id("-g")?))
    })
}

/// Reads `name:x:uid:gid:..`, a line for each user.
fn ids_among(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users.lines().map(|line| line.split(':'));
    let mut user = fields.find_map(|mut user| (user.next()? == name).then_some(user))?;
    Some((user.nth(1)?.parse().ok()?, user.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_nothing_of_the_environment_but_what_it_needs() {
        let command = Owner::this_user().command(Path::new("env"), Path::new("/"));
        let mut command = command;
        let output = command.output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let known = ["LC_ALL=C"].into_iter().chain(config::PASSED_ON);
        let known: Vec<&str> = known.collect();
        for line in told.lines() {
            assert!(known.iter().any(|known| line.starts_with(known)), "{line}");
        }
        assert!(
            told.contains("PATH=") && told.contains("LC_ALL=C"),
            "{told}"
        );
    }

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:7::/:\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(ids_among(users, "postgres"), Some((101, 104)));
        assert_eq!(ids_among(users, "nobody"), None);
        assert_eq!(ids_among("nobody:*:-2:-2::/:\n", "nobody"), None);
    }
}
