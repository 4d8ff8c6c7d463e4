//! Indexes that are no plain b-tree: for patterns, words, documents, lists and ranges. Pure.

use super::candidate::{Candidate, NewIndex, Part};
use super::generate::{joined, parts};
use super::term::{Key, Named, Term, Terms, Use};

/// What patterns need that do not say how a text begins.
pub(super) const TRIGRAMS: &str = "pg_trgm";

/// For each condition that a plain b-tree does not serve. `equal` are those that can come before.
pub(super) fn special(terms: &Terms, equal: &[&Term], named: Named<'_>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for term in &terms.all {
        let Some((index, extension)) = pattern_index(term, named) else {
            continue;
        };
        if is_prefix(term) && !equal.is_empty() {
            let keys = joined(&parts(equal), &index.keys);
            all.push(Candidate::of(NewIndex::btree(keys)));
        }
        let anchored = match &term.used {
            Use::Pattern { anchored, operator } if operator == "~~" => *anchored,
            _ => Some(false),
        };
        // What begins with known letters is looked up by them: trigrams are for the rest.
        if anchored != Some(true) {
            all.push(Candidate {
                indexes: vec![index],
                extension,
                is_special: false,
            });
        }
        if anchored != Some(false) {
            all.push(Candidate::of(prefix_index(term.key(), named)));
        }
    }
    all
}

fn is_prefix(term: &Term) -> bool {
    term.used == Use::Prefix
}

/// The index for one condition, and the extension that it needs.
pub(super) fn pattern_index(
    term: &Term,
    named: Named<'_>,
) -> Option<(NewIndex, Option<&'static str>)> {
    let key = term.key();
    match &term.used {
        Use::Prefix => Some((prefix_index(key, named), None)),
        Use::Pattern { .. } => Some((inverted("gin", key, " gin_trgm_ops"), Some(TRIGRAMS))),
        Use::Words => Some((inverted("gin", key, ""), None)),
        Use::Holds(operator) => holding(key, operator, named).map(|index| (index, None)),
        Use::Equal | Use::Any | Use::Range => None,
    }
}

/// In the order of bytes, and not of a language: so a beginning is a range.
fn prefix_index(key: &Key, named: Named<'_>) -> NewIndex {
    let is_varchar = named
        .type_of(&key.sql)
        .is_some_and(|name| name.starts_with("character varying"));
    let class = if is_varchar {
        " varchar_pattern_ops"
    } else {
        " text_pattern_ops"
    };
    NewIndex::btree(vec![Part {
        class,
        ..Part::plain(key)
    }])
}

fn holding(key: &Key, operator: &str, named: Named<'_>) -> Option<NewIndex> {
    let Some(type_name) = named.type_of(&key.sql) else {
        // An expression: of a document, most likely.
        return key.sql.contains("->").then(|| inverted("gin", key, ""));
    };
    if type_name == "jsonb" {
        let class = if operator == "@>" {
            " jsonb_path_ops"
        } else {
            ""
        };
        return Some(inverted("gin", key, class));
    }
    if type_name.ends_with("[]") {
        return Some(inverted("gin", key, ""));
    }
    type_name
        .ends_with("range")
        .then(|| inverted("gist", key, ""))
}

fn inverted(method: &'static str, key: &Key, class: &'static str) -> NewIndex {
    NewIndex {
        method,
        ..NewIndex::btree(vec![Part {
            class,
            ..Part::plain(key)
        }])
    }
}
