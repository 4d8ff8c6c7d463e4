//! SQL as a sequence of tokens: a scanner that knows where strings, comments and quoted names end.
//!
//! It never fails: what it does not know becomes a symbol. The rules are those of the server's own
//! lexer (PostgreSQL documentation, section 4.1 "Lexical Structure").

/// One token, borrowed from the text it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// The token as it was written, quotes included.
    pub(crate) text: &'a str,
    /// White space or a comment stood before it.
    pub(crate) spaced: bool,
    /// Where it starts in the text, in bytes.
    pub(crate) start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an unquoted name.
    Word,
    /// A quoted name: `"user"`.
    Quoted,
    /// A string constant in any of its forms: `'a'`, `E'a'`, `$$a$$`.
    String,
    Number,
    /// `$1`
    Parameter,
    /// One character of anything else.
    Symbol,
}

impl<'a> Token<'a> {
    /// Is it this keyword? Keywords are given in upper case.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The name that a word or a quoted name stands for.
    pub(crate) fn name(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word => Some(self.text),
            Kind::Quoted => Some(self.text.trim_matches('"')),
            _ => None,
        }
    }

    /// Does it stand for this name? Names without quotes are folded to lower case.
    pub(crate) fn names(&self, name: &str) -> bool {
        match self.kind {
            Kind::Word => self.text.to_ascii_lowercase() == name,
            Kind::Quoted => self.text.trim_matches('"').replace("\"\"", "\"") == name,
            _ => false,
        }
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The tokens of `sql`, comments and white space left out.
pub(crate) fn tokens(sql: &str) -> Tokens<'_> {
    Tokens { sql, at: 0 }
}

/// The statements of a simple query, split at the semicolons that separate them. Empty ones are left out.
pub(crate) fn statements(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut first: Option<usize> = None;
    let mut end = 0;
    let mut depth = Depth::default();
    for token in tokens(sql) {
        if token.is_symbol(";") && depth.is_outermost() {
            found.extend(first.take().map(|start| &sql[start..end]));
            depth = Depth::default();
        } else {
            first.get_or_insert(token.start);
            end = token.end();
            depth.pass(token);
        }
    }
    found.extend(first.map(|start| &sql[start..end]));
    found
}

/// How deep a token stands in its statement: a rule has its actions in brackets, a routine can have a body of
/// statements between `BEGIN` and `END`. The rules are those of psql (`psqlscan.l`).
#[derive(Default)]
struct Depth {
    brackets: usize,
    blocks: usize,
    words: usize,
    creates: bool,
    routine: bool,
}

impl Depth {
    fn is_outermost(&self) -> bool {
        self.brackets == 0 && self.blocks == 0
    }

    fn pass(&mut self, token: Token<'_>) {
        match token.text {
            "(" => self.brackets += 1,
            ")" => self.brackets = self.brackets.saturating_sub(1),
            _ if token.kind == Kind::Word => self.pass_word(token),
            _ => {}
        }
    }

    fn pass_word(&mut self, word: Token<'_>) {
        self.words += 1;
        self.creates |= self.words == 1 && word.is("CREATE");
        // `CREATE [OR REPLACE] FUNCTION`
        let second = self.words == 2 || self.words == 4;
        self.routine |= self.creates && second && (word.is("FUNCTION") || word.is("PROCEDURE"));
        if !self.routine || self.brackets > 0 {
            return;
        }
        if word.is("BEGIN") || word.is("CASE") && self.blocks > 0 {
            self.blocks += 1;
        } else if word.is("END") {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }
}

/// Iterator over the tokens of a text.
pub(crate) struct Tokens<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let blank = blank_length(self.rest());
        let start = self.at + blank;
        let (kind, length) = scan(&self.sql[start..])?;
        self.at = start + length;
        Some(Token {
            kind,
            text: &self.sql[start..self.at],
            spaced: blank > 0,
            start,
        })
    }
}

impl<'a> Tokens<'a> {
    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }
}

/// Kind and length of the token that `text` starts with.
fn scan(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    Some(match first {
        '"' => (Kind::Quoted, quoted_length(text, '"', false)),
        '\'' => (Kind::String, quoted_length(text, '\'', false)),
        '$' => dollar(text),
        '0'..='9' => (Kind::Number, number_length(text)),
        '.' if text[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            (Kind::Number, number_length(text))
        }
        _ if is_word_start(first) => word(text),
        _ => (Kind::Symbol, first.len_utf8()),
    })
}

/// To the server every character beyond ASCII is a letter, even a blank one.
fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || c == '$'
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// A word, or a string with a prefix: `E'..'`, `B'..'`, `X'..'`, `N'..'`, `U&'..'`.
fn word(text: &str) -> (Kind, usize) {
    let length = text.find(|c| !is_word_part(c)).unwrap_or(text.len());
    let after = &text[length..];
    let prefix = &text[..length];
    if length == 1 && after.starts_with('\'') && "eEbBxXnN".contains(prefix) {
        let escapes = prefix.eq_ignore_ascii_case("e");
        return (Kind::String, 1 + quoted_length(after, '\'', escapes));
    }
    if prefix.eq_ignore_ascii_case("u") && after.starts_with("&'") {
        return (Kind::String, 2 + quoted_length(&after[1..], '\'', false));
    }
    if prefix.eq_ignore_ascii_case("u") && after.starts_with("&\"") {
        return (Kind::Quoted, 2 + quoted_length(&after[1..], '"', false));
    }
    (Kind::Word, length)
}

