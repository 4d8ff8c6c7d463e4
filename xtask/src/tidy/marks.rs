//! No marks of unfinished work: what is not done is an issue, what is not run is no test.

use super::finding::Finding;
use super::rust_file::RustFile;
use super::source::is_word;
use super::tokens::{Token, starts_with};

/// Words that may stand nowhere, not even in a comment. In two halves, or this file would be its own finding.
const WORDS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

const MACROS: [&str; 2] = ["todo", "unimplemented"];

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    files
        .iter()
        .flat_map(|file| [words(file), code(file)].concat())
        .collect()
}

fn words(file: &RustFile<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (text, line) in file.text.lines().zip(1..) {
        if let Some(word) = WORDS.iter().find(|word| has_word(text, word)) {
            let message =
                format!("`{word}`: do it now, or open an issue and say here what holds today");
            findings.push(Finding::new(file.path, line, message));
        }
    }
    findings
}

fn has_word(text: &str, word: &str) -> bool {
    text.contains(word) && text.split(|c| !is_word(c)).any(|part| part == word)
}

fn code(file: &RustFile<'_>) -> Vec<Finding> {
    let tokens = file.tokens();
    (0..tokens.len())
        .filter_map(|at| {
            Some(Finding::new(
                file.path,
                tokens[at].line,
                mark(&tokens[at..])?,
            ))
        })
        .collect()
}

fn mark(tokens: &[Token<'_>]) -> Option<String> {
    if starts_with(tokens, &["#", "[", "ignore"]) && !is_on_argument(tokens) {
        return Some(
            "`#[ignore]`: a test that never runs proves nothing; make it run or delete it".into(),
        );
    }
    let is_macro = starts_with(&tokens[1..], &["!", "("]) && MACROS.contains(&tokens[0].text);
    is_macro.then(|| {
        format!(
            "`{}!`: write it, or leave the item out until then",
            tokens[0].text
        )
    })
}

/// `#[ignore] db: PerfDb`: rstest's word for an argument that no case fills.
fn is_on_argument(tokens: &[Token<'_>]) -> bool {
    let after = tokens.iter().skip_while(|token| token.text != "]").skip(1);
    let mut after = after.skip_while(|token| token.text == "mut").skip(1);
    after.next().is_some_and(|token| token.text == ":")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told_of_rust};
    use super::*;

    fn check_one(text: &str, expected: &[&str]) {
        assert_told(&told_of_rust(check, &[("a.rs", text)]), expected);
    }

    #[test]
    fn an_argument_that_no_case_fills_is_no_ignored_test() {
        check_one(
            "//! A.\n#[rstest]\nasync fn a(#[ignore] db: PerfDb, #[ignore] mut b: u8) {}\n",
            &[],
        );
    }

    #[test]
    fn finished_work_passes() {
        check_one(
            "//! A todo list, with the word autodoc.\nfn todo() {}\n",
            &[],
        );
        check_one(
            "//! `#[ignore]` and `todo!()` are refused.\n#[test]\nfn a() {}\n",
            &[],
        );
        check_one("#[sea_orm(ignore)] let ignore = unimplemented;\n", &[]);
    }

    #[test]
    fn words_of_unfinished_work_are_told_wherever_they_stand() {
        for word in WORDS {
            let told = format!("a.rs:2: `{word}`");
            check_one(&format!("//! A.\n// {word}: later\n"), &[&told]);
            check_one(&format!("//! A.\nlet a = \"{word}\";\n"), &[&told]);
            check_one(&format!("//! A.\n// {word}S and my_{word}\n"), &[]);
        }
    }

    #[test]
    fn unfinished_code_and_ignored_tests_are_told() {
        check_one("//! A.\nfn a() {\n    todo!()\n}\n", &["a.rs:3: `todo!`"]);
        check_one(
            "//! A.\nfn a() { unimplemented!(\"b\") }\n",
            &["a.rs:2: `unimplemented!`"],
        );
        check_one("#[test]\n#[ignore]\nfn a() {}\n", &["a.rs:2: `#[ignore]`"]);
        check_one(
            "#[test]\n#[ignore = \"slow\"]\nfn a() {}\n",
            &["a.rs:2: `#[ignore]`"],
        );
    }
}
