//! One entry of the file, and its text.

use std::fmt::Write as _;

use crate::budget::{Known, KnownKind};

/// A known finding of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The program and the test's path: `perf users::list`.
    pub(super) test: String,
    pub(super) known: Known,
    pub(super) reason: Option<String>,
}

impl Entry {
    /// The key that the subject of a finding has.
    pub(super) fn subject_key(kind: KnownKind) -> &'static str {
        match kind {
            KnownKind::Queries => "assertion",
            KnownKind::Growth | KnownKind::Defect(_) => "query",
        }
    }

    /// As it stands in the file, with a line end.
    pub(super) fn text(&self) -> String {
        let key = &self.known.key;
        let mut text = String::from("[[known]]\n");
        let mut line = |name: &str, value: &str| {
            writeln!(text, "{name} = {value}").expect("a String takes every write");
        };
        line("test", &quoted(&self.test));
        line("finding", &quoted(&key.kind.word()));
        line(Self::subject_key(key.kind), &quoted(&key.subject));
        if let Some(function) = &key.function {
            line("function", &quoted(function));
        }
        line("ceiling", &self.known.ceiling.to_string());
        line("issue", &quoted(&self.known.issue));
        line("expires", &quoted(&self.known.expires.to_string()));
        if let Some(reason) = &self.reason {
            line("reason", &quoted(reason));
        }
        text
    }
}

/// A string of TOML: within `'` what would need escapes within `"`, if it can.
fn quoted(text: &str) -> String {
    let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if is_plain && text.contains(['"', '\\']) {
        return format!("'{text}'");
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(c)).expect("a String takes every write");
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_as_it_was_written() {
        for text in [
            "plain",
            "SELECT \"a\".\"b\" FROM \"a\"",
            "E'it''s' \\ \"x\"",
            "a\nb\tc\u{7f}",
            "\u{e9}\u{4e2d}",
            "",
            "''",
        ] {
            let written = format!("a = {}", quoted(text));
            let read: serde_json::Value = basic_toml::from_str(&written).expect(&written);
            assert_eq!(read["a"], text, "{written}");
        }
    }

    #[test]
    fn quotes_of_sql_are_not_escaped_where_they_need_not_be() {
        assert_eq!(quoted("SELECT \"a\""), "'SELECT \"a\"'");
        assert_eq!(quoted("name = 'x'"), "\"name = 'x'\"");
        assert_eq!(quoted("\"a\" = 'x'"), r#""\"a\" = 'x'""#);
    }
}
