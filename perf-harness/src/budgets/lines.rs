//! Where each key of a TOML text stands, for errors and for edits. What reads the file itself tells no places.
//!
//! It takes a text that is TOML. Of another one it finds what stands before the first mistake.

use std::ops::Range;

/// A key or the head of a table, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `["budgets", "GET /api/users/", "max_queries"]`
    pub path: Vec<String>,
    /// Its line, from 1.
    pub line: usize,
    /// The bytes of its value, without blanks and comments around them. A table's head has none.
    pub value: Option<Range<usize>>,
}

/// All keys and heads of tables, in their order. Those of inline tables follow the table's own key.
#[must_use]
pub fn places(text: &str) -> Vec<Place> {
    let mut scanner = Scanner {
        text,
        at: 0,
        places: Vec::new(),
    };
    // What was found before a mistake is good.
    let _: Option<()> = scanner.document();
    scanner.places
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    places: Vec<Place>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Option<()> {
        let mut table = Vec::new();
        loop {
            self.skip(char::is_whitespace);
            match self.peek() {
                None => return Some(()),
                Some('#') => self.skip(|c| c != '\n'),
                Some('[') => table = self.head()?,
                Some(_) => self.pair(&table)?,
            }
        }
    }

    /// `[budgets."GET /"]`, or `[[list]]`.
    fn head(&mut self) -> Option<Vec<String>> {
        let line = self.line();
        self.skip(|c| c == '[');
        let path = self.key()?;
        self.take(']')?;
        self.skip(|c| c == ']');
        self.places.push(Place {
            path: path.clone(),
            line,
            value: None,
        });
        Some(path)
    }

    /// `max_queries = 3`
    fn pair(&mut self, table: &[String]) -> Option<()> {
        let line = self.line();
        let path = [table, &self.key()?].concat();
        self.take('=')?;
        self.blanks();
        let place = self.places.len();
        let begin = self.at;
        self.places.push(Place {
            path: path.clone(),
            line,
            value: None,
        });
        self.value(&path)?;
        self.places[place].value = Some(begin..self.at);
        Some(())
    }

    fn value(&mut self, path: &[String]) -> Option<()> {
        match self.peek()? {
            '"' | '\'' => self.string().map(drop),
            '{' => self.inline_table(path),
            '[' => self.array(path),
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find([',', '}', ']', '#', '\n']).unwrap_or(rest.len());
                self.at += rest[..end].trim_end().len();
                Some(())
            }
        }
    }

    fn inline_table(&mut self, path: &[String]) -> Option<()> {
        self.take('{')?;
        loop {
            self.gap();
            match self.peek()? {
                '}' => return self.take('}'),
                ',' => self.take(',')?,
                _ => self.pair(path)?,
            }
        }
    }

    fn array(&mut self, path: &[String]) -> Option<()> {
        self.take('[')?;
        loop {
            self.gap();
            match self.peek()? {
                ']' => return self.take(']'),
                ',' => self.take(',')?,
                _ => self.value(path)?,
            }
        }
    }

    /// `budgets."GET /api/users/"`
    fn key(&mut self) -> Option<Vec<String>> {
        let mut path = Vec::new();
        loop {
            self.blanks();
            let part = match self.peek()? {
                '"' | '\'' => self.string()?,
                _ => self.bare()?,
            };
            path.push(part);
            self.blanks();
            if self.peek() != Some('.') {
                return Some(path);
            }
            self.take('.')?;
        }
    }

    fn bare(&mut self) -> Option<String> {
        let begin = self.at;
        self.skip(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        (self.at > begin).then(|| self.text[begin..self.at].to_owned())
    }

    /// A string of any of the four kinds, as it reads.
    fn string(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let quote = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quote| rest.starts_with(quote))?;
        let inner = &rest[quote.len()..];
        let has_escapes = quote.starts_with('"');
        let mut read = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if inner[at..].starts_with(quote) {
                // A long string may end in quotes of its own.
                let more = inner[at + quote.len()..].chars();
                let more = more.take_while(|c| quote.len() == 3 && quote.starts_with(*c));
                let more = more.count();
                read.extend(quote.chars().take(more));
                self.at += quote.len() + at + quote.len() + more;
                return Some(read);
            }
            if c == '\\' && has_escapes {
                let (_, escaped) = chars.next()?;
                read.push(escape(escaped, &mut chars)?);
            } else {
                read.push(c);
            }
        }
        None
    }

    /// Blanks, line ends and comments within brackets.
    fn gap(&mut self) {
        self.skip(char::is_whitespace);
        while self.peek() == Some('#') {
            self.skip(|c| c != '\n');
            self.skip(char::is_whitespace);
        }
    }

    fn blanks(&mut self) {
        self.skip(|c| c == ' ' || c == '\t');
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|c| !is_skipped(c)).unwrap_or(rest.len());
    }

    fn take(&mut self, expected: char) -> Option<()> {
        (self.peek() == Some(expected)).then(|| self.at += expected.len_utf8())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn line(&self) -> usize {
        1 + self.text[..self.at].matches('\n').count()
    }
}

