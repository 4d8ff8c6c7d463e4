//! Rust source with comments and literals blanked out, so that a rule sees code and nothing but code.
//!
//! A small lexer, not a parser: every line stays a line of its own number.

/// One file's source.
pub(crate) struct Source {
    /// The text with each character of a comment or a literal replaced by a space.
    pub(crate) code: String,
    /// For each line whether it holds more than blanks and comments.
    lines_with_code: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let mut code = String::with_capacity(text.len());
        let mut uncommented = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (kind, length) = first_span(rest);
            let (span, after) = rest.split_at(length);
            match kind {
                Kind::Code => code += span,
                Kind::Comment | Kind::Literal => code += &blank(span),
            }
            match kind {
                Kind::Comment => uncommented += &blank(span),
                Kind::Code | Kind::Literal => uncommented += span,
            }
            rest = after;
        }
        Self {
            code,
            lines_with_code: uncommented
                .lines()
                .map(|line| !line.trim().is_empty())
                .collect(),
        }
    }

    /// Lines of code from line `first` to line `last`, both counted from 1 and both included.
    pub(crate) fn lines_of_code(&self, first: usize, last: usize) -> usize {
        let lines = self.lines_with_code.iter().take(last).skip(first - 1);
        lines.filter(|has_code| **has_code).count()
    }
}

/// The text with everything but the line breaks replaced by spaces: no byte moves.
pub(crate) fn blank(text: &str) -> String {
    let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
    text.bytes().map(blank).collect()
}

fn first_span(rest: &str) -> (Kind, usize) {
    let (kind, length) = match rest.as_bytes()[0] {
        b'/' => (
            Kind::Comment,
            line_comment(rest).or_else(|| block_comment(rest)),
        ),
        b'"' => (Kind::Literal, string(rest)),
        b'\'' => (Kind::Literal, character(rest)),
        b'r' | b'b' | b'c' => (Kind::Literal, raw_string(rest)),
        _ => (Kind::Code, None),
    };
    length.map_or_else(|| (Kind::Code, plain(rest)), |length| (kind, length))
}

fn line_comment(rest: &str) -> Option<usize> {
    rest.starts_with("//")
        .then(|| rest.find('\n').unwrap_or(rest.len()))
}

/// Block comments nest.
fn block_comment(rest: &str) -> Option<usize> {
    let mut at = rest.starts_with("/*").then_some(2)?;
    let mut depth = 1;
    while depth > 0 {
        let inside = &rest[at..];
        at += match inside.chars().next() {
            None => return Some(rest.len()),
            Some('/') if inside.starts_with("/*") => {
                depth += 1;
                2
            }
            Some('*') if inside.starts_with("*/") => {
                depth -= 1;
                2
            }
            Some(other) => other.len_utf8(),
        };
    }
    Some(at)
}

fn raw_string(rest: &str) -> Option<usize> {
    let marked = ["br", "cr", "r"]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))?;
    let body = marked.trim_start_matches('#');
    let hashes = &marked[..marked.len() - body.len()];
    let body = body.strip_prefix('"')?;
    let close = format!("\"{hashes}");
    let open = rest.len() - body.len();
    Some(
        body.find(&close)
            .map_or(rest.len(), |at| open + at + close.len()),
    )
}

fn string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 2),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Some(rest.len())
}

/// A character literal; `None` for a lifetime or a label.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if body.starts_with('\\') {
        let (close, _) = body.char_indices().skip(2).find(|(_, c)| *c == '\'')?;
        return Some(close + 2);
    }
    let mut characters = body.char_indices();
    characters.next()?;
    characters
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(close, _)| close + 2)
}

/// A word or the signs up to one. A whole word, so that the `r` at the end of one never opens a raw string.
fn plain(rest: &str) -> usize {
    let mut characters = rest.char_indices();
    let in_word = characters.next().is_some_and(|(_, c)| is_word(c));
    let ends = |c| {
        if in_word {
            !is_word(c)
        } else {
            is_word(c) || matches!(c, '/' | '"' | '\'')
        }
    };
    characters
        .find(|(_, c)| ends(*c))
        .map_or(rest.len(), |(end, _)| end)
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_code_stays() {
        let check = |text: &str, expected: &str| {
            let code = Source::new(text).code;
            let words: Vec<_> = code.split_whitespace().collect();
            assert_eq!(words.join(" "), expected, "{text}");
        };
        check("a // b", "a");
        check("//! a\n/// b\nc", "c");
        check("a /* b /* c */ d */ e", "a e");
        check("a /* b", "a");
        check("a /*/ b */ c", "a c");
        check("a /* b /*/ c */ d */ e", "a e");
        check(r#"f("a // b", c)"#, "f( , c)");
        check(r#"f("a \" b", c)"#, "f( , c)");
        check(r#"f("a \\", c)"#, "f( , c)");
        check(r#"f(r"a\", b)"#, "f( , b)");
        check(r##"f(r#"a " b"#, c)"##, "f( , c)");
        check(r##"f(br#"a"#, b"c", d)"##, "f( , b , d)");
        check("for\"a\" b", "for b");
        check(
            r"f('a', '\'', '\\', '\u{1F600}', 'é', b)",
            "f( , , , , , b)",
        );
        check("f('\"', a)", "f( , a)");
        check("&'a str, 'outer: loop", "&'a str, 'outer: loop");
        check("<'a, 'b>", "<'a, 'b>");
        check("r#type \"a\"", "r#type");
        check("\"never closed", "");
    }

    #[test]
    fn lines_keep_their_number() {
        let text = "a\n/* b\nc */\nr#\"d\n\ne\"# f\n// g\nh\n";
        let lines: Vec<_> = Source::new(text)
            .code
            .lines()
            .map(|l| l.trim().to_owned())
            .collect();
        assert_eq!(lines, ["a", "", "", "", "", "f", "", "h"]);
    }

    #[test]
    fn blank_lines_and_comments_are_no_lines_of_code_but_literals_are() {
        let source = Source::new("//! a\n\nb // c\n/* d\n*/\n\"e\nf\"\n  // g\n}\n");
        assert_eq!(source.lines_of_code(1, 9), 4);
        assert_eq!(source.lines_of_code(3, 3), 1);
        assert_eq!(source.lines_of_code(4, 5), 0);
    }
}
