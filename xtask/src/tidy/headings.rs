//! Each Rust file opens with a `//!` heading: what the file answers for, in a few lines.

use super::finding::Finding;
use super::rust_file::RustFile;

/// More than this is a page, and belongs into the docs.
const LONGEST: usize = 12;

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    files.iter().filter_map(check_file).collect()
}

fn check_file(file: &RustFile<'_>) -> Option<Finding> {
    let heading = file
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .count();
    let says_something = file
        .text
        .lines()
        .next()
        .is_some_and(|line| line.len() > "//! ".len());
    if heading == 0 || !says_something {
        let message = "no heading: open the file with `//!` and what it answers for";
        return Some(Finding::new(file.path, 1, message));
    }
    if heading > LONGEST && !is_root(file.path) {
        let message = format!(
            "a heading of {heading} lines: keep at most {LONGEST}, and move the rest to the items or the docs"
        );
        return Some(Finding::new(file.path, LONGEST + 1, message));
    }
    None
}

/// The front page of a crate may be as long as it needs to be.
fn is_root(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("lib.rs" | "main.rs"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told_of_rust};
    use super::*;

    fn check_one(path: &str, text: &str, expected: &[&str]) {
        assert_told(&told_of_rust(check, &[(path, text)]), expected);
    }

    #[test]
    fn a_heading_of_up_to_twelve_lines_passes() {
        check_one("a.rs", "//! Rows.\n", &[]);
        check_one("a.rs", &"//! Rows.\n".repeat(12), &[]);
    }

    #[test]
    fn a_file_without_a_heading_is_told() {
        check_one("a.rs", "use b;\n", &["a.rs:1: no heading"]);
        check_one("a.rs", "", &["a.rs:1: no heading"]);
        check_one("a.rs", "\n//! Late.\n", &["a.rs:1: no heading"]);
        check_one("a.rs", "// Rows.\n", &["a.rs:1: no heading"]);
        check_one("a.rs", "//!\n//! Rows.\n", &["a.rs:1: no heading"]);
    }

    #[test]
    fn a_long_heading_is_told_but_for_a_front_page() {
        let text = "//! Rows.\n".repeat(13);
        check_one("a/b.rs", &text, &["a/b.rs:13: a heading of 13 lines"]);
        check_one("a/src/lib.rs", &text, &[]);
        check_one("a/src/main.rs", &text, &[]);
    }
}
