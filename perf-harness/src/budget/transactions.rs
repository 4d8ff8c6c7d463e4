//! Writes that should be one transaction, and transactions that should be over.

use std::collections::BTreeSet;

use super::defect::{Defect, Found};
use crate::record::{Query, Shape, Traffic};

/// The writes that were each a transaction of the server's own, by shape, where there are several of them.
///
/// Each of them was made durable for itself: slower than one transaction, and half done when the work stops between two.
pub(crate) fn untransacted_writes(traffic: &Traffic) -> Vec<Shape<'_>> {
    let is_one = |query: &&Query| {
        !query.is_in_transaction() && !query.is_failed() && query.statement().writes
    };
    let writes: Vec<&Query> = traffic.queries().filter(is_one).collect();
    // Before their places are looked up: that can take a second.
    if are_several(writes.iter().copied()) {
        traffic.by_place(writes)
    } else {
        Vec::new()
    }
}

/// Are they of more than one transaction?
pub(super) fn are_several<'q>(writes: impl Iterator<Item = &'q Query>) -> bool {
    let transactions: BTreeSet<(u64, u64)> = writes
        .map(|query| (query.connection, query.block.number))
        .collect();
    transactions.len() > 1
}

/// The transactions that began and are not over, each with the query that was sent last in it.
pub(crate) fn open_transactions(traffic: &Traffic) -> Found<'_> {
    let last = traffic.open_transactions.iter().filter_map(|connection| {
        let in_it = |query: &&Query| query.connection == *connection && query.is_in_transaction();
        traffic.queries().filter(in_it).last()
    });
    Found {
        defect: Defect::OpenTransaction,
        count: traffic.open_transactions(),
        shapes: traffic.by_place(last.collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Defect;
    use crate::record::wire::Block;

    /// A statement of a transaction: its number, and whether the program began it.
    fn query(sql: &str, number: u64, is_explicit: bool) -> Query {
        Query {
            block: Block {
                number,
                is_explicit,
            },
            ..Query::of(sql, Vec::new())
        }
    }

    fn check(statements: Vec<Query>, expected: &[(&str, usize)]) {
        let traffic = Traffic {
            statements,
            ..Traffic::default()
        };
        let found = untransacted_writes(&traffic);
        let found: Vec<_> = found
            .iter()
            .map(|shape| (shape.fingerprint(), shape.count()))
            .collect();
        assert_eq!(found, expected);
    }

    const INSERT: &str = "INSERT INTO a VALUES ($1)";
    const UPDATE: &str = "UPDATE b SET c = $1";

    #[test]
    fn writes_that_are_each_a_transaction_are_found() {
        check(
            vec![query(INSERT, 1, false), query(UPDATE, 2, false)],
            &[("INSERT INTO a VALUES (...)", 1), (UPDATE, 1)],
        );
        let delete = "WITH x AS (DELETE FROM a RETURNING 1) SELECT * FROM x";
        check(
            vec![query(delete, 1, false), query(delete, 2, false)],
            &[("WITH x AS (DELETE FROM a RETURNING ?) SELECT * FROM x", 2)],
        );
    }

    #[test]
    fn one_write_and_writes_of_one_transaction_are_none() {
        check(
            vec![query(INSERT, 1, false), query("SELECT 1", 2, false)],
            &[],
        );
        check(vec![query(INSERT, 1, true), query(UPDATE, 1, true)], &[]);
        check(vec![query(INSERT, 1, false), query(UPDATE, 1, false)], &[]);
        check(vec![query(INSERT, 1, true), query(UPDATE, 2, true)], &[]);
        check(vec![query(INSERT, 1, true), query(UPDATE, 2, false)], &[]);
    }

    #[test]
    fn what_is_taken_away_is_counted_by_transactions() {
        let on = |connection| Query {
            connection,
            ..query("SELECT a FROM t", 1, true)
        };
        let traffic = Traffic {
            statements: vec![on(1), on(2)],
            open_transactions: vec![1, 2, 9],
            ..Traffic::default()
        };
        let mut found = open_transactions(&traffic);
        assert_eq!((found.count, found.shapes.len()), (3, 1));
        found.retain(|_| false);
        assert_eq!((found.count, found.shapes.len()), (1, 0));
    }

    #[test]
    fn one_write_that_is_left_of_several_is_none() {
        let traffic = Traffic {
            statements: vec![query(INSERT, 1, false), query(UPDATE, 2, false)],
            ..Traffic::default()
        };
        let mut found = Defect::UntransactedWrites.find(&traffic);
        assert_eq!(found.count, 2);
        found.retain(|shape| shape.fingerprint() == UPDATE);
        assert_eq!((found.count, found.shapes.len()), (0, 0));
    }

    #[test]
    fn an_open_transaction_is_told_with_its_last_query() {
        let traffic = Traffic {
            statements: vec![
                query("SELECT a FROM t", 1, true),
                query("SELECT b FROM t", 1, true),
                query("SELECT c FROM t", 2, false),
            ],
            open_transactions: vec![1, 9],
            ..Traffic::default()
        };
        let found = open_transactions(&traffic);
        assert_eq!(found.count, 2);
        let last: Vec<_> = found.shapes.iter().map(Shape::fingerprint).collect();
        assert_eq!(last, ["SELECT b FROM t"]);
    }
}
