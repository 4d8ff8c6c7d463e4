//! Code cut into words and signs, with the line of each; and the stretches of it that only tests see.

use std::iter;

use super::source::is_word;

/// A word, `::`, or one other character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'c> {
    pub(crate) text: &'c str,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token<'_> {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_word)
    }
}

/// The tokens of code that [`Source`](super::source::Source) has stripped.
pub(crate) fn tokens(code: &str) -> Vec<Token<'_>> {
    code.lines()
        .zip(1..)
        .flat_map(|(text, line)| tokens_of_line(text, line))
        .collect()
}

fn tokens_of_line(text: &str, line: usize) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text.trim_start();
    iter::from_fn(move || {
        let (text, after) = rest.split_at(length_of_first(rest)?);
        rest = after.trim_start();
        Some(Token { text, line })
    })
}

fn length_of_first(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if is_word(first) {
        return Some(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
    }
    Some(if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    })
}

/// Whether the tokens open with these texts.
pub(crate) fn starts_with(tokens: &[Token<'_>], texts: &[&str]) -> bool {
    tokens.len() >= texts.len()
        && tokens
            .iter()
            .zip(texts)
            .all(|(token, text)| token.text == *text)
}

/// The index of the bracket that closes the one at `open`, or of the last token.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// The tokens outside items marked `#[cfg(test)]`.
pub(crate) fn without_tests<'c>(tokens: &[Token<'c>]) -> Vec<Token<'c>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if opens_test_item(&tokens[at..]) {
            at = end_of_item(tokens, at);
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

/// The names of modules that are declared as `#[cfg(test)] mod name;` and live in a file of their own.
pub(crate) fn test_modules<'c>(tokens: &[Token<'c>]) -> Vec<&'c str> {
    let items = (0..tokens.len()).filter(|at| opens_test_item(&tokens[*at..]));
    items
        .filter_map(|at| match &tokens[at..end_of_item(tokens, at)] {
            [.., keyword, name, end] if keyword.text == "mod" && end.text == ";" => Some(name.text),
            _ => None,
        })
        .collect()
}

/// Whether the file as a whole is marked `#![cfg(test)]`.
pub(crate) fn is_test_file(tokens: &[Token<'_>]) -> bool {
    (0..tokens.len())
        .any(|at| starts_with(&tokens[at..], &["#", "!", "[", "cfg", "(", "test", ")"]))
}

fn opens_test_item(tokens: &[Token<'_>]) -> bool {
    starts_with(tokens, &["#", "[", "cfg", "(", "test", ")"])
        || starts_with(tokens, &["#", "[", "cfg", "(", "all", "(", "test"])
}

/// Behind the item that starts at `at`: after its `;` or its block, or at the end of what encloses it.
fn end_of_item(tokens: &[Token<'_>], mut at: usize) -> usize {
    while at < tokens.len() {
        match tokens[at].text {
            "(" | "[" => at = closing(tokens, at) + 1,
            "{" => return closing(tokens, at) + 1,
            ";" => return at + 1,
            "}" => return at,
            _ => at += 1,
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tokens: &[Token<'_>]) -> String {
        tokens
            .iter()
            .map(|token| token.text)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn code_is_cut_into_words_and_signs() {
        let tokens = tokens("use a::{b_1,\n  *};");
        assert_eq!(texts(&tokens), "use a :: { b_1 , * } ;");
        assert_eq!(tokens[4].line, 1);
        assert_eq!(tokens[6].line, 2);
    }

    #[test]
    fn what_only_tests_see_is_left_out() {
        let check = |code, expected| {
            assert_eq!(texts(&without_tests(&tokens(code))), expected, "{code}");
        };
        check("a #[cfg(test)] mod tests { fn b() { c } } d", "a d");
        check("a #[cfg(test)] mod tests; d", "a d");
        check(
            "a #[cfg(all(test, unix))] fn b(x: [u8; 2]) -> C { e } d",
            "a d",
        );
        check("a #[cfg(test)] #[derive(X)] struct B(u8); d", "a d");
        check("impl A { #[cfg(test)] fn b() {} } d", "impl A { } d");
        check(
            "a #[cfg(not(test))] fn b() {}",
            "a # [ cfg ( not ( test ) ) ] fn b ( ) { }",
        );
    }

    #[test]
    fn test_modules_in_other_files_are_named() {
        let code = "mod a; #[cfg(test)] mod tests; #[cfg(test)] mod b { mod c; } #[cfg(test)] pub(crate) mod d;";
        assert_eq!(test_modules(&tokens(code)), ["tests", "d"]);
    }

    #[test]
    fn a_file_can_be_all_test() {
        assert!(is_test_file(&tokens("#![cfg(test)]\nfn a() {}")));
        assert!(!is_test_file(&tokens("#[cfg(test)]\nfn a() {}")));
    }
}
