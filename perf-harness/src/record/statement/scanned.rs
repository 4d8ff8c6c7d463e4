//! A statement by its tokens alone, where the parser cannot read it.

use super::{Kind, Statement, add};
use crate::record::sql::{Kind as TokenKind, Token, tokens};

/// Words that change rows, and the kind that they make a statement.
const CHANGES: [(&str, Kind); 4] = [
    ("INSERT", Kind::Insert),
    ("UPDATE", Kind::Update),
    ("DELETE", Kind::Delete),
    ("MERGE", Kind::Merge),
];

pub(super) fn read(sql: &str) -> Statement {
    let all: Vec<Token<'_>> = tokens(sql).collect();
    let kind = kind(&all);
    let copies_in = kind == Kind::Copy && outermost(&all).any(|token| token.is("FROM"));
    Statement {
        kind,
        writes: kind.changes_rows() || copies_in,
        tables: tables(&all),
    }
}

fn kind(all: &[Token<'_>]) -> Kind {
    let Some(first) = all.iter().find(|token| !token.is_symbol("(")) else {
        return Kind::Utility;
    };
    let change = CHANGES.iter().find(|(word, _)| first.is(word));
    if let Some((_, kind)) = change {
        return *kind;
    }
    if first.is("TRUNCATE") {
        Kind::Delete
    } else if first.is("COPY") {
        Kind::Copy
    } else if ["SELECT", "VALUES", "TABLE", "WITH"]
        .iter()
        .any(|word| first.is(word))
    {
        kind_of_query(all)
    } else {
        Kind::of_command(*first)
    }
}

/// Of what starts with `SELECT` or `WITH`: a change within the `WITH` or after it, else a lock, else a read.
fn kind_of_query(all: &[Token<'_>]) -> Kind {
    let before = |at: usize| at.checked_sub(1).map(|before| all[before]);
    // A statement begins after a bracket (`AS (DELETE ..)`) or after the last one (`) UPDATE ..`).
    let begins =
        |at: usize| before(at).is_some_and(|token| token.is_symbol("(") || token.is_symbol(")"));
    let is_with = all.iter().any(|token| token.is("WITH"));
    let mut change = all
        .iter()
        .enumerate()
        .filter(|(at, _)| is_with && begins(*at));
    let change = change.find_map(|(_, token)| CHANGES.iter().find(|(word, _)| token.is(word)));
    if let Some((_, kind)) = change {
        *kind
    } else if outermost(all).any(|token| token.is("INTO")) {
        Kind::Ddl
    } else if is_locking(all) {
        Kind::LockingSelect
    } else {
        Kind::Select
    }
}

/// `FOR UPDATE`, `FOR NO KEY UPDATE`, `FOR SHARE`, `FOR KEY SHARE` outside of all brackets.
fn is_locking(all: &[Token<'_>]) -> bool {
    let words: Vec<&Token<'_>> = outermost(all).collect();
    words.windows(2).any(|pair| {
        pair[0].is("FOR")
            && ["UPDATE", "SHARE", "NO", "KEY"]
                .iter()
                .any(|word| pair[1].is(word))
    })
}

/// The tokens that stand in no brackets.
fn outermost<'r, 'a>(all: &'r [Token<'a>]) -> impl Iterator<Item = &'r Token<'a>> {
    let mut depth = 0usize;
    all.iter().filter(move |token| {
        if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        let outside = depth == 0;
        if token.is_symbol("(") {
            depth += 1;
        }
        outside
    })
}

/// The names after the words that a table follows, and no function's.
pub(crate) fn tables(all: &[Token<'_>]) -> Vec<String> {
    let own = common_tables(all);
    let mut found = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let after = &all[at + 1..];
        let listed = match place(all, at, *token) {
            Some(Place::List) => list(after),
            Some(Place::Source) => named(after)
                .filter(|(_, rest)| !is_open(rest))
                .into_iter()
                .collect(),
            Some(Place::Target) => named(after).into_iter().collect(),
            None => Vec::new(),
        };
        let names = listed.into_iter().map(|(name, _)| name);
        names
            .filter(|name| !own.contains(name))
            .for_each(|name| add(&mut found, name));
    }
    found
}

/// What can follow a word.
enum Place {
    /// Tables, functions and sub-queries, with commas between.
    List,
    /// One of these.
    Source,
    /// A table, and then perhaps its columns in brackets.
    Target,
}

fn place(all: &[Token<'_>], at: usize, token: Token<'_>) -> Option<Place> {
    let is = |words: &[&str]| words.iter().any(|word| token.is(word));
    // `COPY a FROM STDIN`
    let copies_table = all[0].is("COPY") && !is_open(&all[1..]);
    if is(&["FROM"]) && !copies_table || is(&["TRUNCATE"]) {
        Some(Place::List)
    } else if is(&["JOIN", "USING"]) {
        Some(Place::Source)
    } else if is(&["INTO", "COPY", "TABLE"]) || is(&["UPDATE"]) && !is_lock(all, at) {
        Some(Place::Target)
    } else {
        None
    }
}

/// The `UPDATE` of `FOR UPDATE`, `FOR NO KEY UPDATE`, `DO UPDATE`, `ON UPDATE`, `THEN UPDATE`.
fn is_lock(all: &[Token<'_>], at: usize) -> bool {
    const BEFORE: [&str; 5] = ["FOR", "KEY", "DO", "ON", "THEN"];
    let before = at.checked_sub(1).map(|before| all[before]);
    before.is_some_and(|token| BEFORE.iter().any(|word| token.is(word)))
}

fn is_open(rest: &[Token<'_>]) -> bool {
    rest.first().is_some_and(|token| token.is_symbol("("))
}

type Named<'r, 'a> = (String, &'r [Token<'a>]);

/// `a.b AS c, d e, (SELECT 1) f (g)`: the tables among them.
fn list<'r, 'a>(mut rest: &'r [Token<'a>]) -> Vec<Named<'r, 'a>> {
    let mut found = Vec::new();
    loop {
        if rest.first().is_some_and(|token| token.is("LATERAL")) {
            rest = &rest[1..];
        }
        if let Some((name, after)) = named(rest) {
            if !is_open(after) {
                found.push((name, after));
            }
            rest = after;
        }
        // An alias, a sub-query, a column list.
        rest = after_group(after_names(after_group(rest)));
        match rest.first() {
            Some(comma) if comma.is_symbol(",") => rest = &rest[1..],
            _ => return found,
        }
    }
}

/// `ONLY a.b`, and what follows it.
fn named<'r, 'a>(mut rest: &'r [Token<'a>]) -> Option<Named<'r, 'a>> {
    const BEFORE: [&str; 5] = ["ONLY", "TABLE", "IF", "NOT", "EXISTS"];
    while rest
        .first()
        .is_some_and(|token| BEFORE.iter().any(|word| token.is(word)))
    {
        rest = &rest[1..];
    }
    let mut parts = vec![folded(rest.first()?)?];
    rest = &rest[1..];
    while let [dot, part, ..] = rest
        && dot.is_symbol(".")
    {
        parts.push(folded(part)?);
        rest = &rest[2..];
    }
    Some((parts.join("."), rest))
}

/// What follows one name or two: `t`, `AS t`.
fn after_names<'r, 'a>(rest: &'r [Token<'a>]) -> &'r [Token<'a>] {
    let names = rest
        .iter()
        .take(2)
        .take_while(|token| token.name().is_some());
    &rest[names.count()..]
}

