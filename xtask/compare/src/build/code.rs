//! What a program does, without what only debuggers read, and without its place.
//!
//! A profile with line tables has the work tree's path in them, and so has a program that knows its `CARGO_MANIFEST_DIR`: two versions
//! with the same code are not the same to the byte.

use std::fs;
use std::path::Path;

use object::{File, Object as _, ObjectSection as _, SectionFlags, elf};

use crate::error::CompareError;

/// A hash of what a debugger reads, too.
const BUILD_ID: &[u8] = b".note.gnu.build-id";

/// Of Mach-O, where debug information is in the file at all.
const DEBUG_SEGMENT: &[u8] = b"__DWARF";

/// Behind it a path of a work tree goes on with its digits: `session::held` makes it.
const TREES: &[u8] = b"/bench-compare/trees/";

/// Of a commit's id, so many digits name its work tree: as many in all of them, so that nothing else differs by them.
pub(crate) const DIGITS: usize = 16;

/// What is compared at once. Slices are, by a routine that is fast where this crate is not optimised.
const CHUNK: usize = 4_096;

/// Whether all that is loaded where they run is the same; where that is not known, whether the files are.
pub(crate) fn is_same(base: &Path, head: &Path) -> Result<bool, CompareError> {
    let read =
        |path: &Path| fs::read(path).map_err(|error| CompareError::File(path.to_owned(), error));
    let (base, head) = (read(base)?, read(head)?);
    Ok(base == head || is_loaded_same(&base, &head).unwrap_or(false))
}

/// None where one is no program of a known format.
fn is_loaded_same(base: &[u8], head: &[u8]) -> Option<bool> {
    let (base, head) = (loaded(base)?, loaded(head)?);
    let mut both = base.iter().zip(&head);
    let is_same = |(base, head): (&Loaded<'_>, &Loaded<'_>)| {
        base.place == head.place && is_data_same(base.data, head.data)
    };
    Some(base.len() == head.len() && both.all(is_same))
}

/// A part of a program's memory.
struct Loaded<'a> {
    /// Name, address and size: one without data is zeros.
    place: (&'a [u8], u64, u64),
    data: &'a [u8],
}

fn loaded(bytes: &[u8]) -> Option<Vec<Loaded<'_>>> {
    let program = File::parse(bytes).ok()?;
    let start = Loaded {
        place: (b"start", program.entry(), 0),
        data: &[],
    };
    let mut all = vec![start];
    for section in program.sections() {
        let name = section.name_bytes().ok()?;
        let is_loaded = match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(elf::SHF_ALLOC),
            _ => section.segment_name_bytes().ok()? != Some(DEBUG_SEGMENT),
        };
        if is_loaded && name != BUILD_ID {
            all.push(Loaded {
                place: (name, section.address(), section.size()),
                data: section.data().ok()?,
            });
        }
    }
    Some(all)
}

/// But for the digits in paths of work trees.
fn is_data_same(base: &[u8], head: &[u8]) -> bool {
    let mut chunks = base.chunks(CHUNK).zip(head.chunks(CHUNK)).enumerate();
    let is_same = |(number, (of_base, of_head)): (usize, (&[u8], &[u8]))| {
        let mut bytes = (number * CHUNK..).zip(of_base.iter().zip(of_head));
        of_base == of_head
            // The head has the same before it, or differs there, too.
            || bytes.all(|(at, (of_base, of_head))| of_base == of_head || is_digit(base, at))
    };
    base.len() == head.len() && chunks.all(is_same)
}

/// Whether this byte is one of the digits in a work tree's path.
fn is_digit(bytes: &[u8], at: usize) -> bool {
    let mut before = (0..DIGITS).filter_map(|digits| bytes.get(..at.checked_sub(digits)?));
    before.any(|before| before.ends_with(TREES))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Compiled in a folder of its own.
    fn compiled(source: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.rs"), source).unwrap();
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let status = Command::new(rustc)
            .args(["main.rs", "-o", "program", "-C", "opt-level=1"])
            .args(["-C", "debuginfo=line-tables-only"])
            // As some linkers do by themselves.
            .args(cfg!(target_os = "linux").then_some("-Clink-arg=-Wl,--build-id"))
            .current_dir(folder.path())
            .status();
        assert!(status.unwrap().success());
        fs::read(folder.path().join("program")).unwrap()
    }

    #[test]
    fn where_it_was_compiled_is_no_difference_and_what_it_does_is() {
        const ONE: &str =
            "fn main() { print!(\"users\"); std::process::exit(std::env::args().count() as i32) }";
        let (here, there) = (compiled(ONE), compiled(ONE));
        assert_ne!(here, there, "their folders are in them");
        assert_eq!(is_loaded_same(&here, &there), Some(true));
        // Another instruction, another text, a longer one.
        for (from, to) in [
            ("as i32", "as i32 + 1"),
            ("users", "posts"),
            ("users", "orders"),
        ] {
            let other = compiled(&ONE.replace(from, to));
            assert_eq!(is_loaded_same(&here, &other), Some(false), "{to}");
        }
        assert_eq!(is_loaded_same(&here, b"#!/bin/sh"), None);
    }

    #[test]
    fn which_work_tree_it_knows_is_no_difference() {
        let is_same = |one: &str, other: &str| is_data_same(one.as_bytes(), other.as_bytes());
        // Over the ends of chunks, too.
        let one = "/a/bench-compare/trees/0123456789abcdef/users ".repeat(CHUNK);
        let other = one.replace("0123456789abcdef", "fedcba9876543210");
        assert!(is_same(&one, &other));
        for (from, to) in [("users", "posts"), ("/a/", "/b/"), ("/trees", "/roots")] {
            assert!(!is_same(&one, &other.replace(from, to)), "{from}");
            assert!(!is_same(&one.replace(from, to), &other), "{from}");
        }
        assert!(!is_same("0123456789abcdef", "fedcba9876543210"));
        assert!(!is_same(&one, &other[1..]));
        assert!(!is_same(&format!("{one}0"), &format!("{other}1")));
    }

    #[test]
    fn of_what_is_no_program_all_counts() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        let tree = "/bench-compare/trees/0123456789abcdef";
        fs::write(&one, tree).unwrap();
        fs::write(&other, tree).unwrap();
        assert!(is_same(&one, &other).unwrap());
        fs::write(&other, tree.replace('0', "1")).unwrap();
        assert!(!is_same(&one, &other).unwrap());
        fs::remove_file(&other).unwrap();
        assert!(is_same(&one, &other).is_err());
    }
}
