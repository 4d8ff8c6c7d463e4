//! What a program does, without what only debuggers read.
//!
//! A profile with line tables has the work tree's path in them, so that two versions with the same code are not the same to the byte.

use std::path::Path;

use object::{File, Object as _, ObjectSection as _, SectionFlags, elf};
use sha2::{Digest as _, Sha256};

use crate::error::CompareError;

/// A hash of all else, so it says nothing by itself.
const BUILD_ID: &[u8] = b".note.gnu.build-id";

/// Of Mach-O, where debug information is in the file at all.
const DEBUG_SEGMENT: &[u8] = b"__DWARF";

/// Of all that is loaded where the program runs. Where that is not known, of the whole file.
pub(crate) fn hash(path: &Path) -> Result<[u8; 32], CompareError> {
    let bytes = std::fs::read(path).map_err(|error| CompareError::File(path.to_owned(), error))?;
    Ok(of_loaded(&bytes).unwrap_or_else(|| Sha256::digest(&bytes).into()))
}

/// None where the bytes are no program of a known format.
fn of_loaded(bytes: &[u8]) -> Option<[u8; 32]> {
    let program = File::parse(bytes).ok()?;
    let mut hash = Sha256::new();
    hash.update(program.entry().to_le_bytes());
    for section in program.sections() {
        let name = section.name_bytes().ok()?;
        let is_loaded = match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(elf::SHF_ALLOC),
            _ => section.segment_name_bytes().ok()? != Some(DEBUG_SEGMENT),
        };
        if !is_loaded || name == BUILD_ID {
            continue;
        }
        hash.update(name);
        // With the size, so that no two sections are taken for one, and one without data is something.
        hash.update(section.address().to_le_bytes());
        hash.update(section.size().to_le_bytes());
        hash.update(section.data().ok()?);
    }
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    /// Compiled in a folder of its own.
    fn compiled(source: &str, flags: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.rs"), source).unwrap();
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let status = Command::new(rustc)
            .args(["main.rs", "-o", "program", "-C", "opt-level=1"])
            .args(flags)
            .current_dir(folder.path())
            .status();
        assert!(status.unwrap().success());
        fs::read(folder.path().join("program")).unwrap()
    }

    #[test]
    fn where_it_was_compiled_is_no_difference_and_what_it_does_is() {
        const ONE: &str = "fn main() { std::process::exit(std::env::args().count() as i32) }";
        let lines = ["-C", "debuginfo=line-tables-only"];
        let (here, there) = (compiled(ONE, &lines), compiled(ONE, &lines));
        assert_ne!(here, there, "their folders are in them");
        assert!(of_loaded(&here).is_some());
        assert_eq!(of_loaded(&here), of_loaded(&there));
        let other = compiled(&ONE.replace("as i32", "as i32 + 1"), &lines);
        assert_ne!(of_loaded(&here), of_loaded(&other));
        // A text of another length is another program, though no instruction is.
        let data = "static NAME: &str = \"users\"; fn main() { print!(\"{NAME}\") }";
        let longer = data.replace("users", "orders");
        assert_ne!(
            of_loaded(&compiled(data, &lines)),
            of_loaded(&compiled(&longer, &lines))
        );
    }

    #[test]
    fn of_what_is_no_program_all_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, "#!/bin/sh").unwrap();
        let before = hash(&path).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        assert_ne!(before, hash(&path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(hash(&path).is_err());
    }
}