/// Length of a quoted text, quotes included. A doubled quote stands for itself; with `escapes` so does `\'`.
fn quoted_length(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// `$1`, `$tag$ .. $tag$`, or a lone dollar sign.
fn dollar(text: &str) -> (Kind, usize) {
    let digits = text[1..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len() - 1);
    if digits > 0 {
        return (Kind::Parameter, 1 + digits);
    }
    let tag = text[1..]
        .find(|c: char| !is_word_part(c) || c == '$')
        .unwrap_or(text.len() - 1);
    if !text[1 + tag..].starts_with('$') {
        return (Kind::Symbol, 1);
    }
    let delimiter = &text[..tag + 2];
    let body = &text[delimiter.len()..];
    let end = body
        .find(delimiter)
        .map_or(text.len(), |at| at + 2 * delimiter.len());
    (Kind::String, end)
}

fn number_length(text: &str) -> usize {
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut length = 0;
    let mut previous = ' ';
    for c in text.chars() {
        let exponent_sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !hexadecimal;
        // `1..2` are two numbers and a range between them.
        let range = c == '.' && text[length..].starts_with("..");
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent_sign) || range {
            break;
        }
        previous = c;
        length += c.len_utf8();
    }
    length
}

/// Length of the white space and comments that `text` starts with.
fn blank_length(text: &str) -> usize {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches(is_blank);
        rest = if trimmed.starts_with("--") {
            let end = trimmed.find(['\n', '\r']);
            end.map_or("", |end| &trimmed[end..])
        } else if trimmed.starts_with("/*") {
            &trimmed[block_comment_length(trimmed)..]
        } else {
            return text.len() - trimmed.len();
        };
    }
}

/// Length of a block comment. They nest.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(found) = text[at..].find(['/', '*']) {
        at += found;
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::noise::Noise;

    fn check(sql: &str, expected: &[&str]) {
        let found: Vec<_> = tokens(sql).map(|token| token.text).collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn strings_end_where_the_server_ends_them() {
        check("'it''s; -- not'", &["'it''s; -- not'"]);
        check(r"E'a\';b' c", &[r"E'a\';b'", "c"]);
        check("$$a;$b$ $$ x", &["$$a;$b$ $$", "x"]);
        check("$fn$ $$ ; $fn$;", &["$fn$ $$ ; $fn$", ";"]);
        check(r"U&'d\0061t' U&", &[r"U&'d\0061t'", "U", "&"]);
        check("'never closed; x", &["'never closed; x"]);
        check("'é' ü", &["'é'", "ü"]);
        check(r"'a\' b", &[r"'a\'", "b"]);
        check("n'a' b'01' X'ff' e''", &["n'a'", "b'01'", "X'ff'", "e''"]);
        check("$é$ ' $é$ $1$a$", &["$é$ ' $é$", "$1", "$a$"]);
    }

    #[test]
    fn comments_are_no_tokens() {
        check("-- a\nSELECT /* b /* c */ d */ 1", &["SELECT", "1"]);
        check("/* open", &[]);
        check("1 - -1", &["1", "-", "-", "1"]);
        check("a / b * c", &["a", "/", "b", "*", "c"]);
        check("a--b\rc--d", &["a", "c"]);
    }

    #[test]
    fn names_numbers_and_parameters_are_told_apart() {
        check(
            "\"a;\"\"b\".c = $12::int4",
            &["\"a;\"\"b\"", ".", "c", "=", "$12", ":", ":", "int4"],
        );
        check("1.5e-3+.5", &["1.5e-3", "+", ".5"]);
        check(
            "0x1E-5 1_000 1..9",
            &["0x1E", "-", "5", "1_000", "1", ".", ".9"],
        );
        check("a$1", &["a$1"]);
        check("a\u{a0}b→c", &["a\u{a0}b→c"]);
        check(
            "x[1:-2]->>'a'",
            &["x", "[", "1", ":", "-", "2", "]", "-", ">", ">", "'a'"],
        );
    }

    #[test]
    fn statements_are_split_only_at_their_own_semicolons() {
        assert_eq!(
            statements("BEGIN; SELECT ';' ; ;/* ; */ DO $$ x; $$;"),
            ["BEGIN", "SELECT ';'", "DO $$ x; $$"]
        );
        assert_eq!(statements(" ; -- nothing"), Vec::<&str>::new());
        assert_eq!(
            statements(
                "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 1"
            ),
            [
                "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)",
                "SELECT 1"
            ]
        );
        assert_eq!(
            statements(
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC \
                 SELECT CASE WHEN true THEN 1 END; SELECT 2; END; BEGIN; SELECT 1; END"
            ),
            [
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC \
                 SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                "BEGIN",
                "SELECT 1",
                "END"
            ]
        );
        assert_eq!(
            statements("CREATE TABLE function (a int); BEGIN; END"),
            ["CREATE TABLE function (a int)", "BEGIN", "END"]
        );
    }

    #[test]
    fn any_text_is_scanned_to_its_end() {
        for text in ["$", "$a", "\"", "'", "E'\\", "/*/", "--", "U&", ".", "é$"] {
            let scanned: usize = tokens(text).map(|token| token.text.len()).sum();
            assert!(scanned <= text.len(), "{text}");
        }
    }

    #[test]
    fn tokens_and_statements_are_pieces_of_any_text_in_its_order() {
        let mut noise = Noise::new(1);
        for parts in (0..40).cycle().take(5_000) {
            let text = noise.sql(parts);
            let mut end = 0;
            for token in tokens(&text) {
                assert!(end <= token.start && !token.text.is_empty(), "{text}");
                assert_eq!(token.spaced, end < token.start, "{text}");
                end = token.end();
                assert_eq!(&text[token.start..end], token.text);
            }
            let mut end = 0;
            for statement in statements(&text) {
                let start = statement.as_ptr().addr() - text.as_ptr().addr();
                assert!(statements(&text[end..start]).is_empty(), "{text}");
                end = start + statement.len();
            }
            assert!(statements(&text[end..]).is_empty(), "{text}");
        }
    }
}
