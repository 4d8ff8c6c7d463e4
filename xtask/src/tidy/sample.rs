//! Files in memory, for the tests of the rules.

use super::SourceFile;
use super::finding::Finding;
use super::rust_file::RustFile;

pub(super) fn files(files: &[(&str, &str)]) -> Vec<SourceFile> {
    let file = |(path, text): &(&str, &str)| SourceFile {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    files.iter().map(file).collect()
}

/// What a rule about Rust files says of `input`, as `path:line: message`.
pub(super) fn told_of_rust(
    rule: fn(&[RustFile<'_>]) -> Vec<Finding>,
    input: &[(&str, &str)],
) -> Vec<String> {
    let files = files(input);
    let rust: Vec<RustFile<'_>> = files.iter().filter_map(RustFile::read).collect();
    rule(&rust).iter().map(ToString::to_string).collect()
}

/// Asserts what a rule says of one file of the harness: `path` is below `perf-harness/src/`, and each
/// `expected` is `line: message`.
#[track_caller]
pub(super) fn check_harness_file(
    rule: fn(&[RustFile<'_>]) -> Vec<Finding>,
    path: &str,
    text: &str,
    expected: &[&str],
) {
    let path = format!("perf-harness/src/{path}");
    let expected: Vec<String> = expected
        .iter()
        .map(|told| format!("{path}:{told}"))
        .collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    assert_told(&told_of_rust(rule, &[(&path, text)]), &expected);
}

/// What a rule about any files says of `input`, as `path:line: message`.
pub(super) fn told(rule: fn(&[SourceFile]) -> Vec<Finding>, input: &[(&str, &str)]) -> Vec<String> {
    rule(&files(input))
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Asserts that there is one finding per `expected`, in order, each opening with its text.
#[track_caller]
pub(super) fn assert_told(told: &[String], expected: &[&str]) {
    let same = told.len() == expected.len()
        && told
            .iter()
            .zip(expected)
            .all(|(told, expected)| told.starts_with(expected));
    assert!(same, "told {told:#?}\nexpected {expected:#?}");
}
