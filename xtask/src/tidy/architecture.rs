//! docs/ARCHITECTURE.md names every module that the library has at its top.

use std::collections::BTreeSet;

use super::SourceFile;
use super::finding::Finding;
use super::rust_file::module;
use super::source::is_word;

const DOC: &str = "docs/ARCHITECTURE.md";

pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let modules = modules(files);
    if modules.is_empty() {
        return Vec::new();
    }
    let Some(doc) = files.iter().find(|file| file.path == DOC) else {
        let message = "does not exist: write it, with one line for each module of perf-harness";
        return vec![Finding::new(DOC, 1, message)];
    };
    let missing = modules.iter().filter(|module| !names(&doc.text, module));
    missing
        .map(|module| {
            let message =
                format!("does not name `{module}`: say in a line what the module answers for");
            Finding::new(DOC, 1, message)
        })
        .collect()
}

fn modules(files: &[SourceFile]) -> BTreeSet<&str> {
    let modules = files.iter().filter_map(|file| module(&file.path));
    modules
        .filter_map(|module| module.first().copied())
        .collect()
}

/// Whether the text names the module as code does: `clock.rs`, `record/`, or the word alone in backticks.
fn names(text: &str, module: &str) -> bool {
    text.match_indices(module).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + module.len()..];
        let is_file = after.starts_with(".rs") || after.starts_with('/');
        let is_quoted = before == Some('`') && after.starts_with('`');
        !before.is_some_and(is_word) && (is_file || is_quoted)
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told};
    use super::*;

    const CLOCK: (&str, &str) = ("perf-harness/src/clock.rs", "");
    const TAP: (&str, &str) = ("perf-harness/src/record/wire/tap.rs", "");
    const ROOT: (&str, &str) = ("perf-harness/src/lib.rs", "");

    #[test]
    fn a_doc_that_names_every_module_passes() {
        for text in [
            "`clock` and `record`",
            "clock.rs\nrecord/\n",
            "src/clock.rs, src/record/",
        ] {
            assert_told(&told(check, &[ROOT, CLOCK, TAP, (DOC, text)]), &[]);
        }
        assert_told(&told(check, &[("xtask/src/lib.rs", "")]), &[]);
    }

    #[test]
    fn a_module_that_is_not_named_is_told() {
        let expected = ["docs/ARCHITECTURE.md:1: does not name `record`"];
        for text in [
            "`clock` and the record",
            "clock.rs, `recording`, my_record/",
        ] {
            assert_told(&told(check, &[CLOCK, TAP, (DOC, text)]), &expected);
        }
    }

    #[test]
    fn a_missing_doc_is_told() {
        assert_told(
            &told(check, &[CLOCK]),
            &["docs/ARCHITECTURE.md:1: does not exist"],
        );
    }
}
