//! Where a statement ends: at a semicolon outside of quotes, comments, brackets and bodies of functions.
//!
//! The rules are those of `psql` (`src/fe_utils/psqlscan.l`).

/// What was found from a place on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Where its first word is. Blanks and comments are before it.
    pub(super) start: usize,
    /// Behind its semicolon, or where the text ends.
    pub(super) end: usize,
}

/// The next statement, or `None` when only blanks and comments are left.
pub(super) fn next_statement(text: &[u8], from: usize) -> Option<Statement> {
    let start = skip_blank(text, from);
    if start == text.len() {
        return None;
    }
    let mut depth = Depth::default();
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b';' if depth.is_outside() => {
                return Some(Statement { start, end: at + 1 });
            }
            b'(' => depth.brackets += 1,
            b')' => depth.brackets = depth.brackets.saturating_sub(1),
            _ => {}
        }
        let next = past(text, at);
        if is_word_start(*byte) {
            depth.word(&text[at..next]);
        }
        at = next;
    }
    Some(Statement {
        start,
        end: text.len(),
    })
}

/// The first words of a statement in capitals, quotes and comments between them left out.
pub(super) fn words(statement: &str, most: usize) -> Vec<String> {
    let text = statement.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < text.len() && words.len() < most {
        let next = past(text, at);
        if is_word_start(text[at]) {
            words.push(statement[at..next].to_ascii_uppercase());
        }
        at = next;
    }
    words
}

/// Behind the blanks and comments from here on.
pub(super) fn skip_blank(text: &[u8], mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        if rest.starts_with(b"--") || rest.starts_with(b"/*") {
            at = past(text, at);
        } else if rest.first().is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        } else {
            return at;
        }
    }
}

/// Behind the word, text, comment or single character that begins here.
fn past(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let length = match rest {
        [b'-', b'-', ..] => until(rest, b"\n", 2),
        [b'/', b'*', ..] => comment(rest),
        [b'e' | b'E', b'\'', ..] => 1 + quoted(&rest[1..], true),
        [b'\'', ..] => quoted(rest, false),
        [b'"', ..] => until(rest, b"\"", 1),
        [b'$', ..] => dollar_quoted(rest),
        [first, ..] if is_word_start(*first) => {
            let inside = |byte: &&u8| is_word_start(**byte) || matches!(**byte, b'0'..=b'9' | b'$');
            rest.iter().take_while(inside).count()
        }
        // A number may have letters in it, and `$1` is no quote.
        [b'0'..=b'9', ..] => rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count(),
        _ => 1,
    };
    (at + length.max(1)).min(text.len())
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The length up to and with the mark, looked for behind so many bytes.
fn until(rest: &[u8], mark: &[u8], behind: usize) -> usize {
    let found = rest[behind..]
        .windows(mark.len())
        .position(|window| window == mark);
    found.map_or(rest.len(), |at| behind + at + mark.len())
}

/// Comments nest.
fn comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

/// A doubled quote is part of the text, and in an `E'..'` whatever follows a backslash.
fn quoted(rest: &[u8], escapes: bool) -> usize {
    let mut at = 1;
    while at < rest.len() {
        at += match &rest[at..] {
            [b'\\', ..] if escapes => 2,
            [b'\'', b'\'', ..] => 2,
            [b'\'', ..] => return at + 1,
            _ => 1,
        };
    }
    rest.len()
}

fn dollar_quoted(rest: &[u8]) -> usize {
    let tag = rest[1..]
        .iter()
        .take_while(|byte| is_word_start(**byte) || byte.is_ascii_digit())
        .count();
    let is_quote = rest.get(1 + tag) == Some(&b'$') && !rest[1].is_ascii_digit();
    if is_quote {
        until(rest, &rest[..tag + 2], tag + 2)
    } else {
        1
    }
}

/// What a semicolon can be inside of.
#[derive(Default)]
struct Depth {
    brackets: usize,
    /// `BEGIN ATOMIC .. END` of a function's body, and `CASE .. END` in it.
    bodies: usize,
    words: usize,
    creates: bool,
    is_routine: bool,
}

impl Depth {
    fn is_outside(&self) -> bool {
        self.brackets == 0 && self.bodies == 0
    }

    fn word(&mut self, word: &[u8]) {
        let is = |other: &str| word.eq_ignore_ascii_case(other.as_bytes());
        match self.words {
            0 => self.creates = is("create"),
            1..=3 if is("function") || is("procedure") => self.is_routine |= self.creates,
            _ => {}
        }
        self.words += 1;
        if !self.is_routine || self.brackets > 0 {
            return;
        }
        if is("begin") || (is("case") && self.bodies > 0) {
            self.bodies += 1;
        } else if is("end") {
            self.bodies = self.bodies.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements are parted by `;;` here, which ends one and is another of nothing.
    fn check(expected: &[&str]) {
        let text = expected.join(" ");
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(statement) = next_statement(text.as_bytes(), at) {
            found.push(&text[statement.start..statement.end]);
            at = statement.end;
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn a_semicolon_in_a_quote_a_comment_or_brackets_ends_nothing() {
        check(&["SELECT 1;", "SELECT 2"]);
        check(&["SELECT ';', 'it''s;', \"a;\"\"b\";", "SELECT 2;"]);
        check(&[r"SELECT E'\';', e'\\', 'a\';", "SELECT 2;"]);
        check(&["SELECT 1 -- no ; end\n;", "SELECT /* a /* ; */ ; */ 2;"]);
        check(&[
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);",
            "SELECT 3;",
        ]);
    }

    #[test]
    fn a_body_of_a_function_is_one_with_it() {
        check(&[
            "DO $$ BEGIN PERFORM 1; END $$;",
            "SELECT $a$ ; $b$ ; $a$, $1;",
            "SELECT 2;",
        ]);
        check(&[
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
            "BEGIN;",
            "COMMIT;",
        ]);
        check(&[
            "CREATE TABLE begin_end (a int);",
            "CREATE FUNCTION g() AS 'SELECT 1;';",
            "END;",
        ]);
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        check(&["SELECT 'open; -- text"]);
        check(&["SELECT $a$ open; $b$"]);
        check(&["SELECT /* open;"]);
        check(&[]);
        assert_eq!(next_statement(b"  -- nothing\n /* at all */", 0), None);
    }

    #[test]
    fn the_first_words_are_read_past_quotes_and_comments() {
        let found = words("/* x */ Alter table \"a b\".c Owner to me;", 5);
        assert_eq!(found, ["ALTER", "TABLE", "C", "OWNER", "TO"]);
    }
}
