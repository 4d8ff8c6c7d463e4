//! The commit that was tested, read from git's own files. `git` itself is asked one thing only, once in a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// What was checked out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// None, where no branch is checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    /// Do tracked files differ from it? None, where git could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dirty: Option<bool>,
}

impl Commit {
    /// That of a directory in a repository, if it is in one that is understood.
    pub(crate) fn of(directory: &Path) -> Option<Self> {
        let mut found = Self::checked_out(directory)?;
        found.dirty = dirty(directory);
        Some(found)
    }

    fn checked_out(directory: &Path) -> Option<Self> {
        let repository = Repository::around(directory)?;
        let head = fs::read_to_string(repository.own.join("HEAD")).ok()?;
        let Some(reference) = head.trim().strip_prefix("ref: ") else {
            return Self::new(head.trim(), None);
        };
        let id = repository.resolve(reference)?;
        Self::new(&id, reference.strip_prefix("refs/heads/"))
    }

    fn new(id: &str, branch: Option<&str>) -> Option<Self> {
        let is_id = id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| Self {
            id: id.to_owned(),
            branch: branch.map(str::to_owned),
            dirty: None,
        })
    }
}

/// Where git keeps what it knows. Source: gitrepository-layout(5).
struct Repository {
    /// Of this work tree alone.
    own: PathBuf,
    /// Of all its work trees.
    common: PathBuf,
}

impl Repository {
    fn around(directory: &Path) -> Option<Self> {
        let git = directory
            .ancestors()
            .map(|above| above.join(".git"))
            .find(|git| git.exists())?;
        let own = if git.is_dir() {
            git
        } else {
            let text = fs::read_to_string(&git).ok()?;
            git.parent()?.join(text.strip_prefix("gitdir: ")?.trim())
        };
        let common = match fs::read_to_string(own.join("commondir")) {
            Ok(text) => own.join(text.trim()),
            Err(_) => own.clone(),
        };
        Some(Self { own, common })
    }

    fn resolve(&self, reference: &str) -> Option<String> {
        let loose = [&self.own, &self.common];
        let loose = loose
            .into_iter()
            .find_map(|place| fs::read_to_string(place.join(reference)).ok());
        if let Some(id) = loose {
            return Some(id.trim().to_owned());
        }
        let packed = fs::read_to_string(self.common.join("packed-refs")).ok()?;
        packed.lines().find_map(|line| {
            let (id, name) = line.split_once(' ')?;
            (name == reference).then(|| id.to_owned())
        })
    }
}

fn dirty(directory: &Path) -> Option<bool> {
    let output = Command::new("git")
        .args(["--no-optional-locks", "status", "--porcelain"])
        .args(["--untracked-files=no", "--ignore-submodules"])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(!output.stdout.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "70fa2e9aa7d6c0aa94c6d9c5e3ef3a1b2c3d4e5f";
    const OTHER: &str = "b184a27aa7d6c0aa94c6d9c5e3ef3a1b2c3d4e5f";

    /// A directory of its own with these files.
    fn place(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let place = std::env::temp_dir().join(format!("ph-commit-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = place.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        place
    }

    #[track_caller]
    fn check(name: &str, files: &[(&str, &str)], expected: Option<(&str, Option<&str>)>) {
        let place = place(name, files);
        let found = Commit::checked_out(&place.join("work/app"));
        fs::remove_dir_all(&place).unwrap();
        let expected = expected.map(|(id, branch)| Commit::new(id, branch).unwrap());
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn the_commit_is_found_in_each_form_that_git_keeps_it_in() {
        let branch = ("work/.git/HEAD", "ref: refs/heads/main\n");
        check(
            "loose",
            &[branch, ("work/.git/refs/heads/main", &format!("{ONE}\n"))],
            Some((ONE, Some("main"))),
        );
        let packed = format!(
            "# pack-refs with: peeled fully-peeled sorted\n{OTHER} refs/heads/mainly\n{ONE} refs/heads/main\n^{OTHER}\n"
        );
        check(
            "packed",
            &[branch, ("work/.git/packed-refs", &packed)],
            Some((ONE, Some("main"))),
        );
        check("detached", &[("work/.git/HEAD", ONE)], Some((ONE, None)));
        check(
            "worktree",
            &[
                ("work/.git", "gitdir: ../main/.git/worktrees/aside\n"),
                ("main/.git/worktrees/aside/HEAD", "ref: refs/heads/a/b\n"),
                ("main/.git/worktrees/aside/commondir", "../..\n"),
                ("main/.git/refs/heads/a/b", ONE),
            ],
            Some((ONE, Some("a/b"))),
        );
    }

    #[test]
    fn what_is_not_understood_is_no_commit() {
        let branch = ("work/.git/HEAD", "ref: refs/heads/main\n");
        check("unborn", &[branch], None);
        check(
            "reftable",
            &[("work/.git/HEAD", "ref: refs/heads/.invalid")],
            None,
        );
        check("odd", &[("work/.git/HEAD", "70fa2e9")], None);
    }
}
