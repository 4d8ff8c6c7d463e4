//! Versions: which commits are meant, and a work tree of each beside the user's own.
//!
//! All by git's own program. Nothing here writes to the checkout or its index.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::CompareError;
use crate::nearest::nearest;

/// The repository that the command was called in.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    root: PathBuf,
}

/// A commit under the name by which it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) name: String,
    pub(crate) id: String,
}

/// A work tree of its own, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct WorkTree {
    repository: Repository,
    pub(crate) folder: PathBuf,
}

impl Repository {
    pub(crate) fn around(folder: &Path) -> Result<Self, CompareError> {
        let output = git(folder, &["rev-parse", "--show-toplevel"])?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            // Git has other reasons, too: a repository of another owner.
            return Err(if said.contains("not a git repository") {
                CompareError::NoRepository(folder.to_owned())
            } else {
                failed("git rev-parse", &output)
            });
        }
        Ok(Self {
            root: PathBuf::from(text(&output)),
        })
    }

    /// Where `folder` is, from the root.
    pub(crate) fn place_of(&self, folder: &Path) -> PathBuf {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let root = self
            .root
            .canonicalize()
            .unwrap_or_else(|_| self.root.clone());
        folder
            .strip_prefix(root)
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }

    /// A branch, a tag, `HEAD~1`, the beginning of a commit's id.
    pub(crate) fn commit(&self, name: &str) -> Result<Commit, CompareError> {
        let asked = format!("{name}^{{commit}}");
        let verified = self.git(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &asked,
        ])?;
        if verified.status.success() {
            return Ok(Commit {
                name: name.to_owned(),
                id: text(&verified),
            });
        }
        Err(CompareError::UnknownRef {
            name: name.to_owned(),
            near: self.near(name)?,
            is_shallow: self.is_shallow()?,
        })
    }

    /// Where the working tree left the main branch.
    pub(crate) fn merge_base(&self) -> Result<Commit, CompareError> {
        let main = self.main()?;
        let base = self.git(&["merge-base", "HEAD", &main])?;
        if base.status.success() {
            return Ok(Commit {
                name: format!("merge base with {main}"),
                id: text(&base),
            });
        }
        Err(CompareError::NoMergeBase {
            main,
            is_shallow: self.is_shallow()?,
        })
    }

    /// Whether the working tree holds what `HEAD` does not: changes, or files that git does not know and does not ignore.
    pub(crate) fn is_dirty(&self) -> Result<bool, CompareError> {
        // Without this, `status` refreshes the index, which is the user's.
        let status = self.git(&["--no-optional-locks", "status", "--porcelain"])?;
        Ok(!status.stdout.is_empty())
    }

    /// The commit in a work tree at this place. What a killed run left there goes first.
    pub(crate) fn work_tree(
        &self,
        commit: &Commit,
        folder: PathBuf,
    ) -> Result<WorkTree, CompareError> {
        self.forget(&folder)?;
        let place = folder.to_string_lossy();
        let words = [
            "worktree", "add", "--quiet", "--detach", "--force", &place, &commit.id,
        ];
        let added = self.git(&words)?;
        if !added.status.success() {
            self.forget(&folder)?;
            return Err(failed("git worktree add", &added));
        }
        Ok(WorkTree {
            repository: self.clone(),
            folder,
        })
    }

    /// Removes the work tree at this place, whole or in part, if there is one.
    pub(crate) fn forget(&self, folder: &Path) -> Result<(), CompareError> {
        if folder.exists() {
            let place = folder.to_string_lossy();
            drop(self.git(&["worktree", "remove", "--force", "--force", &place])?);
        }
        if folder.exists() {
            std::fs::remove_dir_all(folder)
                .map_err(|error| CompareError::File(folder.to_owned(), error))?;
        }
        self.git(&["worktree", "prune"]).map(drop)
    }

    fn main(&self) -> Result<String, CompareError> {
        for name in [
            "origin/HEAD",
            "origin/main",
            "origin/master",
            "main",
            "master",
        ] {
            let asked = format!("{name}^{{commit}}");
            let known = self.git(&["rev-parse", "--verify", "--quiet", &asked])?;
            if known.status.success() {
                return Ok(name.to_owned());
            }
        }
        Err(CompareError::NoMain)
    }

    fn is_shallow(&self) -> Result<bool, CompareError> {
        let told = self.git(&["rev-parse", "--is-shallow-repository"])?;
        Ok(text(&told) == "true")
    }

    fn near(&self, name: &str) -> Result<Option<String>, CompareError> {
        let format = "--format=%(refname:short)";
        let refs = self.git(&[
            "for-each-ref",
            format,
            "refs/heads",
            "refs/tags",
            "refs/remotes",
        ])?;
        let refs = text(&refs);
        Ok(nearest(name, refs.lines()).map(ToOwned::to_owned))
    }

    fn git(&self, words: &[&str]) -> Result<Output, CompareError> {
        git(&self.root, words)
    }
}

impl Drop for WorkTree {
    fn drop(&mut self) {
        // There is nobody left to tell. The next run tries again.
        drop(self.repository.forget(&self.folder));
    }
}

fn git(folder: &Path, words: &[&str]) -> Result<Output, CompareError> {
    let mut command = Command::new("git");
    command.args(words).current_dir(folder);
    // A hook that calls us says where its own repository is, and its index.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C");
    let output = command.output();
    output.map_err(|error| CompareError::NotStarted("git".to_owned(), error))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn failed(what: &str, output: &Output) -> CompareError {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    CompareError::Failed(what.to_owned(), said)
}

#[cfg(test)]
mod tests;
