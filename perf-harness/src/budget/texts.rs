//! Texts that are another each time although they ask the same: each has to be parsed, planned and kept for itself.

use std::collections::BTreeSet;

use crate::record::sql::{Kind, Token, tokens};
use crate::record::{Shape, Traffic, folded_list};

/// The shapes whose `IN ($1, $2, ..)` had several widths, the most frequent first.
///
/// A batch in chunks of one width is none, although its last chunk may be smaller: that makes two texts, however large it is.
pub(crate) fn changing_lists(traffic: &Traffic) -> Vec<Shape<'_>> {
    let mut found = traffic.shapes();
    found.retain(|shape| {
        let widths: Vec<Vec<usize>> = shape
            .queries()
            .iter()
            .map(|query| widths(query.sql()))
            .collect();
        changes(&widths) && !is_in_chunks(&widths)
    });
    found
}

fn changes(widths: &[Vec<usize>]) -> bool {
    widths.iter().any(|one| *one != widths[0])
}

/// All of one width but the last, which is smaller.
fn is_in_chunks(widths: &[Vec<usize>]) -> bool {
    let Some((last, all)) = widths.split_last() else {
        return false;
    };
    let smaller = || last.iter().zip(&all[0]).all(|(last, first)| last <= first);
    all.len() > 1 && !changes(all) && smaller()
}

/// How many parameters each `IN (..)` of a text has. A constant of the program's has none.
fn widths(sql: &str) -> Vec<usize> {
    let all: Vec<Token<'_>> = tokens(sql).collect();
    let lists = (0..all.len()).filter(|at| all[*at].is("IN"));
    lists
        .filter_map(|at| Some(&all[at + 1..folded_list(&all, at)?]))
        .map(|list| {
            let parameters = list.iter().filter(|token| token.kind == Kind::Parameter);
            parameters.count()
        })
        .collect()
}

/// The shapes that one place asked with other values in the text each time, the most frequent first.
pub(crate) fn literals(traffic: &Traffic) -> Vec<Shape<'_>> {
    let mut found = traffic.repeated();
    found.retain(|shape| {
        let texts: BTreeSet<Vec<&str>> = shape
            .queries()
            .iter()
            .map(|query| literals_of(query.sql()))
            .collect();
        texts.len() > 1
    });
    found
}

fn literals_of(sql: &str) -> Vec<&str> {
    tokens(sql)
        .filter(|token| matches!(token.kind, Kind::String | Kind::Number))
        .map(|token| token.text)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Query;

    fn traffic(texts: &[&str]) -> Traffic {
        Traffic {
            statements: texts.iter().map(|sql| Query::of(sql, Vec::new())).collect(),
            ..Traffic::default()
        }
    }

    fn check(texts: &[&str], lists: usize, literal: usize) {
        let traffic = traffic(texts);
        let found = (changing_lists(&traffic).len(), literals(&traffic).len());
        assert_eq!(found, (lists, literal), "{texts:?}");
    }

    #[test]
    fn lists_of_parameters_that_change_their_width_are_found() {
        let (one, two, three) = (
            "SELECT a FROM t WHERE b IN ($1)",
            "SELECT a FROM t WHERE b IN ($1, $2)",
            "SELECT a FROM t WHERE b IN ($1, $2, $3)",
        );
        check(&[one, two], 1, 0);
        check(&[two, one], 1, 0);
        check(&[one, three, two], 1, 0);
        check(&[two, two, three], 1, 0);
        check(&[two, two], 0, 0);
        check(&[one], 0, 0);
    }

    #[test]
    fn chunks_of_one_width_with_a_smaller_last_one_are_none() {
        let (small, large) = (
            "SELECT a FROM t WHERE b IN ($1)",
            "SELECT a FROM t WHERE b IN ($1, $2)",
        );
        check(&[large, large, small], 0, 0);
        check(&[small, small, large], 1, 0);
    }

    #[test]
    fn arrays_and_constant_lists_have_no_width() {
        check(
            &[
                "SELECT a FROM t WHERE b = ANY($1)",
                "SELECT a FROM t WHERE b = ANY($1)",
            ],
            0,
            0,
        );
        check(
            &[
                "SELECT a FROM t WHERE b IN (1, 2) AND c = $1",
                "SELECT a FROM t WHERE b IN (1, 2) AND c = $1",
            ],
            0,
            0,
        );
    }

    #[test]
    fn values_in_the_text_are_found_where_they_differ() {
        check(
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b = 2"],
            0,
            1,
        );
        check(
            &[
                "SELECT a FROM t WHERE b = 'x'",
                "SELECT a FROM t WHERE b = 'y'",
            ],
            0,
            1,
        );
        check(
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b = 1"],
            0,
            0,
        );
        check(
            &[
                "SELECT 1 FROM t WHERE b = $1",
                "SELECT 1 FROM t WHERE b = $1",
            ],
            0,
            0,
        );
    }
}
