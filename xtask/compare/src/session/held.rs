//! The folder of comparisons, for one at a time, and what is built in it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::copies;
use crate::arguments::Options;
use crate::build::code::DIGITS;
use crate::build::kept::Kept;
use crate::build::seal::Order;
use crate::build::{self, Place, Program};
use crate::error::CompareError;
use crate::git::{Commit, Repository, WorkTree};

/// Until it goes, nobody else compares here.
pub(super) struct Held {
    pub(super) folder: PathBuf,
    // Before the lock, so that they are gone when another one may begin.
    trees: Vec<WorkTree>,
    _lock: File,
}

impl Held {
    pub(super) fn new(folder: PathBuf) -> Result<Self, CompareError> {
        let failed = |error| CompareError::File(folder.clone(), error);
        fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                let held = Self {
                    folder,
                    trees: Vec::new(),
                    _lock: lock,
                };
                copies::remove(&held.running());
                Ok(held)
            }
            Err(TryLockError::WouldBlock) => Err(CompareError::Busy(folder)),
            Err(TryLockError::Error(error)) => Err(CompareError::File(folder, error)),
        }
    }

    /// Work trees that a killed run left go.
    pub(super) fn clean(&self, repository: &Repository) -> Result<(), CompareError> {
        let Ok(entries) = fs::read_dir(self.trees_folder()) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            repository.forget(&entry.path())?;
        }
        Ok(())
    }

    /// The programs of a commit, in a work tree of its own: built before, or now in a target folder that all commits share.
    pub(super) fn commit(
        &mut self,
        commit: &Commit,
        repository: &Repository,
        inner: &Path,
        options: &Options,
    ) -> Result<Vec<Program>, CompareError> {
        let tree = self.tree(commit, repository)?;
        let source = tree.join(inner);
        if !source.is_dir() {
            return Err(CompareError::Nothing(format!(
                "{} has no folder {}: call this from one that both versions have",
                commit.name,
                inner.display()
            )));
        }
        let order = Order {
            commit: &commit.id,
            inner,
            source: &source,
            words: &options.cargo,
        };
        let variables: Vec<_> = std::env::vars_os().collect();
        let key = order.key(&variables)?;
        let kept = Kept::new(self.folder.join("programs"));
        if let Some(programs) = kept.get(&key, &tree) {
            return Ok(programs);
        }
        let place = Place {
            source,
            target: Some(self.folder.join("target")),
        };
        let built = build::build(&place, &options.cargo, &commit.name)?;
        kept.put(&key, &tree, &built)
    }

    /// Always at the same place for the same commit: programs may know where they were built.
    pub(super) fn tree(
        &mut self,
        commit: &Commit,
        repository: &Repository,
    ) -> Result<PathBuf, CompareError> {
        let name: String = commit.id.chars().take(DIGITS).collect();
        let folder = self.trees_folder().join(name);
        if self.trees.iter().all(|tree| tree.folder != folder) {
            let tree = repository.work_tree(commit, folder.clone())?;
            self.trees.push(tree);
        }
        Ok(folder)
    }

    /// Where copies of the programs run. What a killed comparison left there is gone.
    pub(super) fn running(&self) -> PathBuf {
        self.folder.join("running")
    }

    /// `build::code` knows such a path.
    fn trees_folder(&self) -> PathBuf {
        self.folder.join("trees")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_comparisons_in_one_folder_the_second_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("bench-compare");
        let first = Held::new(place.clone()).unwrap();
        let told = Held::new(place.clone()).err().unwrap().to_string();
        assert!(
            told.starts_with("another comparison is under way in"),
            "{told}"
        );
        drop(first);
        assert!(Held::new(place).is_ok());
    }
}
