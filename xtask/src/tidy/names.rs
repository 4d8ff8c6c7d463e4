//! A file is named after the noun inside it, never after having no better name.

use super::finding::Finding;
use super::rust_file::RustFile;

const NAMELESS: [&str; 5] = ["utils", "helpers", "common", "manager", "imp"];

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    files.iter().filter_map(check_file).collect()
}

fn check_file(file: &RustFile<'_>) -> Option<Finding> {
    let name = file
        .path
        .strip_suffix(".rs")?
        .split('/')
        .find(|part| NAMELESS.contains(part))?;
    let message = format!("`{name}` says nothing: name it after the noun inside it");
    Some(Finding::new(file.path, 1, message))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told_of_rust};
    use super::*;

    fn check_one(path: &str, expected: &[&str]) {
        assert_told(&told_of_rust(check, &[(path, "")]), expected);
    }

    #[test]
    fn a_noun_passes() {
        check_one("a/src/query.rs", &[]);
        check_one("a/src/common_table_expression.rs", &[]);
        check_one("a/src/imports.rs", &[]);
    }

    #[test]
    fn a_name_that_says_nothing_is_told_as_a_file_and_as_a_folder() {
        check_one(
            "a/src/utils.rs",
            &["a/src/utils.rs:1: `utils` says nothing"],
        );
        check_one("a/src/helpers.rs", &["a/src/helpers.rs:1: `helpers`"]);
        check_one("a/src/manager.rs", &["a/src/manager.rs:1: `manager`"]);
        check_one("a/src/imp.rs", &["a/src/imp.rs:1: `imp`"]);
        check_one("tests/common/mod.rs", &["tests/common/mod.rs:1: `common`"]);
    }
}
