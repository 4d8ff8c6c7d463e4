//! What programs said of themselves, remembered until they change: asking costs more than all the rest of joining a server.
//!
//! ```text
//! <cache>/programs/<program and argument>     its stamp, a line; what it said
//! ```

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::postgres::private;

/// Which contents a file has, as far as its inode tells.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: (i64, i64),
    inode: u64,
}

impl Stamp {
    /// `None` for a file that is not there.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = std::fs::metadata(path).ok()?;
        Some(Self {
            bytes: file.len(),
            modified: (file.mtime(), file.mtime_nsec()),
            inode: file.ino(),
        })
    }
}

/// Where answers are kept, if anywhere.
pub(super) struct Programs(Option<PathBuf>);

impl Programs {
    pub(super) fn remembered_in(cache: Option<&Path>) -> Self {
        let usable = |cache: &Path| {
            let place = place(cache);
            private::make_all(cache).ok()?;
            private::directory(&place, 0o700).ok()?;
            Some(place)
        };
        Self(cache.and_then(usable))
    }

    /// What a program prints with one argument. `None` if it fails.
    pub(super) fn ask(&self, program: &Path, argument: &str) -> Option<String> {
        let Some(place) = &self.0 else {
            return ask(program, argument);
        };
        let stamp = format!("{:?}", Stamp::of(program)?);
        let memory = place.join(format!("{:016x}", hash(&(program, argument))));
        if let Some(said) = recall(&memory, &stamp) {
            return Some(said);
        }
        let said = ask(program, argument)?;
        // Without it the next one asks again.
        drop(private::replace(&memory, &format!("{stamp}\n{said}")));
        Some(said)
    }
}

/// Where answers are.
pub(in crate::postgres) fn place(cache: &Path) -> PathBuf {
    cache.join("programs")
}

fn recall(memory: &Path, stamp: &str) -> Option<String> {
    let text = std::fs::read_to_string(memory).ok()?;
    let (then, said) = text.split_once('\n')?;
    (then == stamp).then(|| said.to_owned())
}

fn ask(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(said)
}

pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(path: &Path, says: &str) {
        let aside = path.with_extension("new");
        std::fs::write(
            &aside,
            format!("#!/bin/sh\necho x >>\"$0.asked\"\necho '{says}'\n"),
        )
        .unwrap();
        std::fs::set_permissions(&aside, PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::rename(aside, path).unwrap();
    }

    #[test]
    fn a_program_is_asked_once_until_it_changes() {
        let root = std::env::temp_dir().join(format!("ph-programs-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        let path = root.join("postgres");
        let programs = Programs::remembered_in(Some(&root.join("cache")));
        let times = || {
            std::fs::read_to_string(root.join("postgres.asked"))
                .unwrap()
                .len()
                / 2
        };
        program(&path, "17.1");
        for _ in 0..2 {
            assert_eq!(programs.ask(&path, "--version").unwrap(), "17.1\n");
        }
        assert_eq!(times(), 1);
        program(&path, "17.2 and more");
        assert_eq!(programs.ask(&path, "--version").unwrap(), "17.2 and more\n");
        assert_eq!(times(), 2);
        std::fs::remove_dir_all(root).unwrap();
    }
}
