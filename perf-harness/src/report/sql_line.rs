//! SQL as one line that a person reads: no needless quotes, no long column list.

use crate::record::sql::{Kind, Token, tokens};

/// The most characters of SQL on a line.
const WIDTH: usize = 100;

/// A fingerprint as one short line.
pub(crate) fn one_line(fingerprint: &str) -> String {
    let all: Vec<Token<'_>> = tokens(fingerprint).collect();
    let mut text = String::new();
    let mut at = 0;
    while at < all.len() {
        push(&mut text, all[at]);
        at += 1;
        if all[at - 1].is("SELECT")
            && let Some(from) = end_of_column_list(&all, at)
        {
            text.push_str(" ...");
            at = from;
        }
    }
    shortened(&text)
}

fn push(text: &mut String, token: Token<'_>) {
    if token.spaced && !text.is_empty() {
        text.push(' ');
    }
    text.push_str(&unquoted(token.text));
}

/// Where `FROM` stands, if the list before it has more than one column.
fn end_of_column_list(all: &[Token<'_>], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut several = false;
    for (at, token) in all.iter().enumerate().skip(start) {
        match (token.kind, token.text) {
            (Kind::Symbol, "(") => depth += 1,
            // The end of the sub-query that this list belongs to.
            (Kind::Symbol, ")") => depth = depth.checked_sub(1)?,
            (Kind::Symbol, ",") if depth == 0 => several = true,
            _ if depth == 0 && token.is("FROM") => return several.then_some(at),
            _ => {}
        }
    }
    None
}

/// A quoted name without its quotes, where they say nothing.
pub(super) fn unquoted(text: &str) -> String {
    let plain = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|name| {
            name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        });
    plain.unwrap_or(text).to_owned()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_sql_is_short_and_plain() {
        let check = |sql: &str, expected: &str| assert_eq!(one_line(sql), expected);
        check(
            r#"SELECT "p"."id", "p"."bio" FROM "p" WHERE "p"."user_id" = $1"#,
            "SELECT ... FROM p WHERE p.user_id = $1",
        );
        check("SELECT count(*) FROM t", "SELECT count(*) FROM t");
        check("SELECT a FROM t", "SELECT a FROM t");
        check(r#"SELECT "Bio" FROM "t""#, r#"SELECT "Bio" FROM t"#);
        check("SELECT a, (SELECT b, c FROM u) FROM t", "SELECT ... FROM t");
        check(
            "WITH x AS (SELECT a, b FROM t) SELECT 1",
            "WITH x AS (SELECT ... FROM t) SELECT 1",
        );
        assert_eq!(one_line(&"é ".repeat(200)).chars().count(), 102);
    }
}
