//! The programs that run: copies, both made alike, of those that were built.
//!
//! How a file came to be is a part of its speed: a bench on two threads was 5 % slower out of the file that the linker wrote than out of
//! a copy of it with the same bytes, and as fast out of one copy as out of another. And what is built in the working tree meanwhile
//! changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::Program;
use crate::error::CompareError;
use crate::lockstep::{Bench, Pair};

/// Of one program at a time, for they can be large. They go with it.
pub(super) struct Copies {
    folder: PathBuf,
    current: Option<Current>,
}

struct Current {
    of: [PathBuf; 2],
    base: Program,
    head: Program,
}

impl Copies {
    /// In a folder that is only ours.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            current: None,
        }
    }

    /// The same benches, in the copies.
    pub(super) fn of<'a>(&'a mut self, pair: Pair<'a>) -> Result<Pair<'a>, CompareError> {
        let of = [pair.base.program, pair.head.program].map(|program| program.path.clone());
        let kept = self.current.take().filter(|current| current.of == of);
        let current = match kept {
            Some(current) => current,
            None => self.make(pair, of)?,
        };
        let current = self.current.insert(current);
        Ok(Pair {
            base: Bench {
                program: &current.base,
                ..pair.base
            },
            head: Bench {
                program: &current.head,
                ..pair.head
            },
        })
    }

    fn make(&self, pair: Pair<'_>, of: [PathBuf; 2]) -> Result<Current, CompareError> {
        remove(&self.folder);
        Ok(Current {
            of,
            base: pair.base.program.keep(&self.folder.join("base"))?,
            head: pair.head.program.keep(&self.folder.join("head"))?,
        })
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// It need not be there.
pub(super) fn remove(folder: &Path) {
    drop(fs::remove_dir_all(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two programs whose files have their names as text.
    fn programs(folder: &Path, names: [&str; 2]) -> [Program; 2] {
        names.map(|name| {
            let path = folder.join(name);
            fs::write(&path, name).unwrap();
            Program {
                path,
                ..Program::named("api")
            }
        })
    }

    fn pair([base, head]: &[Program; 2]) -> Pair<'_> {
        let bench = |program| Bench {
            program,
            name: "users::page",
        };
        Pair {
            base: bench(base),
            head: bench(head),
        }
    }

    fn texts(pair: Pair<'_>) -> [String; 2] {
        [pair.base, pair.head].map(|bench| fs::read_to_string(&bench.program.path).unwrap())
    }

    #[test]
    fn both_sides_are_copies_that_a_build_does_not_reach() {
        let folder = tempfile::tempdir().unwrap();
        let built = programs(folder.path(), ["one", "two"]);
        let mut copies = Copies::new(folder.path().join("running"));
        let running = copies.of(pair(&built)).unwrap();
        assert_eq!(texts(running), ["one", "two"]);
        assert_eq!(running.head.name, "users::page");
        assert_ne!(running.base.program.path, running.head.program.path);
        fs::write(&built[1].path, "built again").unwrap();
        assert_eq!(texts(copies.of(pair(&built)).unwrap()), ["one", "two"]);
        // A program with itself has two files as well.
        let same = [built[0].clone(), built[0].clone()];
        let running = copies.of(pair(&same)).unwrap();
        assert_eq!(texts(running), ["one", "one"]);
        assert_ne!(running.base.program.path, running.head.program.path);
    }

    #[test]
    fn they_go_with_the_comparison() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("running");
        let mut copies = Copies::new(place.clone());
        let mut built = programs(folder.path(), ["one", "two"]);
        copies.of(pair(&built)).unwrap();
        assert!(place.exists());
        built[0].path = folder.path().join("nowhere");
        let error = copies.of(pair(&built)).err().unwrap().to_string();
        assert!(error.contains("running/base/api-users"), "{error}");
        drop(copies);
        assert!(!place.exists());
    }
}
