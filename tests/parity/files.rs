//! Does a reader who knows a file of the original find what it became?

use std::path::Path;

use crate::django;

/// The Python files below a folder, by their paths from the project.
pub(crate) fn python_files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // Of each app: what `tests.py` and `migrations/` became is told once.
        let told_once = ["__init__.py", "tests.py", "migrations"].contains(&name.as_str());
        if path.is_dir() && !told_once {
            python_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") && !told_once {
            let path = path.strip_prefix(django::project()).unwrap();
            found.push(path.display().to_string());
        }
    }
}

/// The rows of the table in the example's README: the Django files, and the Rust files.
fn rows() -> Vec<(String, String)> {
    let readme = django::project().join("../../example-service/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, table) = readme.split_once("| Django | here |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let (django, rust) = row.trim_matches('|').split_once('|').unwrap();
        (django.to_owned(), rust.to_owned())
    })
    .collect()
}

#[test]
fn each_django_file_has_its_rust_file_in_the_readme() {
    let mut files = Vec::new();
    python_files(&django::project(), &mut files);
    assert!(files.len() > 30, "{files:?}");
    let rows = rows();
    let is_told = |file: &String| {
        rows.iter()
            .any(|(django, _)| django.contains(&format!("`{file}`")))
    };
    let missing: Vec<_> = files.iter().filter(|file| !is_told(file)).collect();
    assert!(
        missing.is_empty(),
        "the README does not say what became of {missing:?}"
    );
}

#[test]
fn each_rust_file_in_the_readme_exists() {
    let example = django::project().join("../../example-service");
    let mut checked = 0;
    for (django, rust) in rows() {
        assert!(
            rust.contains("`src/") || rust.contains("`tests/"),
            "{django}"
        );
        for path in rust.split('`').filter(|part| part.starts_with("src/")) {
            assert!(example.join(path).exists(), "{path}");
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}
