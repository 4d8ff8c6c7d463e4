//! The query whose rows an N+1 goes through: found among the rows themselves where it can be.

use std::collections::HashSet;

use super::query::Query;
use super::recording::Traffic;
use super::returned::Token;
use super::shape::Shape;

/// The query that returned what the queries of a shape were asked for.
#[derive(Clone, Debug)]
pub struct Parent<'a> {
    query: &'a Query,
    column: Option<(usize, String)>,
}

impl<'a> Parent<'a> {
    /// The parent itself.
    #[must_use]
    pub fn query(&self) -> &'a Query {
        self.query
    }

    /// The column that held every value, and the parameter (from 1) that was one of them each time. `None` where the values
    /// were not found, and only the number of rows says that it is the parent.
    #[must_use]
    pub fn column(&self) -> Option<(usize, &str)> {
        let (parameter, name) = self.column.as_ref()?;
        Some((*parameter, name))
    }
}

impl Traffic {
    /// The query whose rows the queries of a shape went through one by one: one that had ended before the first of them, and
    /// a column of which holds each of their values. The last such one, if there are several.
    ///
    /// Where no column does, one that returned as many rows as there were queries, if there is one.
    #[must_use]
    pub fn parent(&self, shape: &Shape<'_>) -> Option<Parent<'_>> {
        let first = shape.queries().first()?;
        let before: Vec<&Query> = self
            .queries()
            .filter(|query| has_ended(query, first))
            .filter(|query| query.fingerprint() != shape.fingerprint())
            .collect();
        let asked = varying(shape);
        let proven = before.iter().rev().find_map(|query| {
            let column = asked
                .iter()
                .find_map(|(parameter, values)| Some((*parameter, holding(query, values)?)))?;
            Some(Parent {
                query,
                column: Some(column),
            })
        });
        let likely = || {
            let rows = |query: &&&Query| query.rows() == shape.count() as u64;
            let query = before.iter().rev().find(rows)?;
            Some(Parent {
                query,
                column: None,
            })
        };
        proven.or_else(likely)
    }
}

fn has_ended(query: &Query, before: &Query) -> bool {
    let ended = query.elapsed.map(|elapsed| query.started + elapsed);
    ended.is_some_and(|ended| ended <= before.started)
}

/// The parameters that were another in each query, from 1, with their values. None that was `NULL` once, or cut.
fn varying(shape: &Shape<'_>) -> Vec<(usize, HashSet<Token>)> {
    let queries = shape.queries();
    let width = queries[0].parameters().len();
    let values = |at: usize| -> Option<HashSet<Token>> {
        let values = queries
            .iter()
            .map(|query| query.parameters().get(at)?.token());
        values.map(|value| value.map(Some)).collect()
    };
    (0..width)
        .filter_map(|at| Some((at + 1, values(at)?)))
        .filter(|(_, values)| values.len() > 1)
        .collect()
}

/// The column of the query that holds all of the values.
fn holding(query: &Query, values: &HashSet<Token>) -> Option<String> {
    let columns = &query.returned.columns;
    let at = (0..columns.len()).find(|at| {
        let held: HashSet<Token> = query.returned.column(*at).collect();
        values.is_subset(&held)
    })?;
    Some(columns[at].name.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::record::returned::{Column, Returned, token};
    use crate::record::{Counts, Parameter};

    const INT4: u32 = 23;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Columns `id` and `author_id`, at a time.
    fn list(sql: &str, rows: &[(i32, i32)], at: u64) -> Query {
        let column = |name: &str| Column {
            name: name.to_owned(),
            type_oid: INT4,
            binary: true,
        };
        let value = |value: i32| token(INT4, true, Some(&value.to_be_bytes()));
        Query {
            rows: rows.len() as u64,
            started: ms(at),
            elapsed: Some(ms(1)),
            returned: Returned {
                columns: Arc::from([column("id"), column("author_id")]),
                values: rows
                    .iter()
                    .flat_map(|(a, b)| [value(*a), value(*b)])
                    .collect(),
            },
            ..Query::of(sql, Vec::new())
        }
    }

    fn child(value: i64, at: u64) -> Query {
        let fixed = Parameter::new(20, true, Some(&1_i64.to_be_bytes()));
        let value = Parameter::new(20, true, Some(&value.to_be_bytes()));
        Query {
            started: ms(at),
            ..Query::of(
                "SELECT a FROM t WHERE b = $2 AND c = $1",
                vec![fixed, value],
            )
        }
    }

    fn check(statements: Vec<Query>, expected: Option<(&str, Option<(usize, &str)>)>) {
        let traffic = Traffic {
            counts: Counts::default(),
            statements,
            ..Traffic::default()
        };
        let shapes = traffic.shapes();
        let repeated = shapes.iter().find(|shape| shape.count() > 1);
        let parent = traffic.parent(repeated.expect("a repeated shape"));
        let found = parent
            .as_ref()
            .map(|parent| (parent.query().sql(), parent.column()));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_column_that_holds_every_value_proves_the_parent() {
        let books = [(1, 10), (2, 20), (3, 30)];
        check(
            vec![list("SELECT books", &books, 0), child(10, 5), child(30, 6)],
            Some(("SELECT books", Some((2, "author_id")))),
        );
        check(
            vec![
                list("SELECT books", &books, 0),
                child(1, 5),
                child(2, 6),
                child(3, 7),
            ],
            Some(("SELECT books", Some((2, "id")))),
        );
    }

    #[test]
    fn the_last_of_several_is_taken() {
        let rows = [(1, 1), (2, 2)];
        check(
            vec![
                list("SELECT first", &rows, 0),
                list("SELECT second", &rows, 2),
                child(1, 5),
                child(2, 6),
            ],
            Some(("SELECT second", Some((2, "id")))),
        );
    }

    #[test]
    fn a_value_that_no_column_holds_leaves_it_likely_at_most() {
        let rows = [(1, 10), (2, 20)];
        check(
            vec![list("SELECT books", &rows, 0), child(1, 5), child(77, 6)],
            Some(("SELECT books", None)),
        );
        check(
            vec![
                list("SELECT books", &rows, 0),
                child(1, 5),
                child(2, 6),
                child(77, 7),
            ],
            None,
        );
    }

    #[test]
    fn what_had_not_ended_before_is_no_parent() {
        let rows = [(1, 10), (2, 20)];
        check(
            vec![child(1, 0), child(2, 1), list("SELECT books", &rows, 5)],
            None,
        );
        let one_row = list("SELECT book", &[(1, 10)], 0);
        check(vec![one_row, child(1, 5), child(1, 6)], None);
    }
}
