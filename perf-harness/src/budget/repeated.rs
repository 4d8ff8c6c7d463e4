//! Repeated queries: an N+1 asks one question for each of many values, a duplicate asks it again for the same.
//!
//! Both are one shape sent from one path of calls. What is meant to be repeated is none: a list that is read page by
//! page, a batch in chunks.

use std::collections::{BTreeSet, HashSet};

use crate::record::sql::{Kind as TokenKind, Token, tokens};
use crate::record::{Kind, Parameter, Query, Shape, Traffic, folded_list};

/// The shapes that one place asked with different values, the most frequent first.
pub(crate) fn n_plus_ones(traffic: &Traffic) -> Vec<Shape<'_>> {
    let mut found = traffic.repeated();
    found
        .retain(|shape| shape.distinct_values() > 1 && !is_in_pages(shape) && !is_in_chunks(shape));
    found
}

/// The shapes that one place asked twice or more with the same values, the most frequent first.
pub(crate) fn duplicates(traffic: &Traffic) -> Vec<Shape<'_>> {
    let mut found = traffic.repeated();
    found.retain(|shape| has_an_answer(shape) && is_asked_again(shape));
    found
}

/// Was it answered before? What failed is rightly tried again.
fn is_asked_again(shape: &Shape<'_>) -> bool {
    let answered = shape.queries().iter().filter(|query| !query.is_failed());
    let mut seen = HashSet::new();
    answered
        .into_iter()
        .any(|query| !seen.insert((query.sql(), query.parameters())))
}

/// Pages of one list: what differs says only where a page begins or how long it is.
fn is_in_pages(shape: &Shape<'_>) -> bool {
    let all: Vec<Token<'_>> = tokens(shape.queries()[0].sql()).collect();
    let is_limited = all
        .iter()
        .any(|token| token.is("LIMIT") || token.is("FETCH"));
    let places = varying_places(shape, &all);
    is_limited && !places.is_empty() && places.iter().all(|place| pages(&all, *place))
}

/// Where the queries differ from the first, by the index of its token: in a parameter's value or a literal. Nowhere, if
/// they have not the same tokens.
fn varying_places(shape: &Shape<'_>, first: &[Token<'_>]) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    let value = |query: &Query, token: &Token<'_>| {
        let number: usize = token.text.get(1..)?.parse().ok()?;
        query.parameters().get(number.checked_sub(1)?).cloned()
    };
    for query in &shape.queries()[1..] {
        let all: Vec<Token<'_>> = tokens(query.sql()).collect();
        if all.len() != first.len() {
            return BTreeSet::new();
        }
        for (at, (ours, theirs)) in first.iter().zip(&all).enumerate() {
            let differs = match ours.kind {
                TokenKind::Parameter => value(shape.queries()[0], ours) != value(query, theirs),
                _ => ours.text != theirs.text,
            };
            if differs {
                places.insert(at);
            }
        }
    }
    places
}

/// `OFFSET $1`, `LIMIT $1`, `id > $1`, `(created, id) < ($1, $2)`.
fn pages(all: &[Token<'_>], place: usize) -> bool {
    let mut before = all[..place].iter().rev();
    // The brackets and fellow values of a row.
    let operator = before.find(|token| {
        !(token.is_symbol("(") || token.is_symbol(",") || token.kind == TokenKind::Parameter)
    });
    operator.is_some_and(|token| {
        ["OFFSET", "LIMIT", "FIRST", "NEXT"]
            .iter()
            .any(|word| token.is(word))
            || token.is_symbol("<")
            || token.is_symbol(">")
            || token.is_symbol("=") && is_part_of_comparison(all, token.start)
    })
}

/// The `=` of `>=` and `<=`.
fn is_part_of_comparison(all: &[Token<'_>], start: usize) -> bool {
    let before = all.iter().rev().find(|token| token.start < start);
    before.is_some_and(|token| token.is_symbol("<") || token.is_symbol(">"))
}

/// Many values at once, again and again: they differ only within their lists, and one of these has more than one value.
fn is_in_chunks(shape: &Shape<'_>) -> bool {
    let outside: Vec<Outside<'_>> = shape
        .queries()
        .iter()
        .map(|query| Outside::of(query))
        .collect();
    outside.iter().any(|query| query.has_many)
        && outside.iter().all(|query| query.parts == outside[0].parts)
}

/// What of a query lies outside `IN (..)`, `VALUES (..), (..)`, `ARRAY[..]` and arrays.
struct Outside<'q> {
    parts: Vec<(&'q str, Option<&'q Parameter>)>,
    /// One of the lists has more than one value.
    has_many: bool,
}

impl<'q> Outside<'q> {
    fn of(query: &'q Query) -> Self {
        let all: Vec<Token<'q>> = tokens(query.sql()).collect();
        let mut outside = Self {
            parts: Vec::new(),
            has_many: false,
        };
        let mut at = 0;
        while at < all.len() {
            if let Some(end) = folded_list(&all, at) {
                let values = all[at + 1..end].iter().filter(|token| is_value(token));
                let rows = all[at + 1..end].iter().filter(|token| token.is_symbol("("));
                let is_insert = all[at].is("VALUES");
                outside.has_many |= if is_insert {
                    rows.count()
                } else {
                    values.count()
                } > 1;
                outside.parts.push((all[at].text, None));
                at = end;
            } else {
                outside.add(query, all[at]);
                at += 1;
            }
        }
        outside
    }

    fn add(&mut self, query: &'q Query, token: Token<'q>) {
        let number = token
            .text
            .get(1..)
            .and_then(|number| number.parse::<usize>().ok());
        let value = match (token.kind, number) {
            (TokenKind::Parameter, Some(number @ 1..)) => query.parameters().get(number - 1),
            _ => None,
        };
        if value.is_some_and(Parameter::is_array) {
            self.has_many = true;
            self.parts.push(("array", None));
        } else if value.is_some() {
            // Its number depends on the width of lists before it.
            self.parts.push(("$", value));
        } else {
            self.parts.push((token.text, None));
        }
    }
}

fn is_value(token: &Token<'_>) -> bool {
    matches!(
        token.kind,
        TokenKind::Parameter | TokenKind::String | TokenKind::Number
    )
}

/// What is done for its effect, such as `NOTIFY`, `SET` or a `DELETE` within a `WITH`, has no answer to keep.
fn has_an_answer(shape: &Shape<'_>) -> bool {
    matches!(
        shape.queries()[0].kind(),
        Kind::Select | Kind::LockingSelect
    )
}

#[cfg(test)]
mod tests;
