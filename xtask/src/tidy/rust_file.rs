//! A Rust file as the rules see it: its place, its text, its code.

use super::SourceFile;
use super::source::Source;
use super::tokens::{Token, tokens};

/// Where the library's modules are.
pub(crate) const LIBRARY: &str = "perf-harness/src/";

/// Cases that show what the compiler says of a mistake: free to break every rule.
const MISTAKES: &str = "tests/ui/";

pub(crate) struct RustFile<'f> {
    pub(crate) path: &'f str,
    pub(crate) text: &'f str,
    pub(crate) source: Source,
}

impl<'f> RustFile<'f> {
    /// `None` for what is not Rust, or not Rust to be judged.
    pub(crate) fn read(file: &'f SourceFile) -> Option<Self> {
        let path = file.path.as_str();
        let judged = !path.starts_with(MISTAKES) && !path.contains(&format!("/{MISTAKES}"));
        (judged && has_extension(path, "rs")).then(|| Self {
            path,
            text: &file.text,
            source: Source::new(&file.text),
        })
    }

    pub(crate) fn tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.source.code)
    }

    /// The file's module in the library, if it is in the library.
    pub(crate) fn module(&self) -> Option<Vec<&'f str>> {
        module(self.path)
    }
}

/// The module of a file of the library, from the top down: empty for the root, `None` outside the library. A program
/// beside the library is a crate of its own, and prints.
pub(crate) fn module(path: &str) -> Option<Vec<&str>> {
    let inside = path.strip_prefix(LIBRARY)?.strip_suffix(".rs")?;
    if inside.starts_with("bin/") {
        return None;
    }
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    Some(inside.split('/').filter(|name| *name != "lib").collect())
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, last)| last == extension)
}

#[cfg(test)]
mod tests {
    use super::super::sample::files;
    use super::*;

    #[test]
    fn a_path_tells_the_module() {
        let check = |path, expected: Option<&[&str]>| {
            assert_eq!(module(path).as_deref(), expected, "{path}");
        };
        check("perf-harness/src/lib.rs", Some(&[]));
        check("perf-harness/src/clock.rs", Some(&["clock"]));
        check("perf-harness/src/record/mod.rs", Some(&["record"]));
        check(
            "perf-harness/src/record/wire/tap.rs",
            Some(&["record", "wire", "tap"]),
        );
        check("perf-harness/tests/clock.rs", None);
        check("perf-harness/src/bin/perf-harness/main.rs", None);
        check("xtask/src/main.rs", None);
    }

    #[test]
    fn ui_cases_and_other_files_are_not_judged() {
        let check = |path, expected| {
            let files = files(&[(path, "")]);
            assert_eq!(RustFile::read(&files[0]).is_some(), expected, "{path}");
        };
        check("tests/ui/mistake.rs", false);
        check("perf-harness/macros/tests/ui/mistake.rs", false);
        check("perf-harness/macros/tests/ui.rs", true);
        check("README.md", false);
    }
}
