//! The folder of what is saved: in it one of each name, which is whole or not there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::run::{Kept, Run, damaged};
use crate::build::Program;
use crate::error::CompareError;
use crate::nearest::nearest;

const RUN: &str = "run.json";

/// Used by one process at a time: who uses it holds the lock of comparisons.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// With what a killed run left there put right.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, CompareError> {
        let store = Self { folder };
        store.mend().map_err(|error| store.failed(error))?;
        Ok(store)
    }

    /// Sorted.
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = self.entries()?;
        names.retain(|name| !name.starts_with('.') && self.folder.join(name).is_dir());
        names.sort();
        Ok(names)
    }

    /// In the place of what had that name, whole or not at all. `root` is the workspace that they were built in.
    pub(crate) fn save(
        &self,
        mut run: Run,
        programs: &[Program],
        root: &Path,
    ) -> Result<PathBuf, CompareError> {
        let new = self.folder.join(format!(".{}.new", run.name));
        fs::create_dir_all(&new).map_err(|error| CompareError::File(new.clone(), error))?;
        let written = keep(&new, &mut run, programs, root).and_then(|()| self.replace(&run.name));
        if written.is_err() {
            // There is an error to tell already.
            drop(fs::remove_dir_all(&new));
        }
        written
    }

    pub(crate) fn load(&self, name: &str) -> Result<Run, CompareError> {
        let folder = self.folder.join(name);
        if !folder.is_dir() {
            return Err(self.unknown(name)?);
        }
        let text = fs::read_to_string(folder.join(RUN))
            .map_err(|error| damaged(name, &format!("its run.json: {error}")))?;
        Run::read(name, &text)
    }

    /// Where they lie, to be run in the folders of the workspace `root`.
    pub(crate) fn programs(&self, run: &Run, root: &Path) -> Result<Vec<Program>, CompareError> {
        let folder = self.folder.join(&run.name);
        let program = |kept: &Kept| kept.program(run, &folder, root);
        run.programs.iter().map(program).collect()
    }

    fn unknown(&self, name: &str) -> Result<CompareError, CompareError> {
        let names = self.names().map_err(|error| self.failed(error))?;
        if names.is_empty() {
            return Ok(CompareError::Nothing(format!(
                "nothing is saved as `{name}`, nor as anything else: `--save {name}` does it"
            )));
        }
        let guess = nearest(name, names.iter().map(String::as_str));
        let guess = guess.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Ok(CompareError::Nothing(format!(
            "nothing is saved as `{name}`{guess}\n  saved: {}",
            names.join(", ")
        )))
    }

    /// Until it is there the old one is beside it, and comes back when this is killed in between.
    fn replace(&self, name: &str) -> Result<PathBuf, CompareError> {
        let place = self.folder.join(name);
        let [new, old] = ["new", "old"].map(|end| self.folder.join(format!(".{name}.{end}")));
        let failed = |error| CompareError::File(place.clone(), error);
        if place.exists() {
            fs::rename(&place, &old).map_err(failed)?;
        }
        if let Err(error) = fs::rename(&new, &place) {
            // There is an error to tell already.
            drop(fs::rename(&old, &place));
            return Err(failed(error));
        }
        if old.exists() {
            fs::remove_dir_all(&old).map_err(failed)?;
        }
        Ok(place)
    }

    fn mend(&self) -> io::Result<()> {
        for entry in self.entries()? {
            let left = self.folder.join(&entry);
            let name = entry.strip_prefix('.').unwrap_or_default();
            match name.rsplit_once('.') {
                Some((name, "old")) if !self.folder.join(name).exists() => {
                    fs::rename(&left, self.folder.join(name))?;
                }
                Some((_, "old" | "new")) => fs::remove_dir_all(&left)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn entries(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        entries.map(name).collect()
    }

    fn failed(&self, error: io::Error) -> CompareError {
        CompareError::File(self.folder.clone(), error)
    }
}

impl Kept {
    /// No package has a dot in its name, so that no two have the same.
    fn file(&self) -> String {
        format!("{}.{}", self.package, self.target)
    }

    fn program(&self, run: &Run, folder: &Path, root: &Path) -> Result<Program, CompareError> {
        let program = Program {
            package: self.package.clone(),
            target: self.target.clone(),
            path: folder.join(self.file()),
            folder: root.join(&self.folder),
        };
        let is_whole = match program.hash() {
            Ok(hash) => hex(&hash) == self.sha256,
            Err(error) => return Err(damaged(&run.name, &format!("its program {error}"))),
        };
        if !is_whole {
            let what = format!("its program {} is another one", self.file());
            return Err(damaged(&run.name, &what));
        }
        if !program.folder.is_dir() {
            return Err(CompareError::Saved(
                run.name.clone(),
                format!(
                    "its benches of `{}` run in {}, which is not there any more: bring it back, for they may read files there, \
                     or {}",
                    self.package,
                    program.folder.display(),
                    run.again()
                ),
            ));
        }
        Ok(program)
    }
}

/// Copies of the programs, and what is known of them.
fn keep(
    folder: &Path,
    run: &mut Run,
    programs: &[Program],
    root: &Path,
) -> Result<(), CompareError> {
    for program in programs {
        let mut kept = Kept {
            package: program.package.clone(),
            target: program.target.clone(),
            folder: within(&program.folder, root),
            sha256: String::new(),
        };
        let path = folder.join(kept.file());
        fs::copy(&program.path, &path).map_err(|error| CompareError::File(path.clone(), error))?;
        let copy = Program {
            path,
            ..program.clone()
        };
        kept.sha256 = hex(&copy.hash()?);
        run.programs.push(kept);
    }
    let path = folder.join(RUN);
    fs::write(&path, run.text()).map_err(|error| CompareError::File(path, error))
}

/// A package's folder from the workspace's; as it is, where it lies elsewhere.
fn within(folder: &Path, root: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (folder, root) = (whole(folder), whole(root));
    let inner = folder.strip_prefix(root).unwrap_or(&folder);
    inner.to_string_lossy().into_owned()
}

fn hex(hash: &[u8]) -> String {
    hash.iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests;
