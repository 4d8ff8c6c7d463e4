//! The files of the workspace, from the disk into memory. Knows no rule.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::SourceFile;
use crate::error::SetupError;

/// Files that mark their folder as a tool's cache or a virtual environment.
const MARKS_OF_A_CACHE: [&str; 2] = ["CACHEDIR.TAG", "pyvenv.cfg"];

/// All files below `root`, sorted by path.
pub(super) fn files(root: &Path) -> Result<Vec<SourceFile>, SetupError> {
    let mut files = Vec::new();
    read_folder(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether some rule reads the file's text.
pub(super) fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = Path::new(name).extension().unwrap_or_default();
    name == "Cargo.toml" || extension == "rs" || extension == "md"
}

fn read_folder(folder: &Path, path: &str, files: &mut Vec<SourceFile>) -> Result<(), SetupError> {
    let unreadable = |error| SetupError::Unreadable(folder.to_path_buf(), error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if path.is_empty() {
            name
        } else {
            format!("{path}/{name}")
        };
        read_entry(&entry, path, files)?;
    }
    Ok(())
}

fn read_entry(
    entry: &DirEntry,
    path: String,
    files: &mut Vec<SourceFile>,
) -> Result<(), SetupError> {
    let place = entry.path();
    let unreadable = |error| SetupError::Unreadable(place.clone(), error);
    // A symbolic link counts as a file: it can be linked to, and following it could run in circles.
    if entry.file_type().map_err(unreadable)?.is_dir() {
        if is_skipped(&place) {
            return Ok(());
        }
        return read_folder(&place, &path, files);
    }
    let text = if is_read(&path) {
        read_text(&place).map_err(unreadable)?
    } else {
        String::new()
    };
    files.push(SourceFile { path, text });
    Ok(())
}

/// Whether nobody wrote what is in the folder: git's, cargo's (beside a manifest, so that no module called `target`
/// escapes the rules), and caches.
fn is_skipped(folder: &Path) -> bool {
    let is_git = folder.ends_with(".git");
    let is_cargo = folder.ends_with("target") && folder.with_file_name("Cargo.toml").exists();
    let is_cache = MARKS_OF_A_CACHE
        .iter()
        .any(|mark| folder.join(mark).exists());
    is_git || is_cargo || is_cache
}

fn read_text(file: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(file)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_but_those_of_git_cargo_and_caches() {
        let root = tempfile::tempdir().unwrap();
        for path in [
            "Cargo.toml",
            "README.md",
            ".cargo/config.toml",
            "one/src/lib.rs",
            "one/src/target/module.rs",
            "one/logo.png",
            ".git/HEAD",
            "target/debug/build.rs",
            "tests/fixtures/user/Cargo.toml",
            "tests/fixtures/user/target/a.rs",
            "tests/fixtures/user/src/lib.rs",
            "elsewhere/CACHEDIR.TAG",
            "elsewhere/generated.rs",
            "python/.venv/pyvenv.cfg",
            "python/.venv/README.md",
        ] {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "text").unwrap();
        }
        let files = files(root.path()).unwrap();
        let found: Vec<_> = files
            .iter()
            .map(|f| (f.path.as_str(), f.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (".cargo/config.toml", ""),
                ("Cargo.toml", "text"),
                ("README.md", "text"),
                ("one/logo.png", ""),
                ("one/src/lib.rs", "text"),
                ("one/src/target/module.rs", "text"),
                ("tests/fixtures/user/Cargo.toml", "text"),
                ("tests/fixtures/user/src/lib.rs", "text"),
            ]
        );
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        let error = files(&root.path().join("gone")).err().unwrap().to_string();
        assert!(error.contains("gone"), "{error}");
    }
}