/// What stands for a character after a backslash. A line end is left out, which no key has.
fn escape(escaped: char, chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits = match escaped {
        'b' => return Some('\u{8}'),
        't' => return Some('\t'),
        'n' => return Some('\n'),
        'f' => return Some('\u{c}'),
        'r' => return Some('\r'),
        'u' => 4,
        'U' => 8,
        other => return Some(other),
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.1.to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each place as `line path = value`.
    fn told(text: &str) -> Vec<String> {
        let told = places(text).into_iter().map(|place| {
            let path = place.path.join(" > ");
            let value = place.value.map(|value| format!(" = {}", &text[value]));
            format!("{} {path}{}", place.line, value.unwrap_or_default())
        });
        told.collect()
    }

    #[test]
    fn every_key_is_found_with_its_line_and_its_value() {
        let text = "# max_queries = 1\n\
            [defaults]   # [budgets.\"no\"]\n\
            max_queries = 5 # up to five\n\
            \n\
            [budgets.\"GET /a\\u002f\\\"b\\\"\"]\n\
            rows = { articles = 1_000, \"blog.users\" = 2 } # sizes\n\
            max_rows=3\r\n\
            [ budgets . 'POST /x#y' ]\n\
            \"max_bytes\" = 64_000\n\
            a.b = [1, # one ]\n  { c = \"]\" }]\n\
            note = \"\"\"\nmax_queries = 7\n\"quoted\"\"\"\"\n\
            [[last]]\n\
            latency_p95_ms = 1.5";
        let expected = [
            "2 defaults",
            "3 defaults > max_queries = 5",
            "5 budgets > GET /a/\"b\"",
            "6 budgets > GET /a/\"b\" > rows = { articles = 1_000, \"blog.users\" = 2 }",
            "6 budgets > GET /a/\"b\" > rows > articles = 1_000",
            "6 budgets > GET /a/\"b\" > rows > blog.users = 2",
            "7 budgets > GET /a/\"b\" > max_rows = 3",
            "8 budgets > POST /x#y",
            "9 budgets > POST /x#y > max_bytes = 64_000",
            "10 budgets > POST /x#y > a > b = [1, # one ]\n  { c = \"]\" }]",
            "11 budgets > POST /x#y > a > b > c = \"]\"",
            "12 budgets > POST /x#y > note = \"\"\"\nmax_queries = 7\n\"quoted\"\"\"\"",
            "15 last",
            "16 last > latency_p95_ms = 1.5",
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn what_stands_before_a_mistake_is_found() {
        assert_eq!(
            told("[a]\nb = 1\nc = \"open\n"),
            ["1 a", "2 a > b = 1", "3 a > c"]
        );
        assert_eq!(told("[a]\n= 1"), ["1 a"]);
        assert!(told("").is_empty());
    }
}
