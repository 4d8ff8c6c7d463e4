//! The files that a layer is made from, or known by: paths and patterns relative to the package.

use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::failure::BoxError;

/// Places that hold no source, and can be huge.
const PASSED_OVER: [&str; 3] = ["__pycache__", "node_modules", "target"];

/// Adds the names and bytes of all files that the pattern stands for, in the order of their names.
pub(super) fn add(digest: &mut Digest, root: &Path, pattern: &str) -> Result<(), BoxError> {
    let files = matching(root, pattern)?;
    if files.is_empty() {
        return Err(format!(
            "`{pattern}` matches no file{}",
            if root.as_os_str().is_empty() {
                String::new()
            } else {
                format!(" in {}", root.display())
            }
        )
        .into());
    }
    add_all(digest, root, files)
}

/// The same for a pattern that need not match anything.
pub(super) fn add_if_any(digest: &mut Digest, root: &Path, pattern: &str) -> Result<(), BoxError> {
    add_all(digest, root, matching(root, pattern)?)
}

fn add_all(digest: &mut Digest, root: &Path, files: Vec<PathBuf>) -> Result<(), BoxError> {
    for file in files {
        digest.add(file.as_os_str().as_encoded_bytes());
        digest.add(read(&root.join(&file))?);
    }
    Ok(())
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, BoxError> {
    std::fs::read(file)
        .map_err(|error| format!("{} could not be read: {error}", file.display()).into())
}

/// All files that the pattern stands for: a directory stands for all files below it, `*` for any part of a name, and
/// `**` for any number of directories. Hidden directories are passed over.
fn matching(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, BoxError> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| *part != ".").collect();
    let start = if pattern.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut found = Vec::new();
    walk(root, Path::new(start), &parts, &mut found)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(root: &Path, at: &Path, parts: &[&str], found: &mut Vec<PathBuf>) -> Result<(), BoxError> {
    let Some((part, rest)) = parts.split_first() else {
        return whole(root, at, found);
    };
    if *part == "**" {
        walk(root, at, rest, found)?;
        for name in names(&root.join(at))? {
            let inner = at.join(&name);
            let place = root.join(&inner);
            // A link to a directory above would be walked for ever.
            if place.is_dir() && !place.is_symlink() && !is_passed_over(&name) {
                walk(root, &inner, parts, found)?;
            }
        }
    } else if part.contains('*') {
        for name in names(&root.join(at))? {
            if fits(part, &name) && !is_passed_over(&name) {
                walk(root, &at.join(&name), rest, found)?;
            }
        }
    } else {
        walk(root, &at.join(part), rest, found)?;
    }
    Ok(())
}

/// A file, or all files below a directory. A path that is not there is no file.
fn whole(root: &Path, at: &Path, found: &mut Vec<PathBuf>) -> Result<(), BoxError> {
    let place = root.join(at);
    if place.is_file() {
        found.push(at.to_owned());
    } else if place.is_dir() {
        for name in names(&place)? {
            if !is_passed_over(&name) {
                whole(root, &at.join(name), found)?;
            }
        }
    }
    Ok(())
}

/// The names in a directory. What is none has none.
pub(super) fn names(directory: &Path) -> Result<Vec<String>, BoxError> {
    let place = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    if !place.is_dir() {
        return Ok(Vec::new());
    }
    let problem = |error| format!("{} could not be read: {error}", place.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place).map_err(problem)? {
        names.push(
            entry
                .map_err(problem)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    Ok(names)
}

fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || PASSED_OVER.contains(&name)
}

/// Does the name fit a pattern in which `*` is any text?
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .any(|at| fits(rest, &name[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project with these files, each with its own name in it.
    fn project(name: &str, files: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("ph-files-{name}-{}", std::process::id()));
        for file in files {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, file.to_str().unwrap()).unwrap();
        }
        root
    }

    #[test]
    fn a_pattern_stands_for_files_in_the_order_of_their_names() {
        let root = project(
            "pattern",
            &[
                "manage.py",
                "shop/migrations/0002_b.py",
                "shop/migrations/0001_a.py",
                "shop/migrations/__pycache__/0001_a.pyc",
                "shop/inner/blog/migrations/0001_a.py",
                ".venv/lib/auth/migrations/0001_a.py",
                "shop/views.py",
            ],
        );
        let check = |pattern: &str, expected: &[&str]| {
            let found = matching(&root, pattern).unwrap();
            assert_eq!(
                found,
                expected.iter().map(PathBuf::from).collect::<Vec<_>>(),
                "{pattern}"
            );
        };
        check("manage.py", &["manage.py"]);
        check("./manage.py", &["manage.py"]);
        check("nowhere.py", &[]);
        check(
            "*/migrations",
            &["shop/migrations/0001_a.py", "shop/migrations/0002_b.py"],
        );
        check("shop/migrations/*2*.py", &["shop/migrations/0002_b.py"]);
        check(
            "**/migrations/*.py",
            &[
                "shop/inner/blog/migrations/0001_a.py",
                "shop/migrations/0001_a.py",
                "shop/migrations/0002_b.py",
            ],
        );
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn names_and_bytes_count_and_a_pattern_without_a_file_is_refused() {
        let root = project("bytes", &["a.sql"]);
        let of = || {
            let mut digest = Digest::new();
            add(&mut digest, &root, "*.sql").unwrap();
            digest.finish()
        };
        let before = of();
        std::fs::write(root.join("a.sql"), "SELECT 1").unwrap();
        let changed = of();
        std::fs::rename(root.join("a.sql"), root.join("b.sql")).unwrap();
        assert!(before != changed && changed != of());
        let error = add(&mut Digest::new(), &root, "*.txt").unwrap_err();
        assert!(
            error.to_string().starts_with("`*.txt` matches no file in "),
            "{error}"
        );
        std::fs::remove_dir_all(root).unwrap();
    }
}