/// What follows `(..)`, if it stands there.
fn after_group<'r, 'a>(rest: &'r [Token<'a>]) -> &'r [Token<'a>] {
    let mut depth = 0usize;
    for (at, token) in rest.iter().enumerate() {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return if at == 0 { rest } else { &rest[at + 1..] };
        }
    }
    &[]
}

fn folded(token: &Token<'_>) -> Option<String> {
    match token.kind {
        TokenKind::Word if !is_reserved(token) => Some(token.text.to_ascii_lowercase()),
        TokenKind::Quoted => {
            let inner = token.text.strip_prefix('"')?.strip_suffix('"')?;
            Some(inner.replace("\"\"", "\""))
        }
        _ => None,
    }
}

fn is_reserved(token: &Token<'_>) -> bool {
    [
        "SELECT", "WHERE", "SET", "VALUES", "LATERAL", "ONLY", "WITH", "FROM",
    ]
    .iter()
    .any(|word| token.is(word))
}

/// The names that `WITH` gives: `name AS (` and `name (columns) AS (`.
fn common_tables(all: &[Token<'_>]) -> Vec<String> {
    if !all.iter().any(|token| token.is("WITH")) {
        return Vec::new();
    }
    let ends = all.iter().enumerate().filter(|(at, token)| {
        let after = &all[at + 1..];
        let opens = after
            .iter()
            .find(|token| !(token.is("NOT") || token.is("MATERIALIZED")));
        token.is("AS") && opens.is_some_and(|token| token.is_symbol("("))
    });
    let named = ends.filter_map(|(end, _)| {
        let before = &all[..end];
        let columns = before.last()?.is_symbol(")");
        let open = before.iter().rposition(|token| token.is_symbol("("));
        folded(&all[if columns { open? } else { end }.checked_sub(1)?])
    });
    named.collect()
}
