//! `cargo xtask tidy`: the rules of style that a machine can check.
//!
//! [`check`] is pure: files in memory in, findings out. `walk` reads the files, [`run`] prints the findings.
//! Each rule is a file with a `check` of its own. They read Rust by `source`, `tokens` and `paths`, and the docs by
//! `prose`, `markdown` and `anchors`.

mod anchors;
mod architecture;
mod boundaries;
mod doors;
mod finding;
mod headings;
mod links;
mod manifest;
mod markdown;
mod marks;
mod names;
mod paths;
mod prose;
mod rust_file;
#[cfg(test)]
mod sample;
mod size;
mod source;
mod tokens;
mod walk;
mod wire;

use std::path::Path;

use crate::error::SetupError;
use finding::Finding;
use rust_file::RustFile;

/// A file of the workspace.
pub(crate) struct SourceFile {
    /// Relative to the workspace's root, with `/` between the parts.
    pub(crate) path: String,
    /// Empty for a file that no rule reads, but a link may name.
    pub(crate) text: String,
}

/// Checks the workspace and prints what it found; true when that is nothing.
pub(crate) fn run(root: &Path) -> Result<bool, SetupError> {
    let files = walk::files(root)?;
    refuse_to_pass_on_nothing(&files, root)?;
    let findings = check(&files);
    for finding in &findings {
        println!("{finding}");
    }
    println!("{}", summary(&files, findings.len()));
    Ok(findings.is_empty())
}

/// Every rule on every file: the findings, sorted.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let rust: Vec<RustFile<'_>> = files.iter().filter_map(RustFile::read).collect();
    let mut findings = [
        architecture::check(files),
        boundaries::check(&rust),
        doors::check(&rust),
        headings::check(&rust),
        links::check(files),
        manifest::check(files),
        marks::check(&rust),
        names::check(&rust),
        size::check(&rust),
        wire::check(&rust),
    ]
    .concat();
    findings.sort();
    findings.dedup();
    findings
}

/// A green run that measured nothing is the one thing this project is against.
fn refuse_to_pass_on_nothing(files: &[SourceFile], root: &Path) -> Result<(), SetupError> {
    let nothing = |what| Err(SetupError::NothingChecked(what, root.to_path_buf()));
    if !files.iter().any(|file| walk::is_read(&file.path)) {
        return nothing("file that a rule reads");
    }
    if !files
        .iter()
        .any(|file| file.path.starts_with(rust_file::LIBRARY))
    {
        return nothing("file of perf-harness/src");
    }
    Ok(())
}

fn summary(files: &[SourceFile], findings: usize) -> String {
    let read = files
        .iter()
        .filter(|file| walk::is_read(&file.path))
        .count();
    format!("tidy: {read} files, {findings} findings")
}

#[cfg(test)]
mod tests {
    use super::sample::files;
    use super::*;

    #[test]
    fn findings_of_all_rules_come_sorted_by_place() {
        let files = files(&[
            ("xtask/src/utils.rs", "//! Words.\n"),
            ("docs/a.md", "[b](b.md)\n"),
            ("one/Cargo.toml", "[dependencies]\nserde = \"1\"\n"),
            ("one/src/lib.rs", "fn f() {}\n"),
        ]);
        let places: Vec<_> = check(&files)
            .iter()
            .map(|finding| format!("{}:{}", finding.path, finding.line))
            .collect();
        assert_eq!(
            places,
            [
                "docs/a.md:1",
                "one/Cargo.toml:2",
                "one/src/lib.rs:1",
                "xtask/src/utils.rs:1"
            ]
        );
    }

    #[test]
    fn a_run_that_checked_nothing_is_an_error() {
        let check = |paths: &[(&str, &str)], expected: Option<&str>| {
            let error = refuse_to_pass_on_nothing(&files(paths), Path::new("here")).err();
            let told = error.map(|error| error.to_string());
            match expected {
                None => assert_eq!(told, None),
                Some(words) => assert!(told.is_some_and(|told| told.contains(words)), "{words}"),
            }
        };
        check(&[], Some("no file that a rule reads below here"));
        check(&[("logo.png", "")], Some("no file that a rule reads"));
        check(&[("README.md", "")], Some("no file of perf-harness/src"));
        check(&[("perf-harness/src/lib.rs", "")], None);
    }

    #[test]
    fn the_summary_counts_the_files_that_a_rule_read() {
        let files = files(&[("a.rs", ""), ("README.md", ""), ("logo.png", "")]);
        assert_eq!(summary(&files, 0), "tidy: 2 files, 0 findings");
    }

    #[test]
    fn the_files_of_this_package_keep_the_rules() {
        let mut files = walk::files(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        for file in &mut files {
            file.path.insert_str(0, "xtask/");
        }
        assert!(files.len() > 20, "{} files", files.len());
        assert_eq!(check(&files), []);
    }
}
