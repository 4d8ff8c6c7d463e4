//! A query's shape: its text without literals, comments and the width of its lists.
//!
//! This is the *strict* fingerprint: it keeps the `WHERE` clause, so that two shapes are two questions.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::sql::{Kind, Token, tokens};

/// Version of the rules below. It stands in every file that keeps fingerprints.
pub(crate) const VERSION: u32 = 1;

/// The strict fingerprint of one statement.
///
/// Literals become `?`, parameters are numbered in the order they appear, the items of `IN (..)`,
/// `ARRAY[..]` and `VALUES (..), (..)` become `...`, comments go, and the layout is always the same.
pub(crate) fn strict(sql: &str) -> String {
    let all: Vec<Token<'_>> = tokens(sql).collect();
    let mut shape = Shape::default();
    let mut at = 0;
    while at < all.len() {
        at += shape.take(&all, at);
    }
    shape.text
}

#[derive(Default)]
struct Shape<'a> {
    text: String,
    /// By their place in the text, whatever their number there.
    parameters: HashMap<&'a str, usize>,
    last: Option<Token<'a>>,
}

impl<'a> Shape<'a> {
    /// Adds what starts at `at` and says how many tokens that was.
    fn take(&mut self, all: &[Token<'a>], at: usize) -> usize {
        if is_sign_of_literal(all, at) {
            self.push(all[at + 1]);
            return 2;
        }
        self.push(all[at]);
        let Some(end) = folded_list(all, at) else {
            return 1;
        };
        self.push(all[at + 1]);
        self.text.push_str("...");
        self.push(all[end - 1]);
        end - at
    }

    fn push(&mut self, token: Token<'a>) {
        if self.last.is_some_and(|last| is_gap(last, token)) {
            self.text.push(' ');
        }
        self.last = Some(token);
        match token.kind {
            Kind::String | Kind::Number => self.text.push('?'),
            Kind::Parameter => {
                let number = self.number(token.text);
                write!(self.text, "${number}").unwrap_or_else(|_| unreachable!("strings grow"));
            }
            Kind::Word | Kind::Quoted | Kind::Symbol => self.text.push_str(token.text),
        }
    }

    /// Parameters are numbered as they appear: a wider list before them must not change the shape.
    fn number(&mut self, parameter: &'a str) -> usize {
        let next = self.parameters.len() + 1;
        *self.parameters.entry(parameter).or_insert(next)
    }
}

/// Stands a blank between the two? The layout of the text has no say, but inside an operator.
fn is_gap(last: Token<'_>, next: Token<'_>) -> bool {
    let tight_after = last.kind == Kind::Symbol && matches!(last.text, "(" | "[" | "." | ":");
    if tight_after {
        return false;
    }
    match (next.kind, next.text) {
        (Kind::Symbol, "," | ")" | "]" | "." | ";" | ":" | "[") => false,
        (Kind::Symbol, "(") => !is_call(last),
        (Kind::Symbol, _) if last.kind == Kind::Symbol && !matches!(last.text, ")" | "]" | ",") => {
            next.spaced
        }
        _ => true,
    }
}

/// Is a bracket after this token a call's: `count(`?
fn is_call(last: Token<'_>) -> bool {
    const NOT_CALLED: [&str; 22] = [
        "ALL", "AND", "AS", "BY", "CONFLICT", "DISTINCT", "ELSE", "EXISTS", "FROM", "IN", "JOIN",
        "NOT", "ON", "OR", "OVER", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN", "WHERE",
    ];
    last.name().is_some() && !NOT_CALLED.iter().any(|word| last.is(word))
}

/// A `-` that belongs to the number after it, not to a subtraction.
fn is_sign_of_literal(all: &[Token<'_>], at: usize) -> bool {
    let sign = all[at].is_symbol("-") || all[at].is_symbol("+");
    let number = all
        .get(at + 1)
        .is_some_and(|next| next.kind == Kind::Number && !next.spaced);
    let operand_before = at > 0
        && match all[at - 1].kind {
            Kind::Symbol => matches!(all[at - 1].text, ")" | "]"),
            Kind::Word => !OPERATORS.iter().any(|word| all[at - 1].is(word)),
            _ => true,
        };
    sign && number && !operand_before
}

/// Keywords after which a sign is a sign.
const OPERATORS: [&str; 27] = [
    "AND",
    "BETWEEN",
    "BY",
    "CASE",
    "DEFAULT",
    "DISTINCT",
    "ELSE",
    "FETCH",
    "FOR",
    "FROM",
    "HAVING",
    "ILIKE",
    "IN",
    "INTERVAL",
    "LIKE",
    "LIMIT",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "RETURNING",
    "SELECT",
    "THEN",
    "TO",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// Where the list ends that follows the word at `at`, if it is one whose width is not part of the shape.
pub(crate) fn folded_list(all: &[Token<'_>], at: usize) -> Option<usize> {
    let opens = |symbol| all.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
    if all[at].is("VALUES") && opens("(") {
        return Some(rows_end(all, at + 1));
    }
    if all[at].is("ARRAY") && opens("[") || all[at].is("IN") && opens("(") {
        let end = group_end(all, at + 1);
        return holds_only_values(&all[at + 1..end]).then_some(end);
    }
    None
}

/// The end of `(..), (..), (..)`.
fn rows_end(all: &[Token<'_>], open: usize) -> usize {
    let mut end = group_end(all, open);
    while all.get(end).is_some_and(|token| token.is_symbol(","))
        && all.get(end + 1).is_some_and(|token| token.is_symbol("("))
    {
        end = group_end(all, end + 1);
    }
    end
}

/// The index after the bracket that closes the one at `open`.
fn group_end(all: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in all.iter().enumerate().skip(open) {
        if token.kind == Kind::Symbol {
            match token.text {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            return at + 1;
        }
    }
    all.len()
}

/// Literals, parameters, casts, brackets and commas, but no sub-query and no column.
fn holds_only_values(group: &[Token<'_>]) -> bool {
    let mut in_type = false;
    group.iter().enumerate().all(|(at, token)| {
        let next_is = |symbol| group.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
        match token.kind {
            Kind::String | Kind::Number | Kind::Parameter => true,
            Kind::Symbol => {
                // A type has dots and brackets of its own: `::public.money`, `::int[]`, `AS numeric(10, 2)`.
                in_type = token.text == ":" || in_type && matches!(token.text, "." | "[" | "]");
                in_type || matches!(token.text, "(" | ")" | "[" | "]" | "," | "-" | "+")
            }
            Kind::Quoted => in_type,
            Kind::Word if token.is("AS") => {
                in_type = true;
                true
            }
            Kind::Word if token.is("SELECT") => false,
            Kind::Word if token.is("CAST") || token.is("ROW") => next_is("("),
            Kind::Word if token.is("ARRAY") => next_is("["),
            Kind::Word => in_type || is_constant(*token) || is_prefix(&group[at + 1..]),
        }
    })
}

fn is_constant(word: Token<'_>) -> bool {
    ["NULL", "TRUE", "FALSE", "DEFAULT"]
        .iter()
        .any(|constant| word.is(constant))
}

/// The type in front of a literal: `DATE '2020-01-01'`, `TIMESTAMP WITH TIME ZONE '..'`.
fn is_prefix(rest: &[Token<'_>]) -> bool {
    let after = rest.iter().find(|token| token.kind != Kind::Word);
    after.is_some_and(|token| token.kind == Kind::String)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::noise::Noise;

    fn check(same: &[&str], shape: &str) {
        for sql in same {
            assert_eq!(strict(sql), shape, "{sql}");
        }
    }

    #[test]
    fn literals_and_layout_are_not_part_of_the_shape() {
        check(
            &[
                "SELECT a FROM t WHERE b = 1 AND c = 'x'",
                "SELECT  a\nFROM t /* why */ WHERE b = -22 AND c = 'it''s'",
                "SELECT a FROM t -- note\n WHERE b=1.5e3 AND c = E'\\''",
            ],
            "SELECT a FROM t WHERE b = ? AND c = ?",
        );
    }

    #[test]
    fn the_width_of_a_list_is_not_part_of_the_shape() {
        check(
            &[
                "SELECT * FROM t WHERE a IN ($1) AND b = $2",
                "SELECT * FROM t WHERE a IN ($1, $2, $3) AND b = $4",
                "SELECT * FROM t WHERE a IN (1, 2::int8, NULL) AND b = $1",
                "SELECT * FROM t WHERE a IN(($1), ($2))AND b = $3",
            ],
            "SELECT * FROM t WHERE a IN (...) AND b = $1",
        );
        check(
            &["SELECT ARRAY[1,2]", "SELECT ARRAY[$1, $2, $3]"],
            "SELECT ARRAY[...]",
        );
        check(
            &[
                "INSERT INTO t (a, b) VALUES ($1, $2)",
                "INSERT INTO t (a, b) VALUES ($1, now()), ($3, $4)",
            ],
            "INSERT INTO t(a, b) VALUES (...)",
        );
        check(
            &["SELECT count( * )>=$1||a", "SELECT count(*) >= $1 || a"],
            "SELECT count(*) >= $1 || a",
        );
    }

    #[test]
    fn casts_do_not_make_a_list_wider() {
        check(
            &[
                "SELECT 1 FROM t WHERE a IN ($1)",
                "SELECT 1 FROM t WHERE a IN ($1::int4, $2::int4)",
                "SELECT 1 FROM t WHERE a IN ($1::public.\"state\", 'new'::\"state\")",
                "SELECT 1 FROM t WHERE a IN (CAST($1 AS state), CAST($2 AS \"state\"))",
                "SELECT 1 FROM t WHERE a IN (CAST($1 AS numeric(10, 2)), -1.5::double precision)",
                "SELECT 1 FROM t WHERE a IN (DATE '2020-01-01', TIMESTAMP WITH TIME ZONE '2020-01-01')",
                "SELECT 1 FROM t WHERE a IN ((1, 'a'), ROW(2, E'\\''), ($1, NULL))",
                "SELECT 1 FROM t WHERE a IN ($1::timestamp with time zone, '{1}'::int[], ARRAY[1])",
            ],
            "SELECT ? FROM t WHERE a IN (...)",
        );
    }

    #[test]
    fn a_list_with_a_column_or_a_query_is_kept() {
        check(
            &["SELECT 1 FROM t WHERE 5 IN (a, 2)"],
            "SELECT ? FROM t WHERE ? IN (a, ?)",
        );
        check(
            &["SELECT 1 FROM t WHERE a IN (lower('x'), lower($1))"],
            "SELECT ? FROM t WHERE a IN (lower(?), lower($1))",
        );
        check(
            &["SELECT 1 WHERE a IN (SELECT 'x')"],
            "SELECT ? WHERE a IN (SELECT ?)",
        );
    }

    #[test]
    fn operators_keep_their_spelling() {
        check(
            &["SELECT a->>'k',a#>'{b}' FROM t WHERE a@>'{}'::jsonb AND a?'k'"],
            "SELECT a ->> ?, a #> ? FROM t WHERE a @> ?::jsonb AND a ? ?",
        );
        check(
            &["SELECT a ?| ARRAY['x','y'], a ?& ARRAY[$1]"],
            "SELECT a ?| ARRAY[...], a ?& ARRAY[...]",
        );
        check(
            &[
                "SELECT a[1:2], a[ -1 ] , a [$1]",
                "SELECT a[3:4], a[2], a[$9]",
            ],
            "SELECT a[?:?], a[?], a[$1]",
        );
        check(
            &[
                "SELECT now() - INTERVAL '1 day', $$x$$, U&'d\\0061'",
                "SELECT now()-interval '2', 'y', $a$z$a$",
            ]
            .map(str::to_lowercase)
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
            "select now() - interval ?, ?, ?",
        );
        assert_ne!(strict("SELECT a -> 'k'"), strict("SELECT a ->> 'k'"));
        assert_ne!(strict("SELECT a < 1"), strict("SELECT a <= 1"));
    }

    #[test]
    fn any_text_has_a_shape() {
        let mut noise = Noise::new(2);
        for parts in (0..40).cycle().take(5_000) {
            strict(&noise.sql(parts));
        }
        let wide = (1..=65_535).map(|number| format!("a = ${number}"));
        let wide = wide.collect::<Vec<_>>().join(" OR ");
        assert_eq!(strict(&wide), wide);
    }

    #[test]
    fn a_sign_belongs_to_the_number_after_an_operator() {
        for sql in [
            "SELECT * FROM t WHERE a = -1 AND b > +2",
            "SELECT * FROM t WHERE a = 1 AND b > 2",
        ] {
            assert_eq!(strict(sql), "SELECT * FROM t WHERE a = ? AND b > ?");
        }
        assert_eq!(strict("SELECT 1 WHERE -1 < a"), "SELECT ? WHERE ? < a");
        assert_eq!(
            strict("SELECT $1-1, 2-1, a[1]-1"),
            "SELECT $1 - ?, ? - ?, a[?] - ?"
        );
    }

    #[test]
    fn another_where_clause_is_another_shape() {
        assert_ne!(
            strict("SELECT * FROM t WHERE a = $1"),
            strict("SELECT * FROM t WHERE b = $1")
        );
        assert_ne!(
            strict("SELECT * FROM t WHERE a = $1 AND b = $1"),
            strict("SELECT * FROM t WHERE a = $1 AND b = $2")
        );
        assert_ne!(
            strict("SELECT * FROM t WHERE a IN (SELECT b FROM u)"),
            strict("SELECT * FROM t WHERE a IN (SELECT c FROM u)")
        );
    }

    #[test]
    fn a_subtraction_keeps_its_sign() {
        assert_eq!(strict("SELECT a -1"), "SELECT a - ?");
        assert_eq!(strict("SELECT (a)-1"), "SELECT (a) - ?");
        assert_eq!(
            strict("SELECT * FROM t LIMIT -1"),
            "SELECT * FROM t LIMIT ?"
        );
    }
}
