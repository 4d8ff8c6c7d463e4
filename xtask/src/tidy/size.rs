//! Files and functions that outgrew one screenful of thought. Blank lines and comments do not count.

use super::finding::Finding;
use super::rust_file::RustFile;
use super::tokens::{Token, closing};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 80;

pub(crate) fn check(files: &[RustFile<'_>]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &RustFile<'_>) -> Vec<Finding> {
    let tokens = file.tokens();
    let functions = (0..tokens.len()).filter_map(|at| long_function(file, &tokens, at));
    functions.chain(long_file(file)).collect()
}

fn long_file(file: &RustFile<'_>) -> Option<Finding> {
    let lines = file.source.lines_of_code(1, usize::MAX);
    let message =
        format!("{lines} lines of code: split it by noun, at most {LONGEST_FILE} lines each");
    (lines > LONGEST_FILE).then(|| Finding::new(file.path, 1, message))
}

fn long_function(file: &RustFile<'_>, tokens: &[Token<'_>], at: usize) -> Option<Finding> {
    let name = tokens
        .get(at + 1)
        .filter(|name| tokens[at].text == "fn" && name.is_word())?;
    let open = body(tokens, at)?;
    let line = tokens[at].line;
    let lines = file
        .source
        .lines_of_code(line, tokens[closing(tokens, open)].line);
    let message = format!(
        "`{}` has {lines} lines: split it into what it does, at most {LONGEST_FUNCTION} lines each",
        name.text
    );
    (lines > LONGEST_FUNCTION).then(|| Finding::new(file.path, line, message))
}

/// The brace that opens the body of the function at `at`; `None` for a declaration.
fn body(tokens: &[Token<'_>], mut at: usize) -> Option<usize> {
    loop {
        match tokens.get(at)?.text {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{assert_told, told_of_rust};
    use super::*;

    fn check_one(text: &str, expected: &[&str]) {
        assert_told(&told_of_rust(check, &[("a.rs", text)]), expected);
    }

    /// A function of `lines` lines of code, first and last line included.
    fn function(lines: usize) -> String {
        format!(
            "fn long(a: [u8; 2]) {{\n{}}}\n",
            "    a();\n".repeat(lines - 2)
        )
    }

    #[test]
    fn up_to_the_limit_passes() {
        check_one(&"a();\n".repeat(LONGEST_FILE), &[]);
        check_one(&function(LONGEST_FUNCTION), &[]);
        check_one(
            &function(LONGEST_FUNCTION).replace("    a();\n", "    a();\n\n    // b\n"),
            &[],
        );
        check_one("trait A {\n    fn a();\n}\nconst B: fn(u8) = c;\n", &[]);
    }

    #[test]
    fn a_long_file_is_told() {
        check_one(
            &"a();\n".repeat(LONGEST_FILE + 1),
            &["a.rs:1: 401 lines of code"],
        );
    }

    #[test]
    fn a_long_function_is_told_where_it_starts() {
        let text = format!("//! A.\n{}", function(LONGEST_FUNCTION + 1));
        check_one(&text, &["a.rs:2: `long` has 81 lines"]);
    }

    #[test]
    fn braces_in_literals_do_not_count() {
        let text = format!("fn a() {{ \"{{\" }}\n{}", function(LONGEST_FUNCTION));
        check_one(&text, &[]);
    }
}
