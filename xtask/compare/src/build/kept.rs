//! Programs of commits that were built before, so that the same base is built once for many comparisons.
//!
//! Each has a folder under its key, with the programs and `manifest.json`. It is written beside and renamed, so that one which is
//! there is whole. Only the one who holds the lock of comparisons reads or writes here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::seal;
use super::{Built, Program};
use crate::error::CompareError;

/// Of the newest: a base or two, and what was tried since. The programs of one can be gigabytes.
const KEPT: usize = 4;

const MANIFEST: &str = "manifest.json";

/// Where one is written: no key.
const UNFINISHED: &str = "unfinished";

/// The folder of them all.
pub(crate) struct Kept {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    programs: Vec<Entry>,
    outside: Vec<Outside>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    package: String,
    target: String,
    /// Beside the manifest.
    file: String,
    /// The package's, from the work tree.
    folder: PathBuf,
}

/// A package that no commit of this repository holds.
#[derive(Serialize, Deserialize)]
struct Outside {
    folder: PathBuf,
    seal: String,
}

impl Kept {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What was built under this key, to be run in this work tree. None where it is not there, or no more what would be built.
    pub(crate) fn get(&self, key: &str, tree: &Path) -> Option<Vec<Program>> {
        let folder = self.folder.join(key);
        let text = fs::read(folder.join(MANIFEST)).ok()?;
        let manifest: Manifest = serde_json::from_slice(&text).ok()?;
        let is_as_it_was =
            |one: &Outside| seal::of_folder(&one.folder).is_ok_and(|seal| seal == one.seal);
        if !manifest.outside.iter().all(is_as_it_was) {
            return None;
        }
        let programs = manifest.programs.into_iter();
        let programs = programs.map(|entry| entry.program(&folder, tree));
        let programs: Vec<Program> = programs.collect();
        let are_there = programs.iter().all(|program| program.path.is_file());
        // The time of its use says which are the newest.
        let used = fs::File::options()
            .append(true)
            .open(folder.join(MANIFEST))
            .and_then(|file| file.set_modified(SystemTime::now()));
        (are_there && used.is_ok()).then_some(programs)
    }

    /// Keeps copies, which the next build does not write over.
    pub(crate) fn put(
        &self,
        key: &str,
        tree: &Path,
        built: &Built,
    ) -> Result<Vec<Program>, CompareError> {
        let folder = self.folder.join(UNFINISHED);
        let written = self
            .begin()
            .and_then(|()| write(&folder, tree, built))
            .and_then(|()| self.finish(key));
        if let Err(error) = written {
            // A full disk is given back what was copied.
            drop(fs::remove_dir_all(&folder));
            return Err(CompareError::File(folder, error));
        }
        self.get(key, tree).ok_or_else(|| {
            let error = io::Error::other("what was written there a moment ago is gone");
            CompareError::File(self.folder.join(key), error)
        })
    }

    /// What was left of one that was killed goes.
    fn begin(&self) -> io::Result<()> {
        let folder = self.folder.join(UNFINISHED);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder)
    }

    fn finish(&self, key: &str) -> io::Result<()> {
        let folder = self.folder.join(key);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::rename(self.folder.join(UNFINISHED), folder)?;
        self.forget_old()
    }

    fn forget_old(&self) -> io::Result<()> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let folder = entry?.path();
            let used = fs::metadata(folder.join(MANIFEST)).and_then(|file| file.modified());
            all.push((used.unwrap_or(SystemTime::UNIX_EPOCH), folder));
        }
        all.sort();
        for (_, folder) in all.iter().rev().skip(KEPT) {
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

impl Entry {
    fn new(program: &Program, tree: &Path) -> Self {
        let folder = program.folder.strip_prefix(tree);
        Self {
            package: program.package.clone(),
            target: program.target.clone(),
            // No package has a dot in its name.
            file: format!("{}.{}", program.package, program.target),
            folder: folder.unwrap_or(&program.folder).to_owned(),
        }
    }

    fn program(self, kept: &Path, tree: &Path) -> Program {
        Program {
            package: self.package,
            target: self.target,
            path: kept.join(self.file),
            folder: tree.join(self.folder),
        }
    }
}

fn write(folder: &Path, tree: &Path, built: &Built) -> io::Result<()> {
    let mut programs = Vec::new();
    for program in &built.programs {
        let entry = Entry::new(program, tree);
        fs::copy(&program.path, folder.join(&entry.file))?;
        programs.push(entry);
    }
    let mut outside = Vec::new();
    for source in built
        .sources
        .iter()
        .filter(|source| !source.starts_with(tree))
    {
        outside.push(Outside {
            folder: source.clone(),
            seal: seal::of_folder(source)?,
        });
    }
    let manifest = serde_json::to_vec_pretty(&Manifest { programs, outside })?;
    fs::write(folder.join(MANIFEST), manifest)
}

#[cfg(test)]
mod tests;
