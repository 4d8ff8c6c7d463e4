//! The words of an expression that EXPLAIN writes. Pure.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Kind {
    Word,
    /// A name in quotes.
    Quoted,
    /// A literal: text or number.
    Literal,
    /// `$1`
    Parameter,
    Symbol,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Token<'t> {
    pub(in crate::plan) kind: Kind,
    pub(in crate::plan) text: &'t str,
    pub(in crate::plan) start: usize,
}

impl Token<'_> {
    pub(in crate::plan) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    pub(in crate::plan) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(in crate::plan) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    pub(in crate::plan) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The tokens of an expression. What is open at its end ends there.
pub(in crate::plan) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(rest, first);
        tokens.push(Token {
            kind,
            text: &rest[..length],
            start: at,
        });
        at += length;
    }
    tokens
}

fn token(rest: &str, first: char) -> (Kind, usize) {
    let is_in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let word = || rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
    match first {
        '\'' => (Kind::Literal, quoted(rest, '\'', false)),
        'E' | 'B' | 'X' if rest[1..].starts_with('\'') => {
            (Kind::Literal, 1 + quoted(&rest[1..], '\'', first == 'E'))
        }
        '"' => (Kind::Quoted, quoted(rest, '"', false)),
        '$' => (Kind::Parameter, word()),
        '0'..='9' => (Kind::Literal, number(rest)),
        _ if is_in_word(first) => (Kind::Word, word()),
        ':' if rest.starts_with("::") => (Kind::Symbol, 2),
        _ if is_operator(first) => {
            let end = rest.find(|c| !is_operator(c));
            (Kind::Symbol, end.unwrap_or(rest.len()))
        }
        _ => (Kind::Symbol, first.len_utf8()),
    }
}

/// The length of a number: `1.5`, `1e-05`.
fn number(text: &str) -> usize {
    let mut before = ' ';
    let end = text.find(|c: char| {
        let is_signed = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        before = c;
        !is_signed && !c.is_ascii_alphanumeric() && c != '.'
    });
    end.unwrap_or(text.len())
}

/// The characters that operators are made of: "Lexical Structure" in the server's manual.
fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?".contains(c)
}

/// The length of what stands in quotes, which are doubled within, or escaped.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if escapes && c == '\\' {
            characters.next();
        } else if c == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_cut_into_its_tokens() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = tokens(text).iter().map(|token| token.text).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "((a.slug)::text ~~ 'it''s (%'::text)",
            &[
                "(",
                "(",
                "a",
                ".",
                "slug",
                ")",
                "::",
                "text",
                "~~",
                "'it''s (%'",
                "::",
                "text",
                ")",
            ],
        );
        check(
            "(\"A b\".\"x\"\"y\" <= $12)",
            &["(", "\"A b\"", ".", "\"x\"\"y\"", "<=", "$12", ")"],
        );
        check(
            "(a.e = E'\\'é'::text)",
            &["(", "a", ".", "e", "=", "E'\\'é'", "::", "text", ")"],
        );
        check("1.5 ->> 'open", &["1.5", "->>", "'open"]);
        check("1e-05-X'1f'", &["1e-05", "-", "X'1f'"]);
        check("Élan[1]", &["Élan", "[", "1", "]"]);
        check("", &[]);
    }
}
