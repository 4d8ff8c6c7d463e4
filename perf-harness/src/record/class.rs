//! What a statement is: the program's own query, transaction control, or a driver's look-up for itself.

use super::sql::{Token, tokens};
use super::statement::tables;

/// The class of a statement. Only [`Class::Query`] is ever held against a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Class {
    /// A statement that the program asked for.
    Query,
    /// `BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`, `RELEASE`, however they are sent.
    TransactionControl,
    /// A catalog look-up that a driver makes for itself, or its settings when it connects.
    Driver,
}

impl Class {
    /// The class of one statement. `first_on_connection` says that no query was sent before it.
    pub(crate) fn of(sql: &str, first_on_connection: bool) -> Self {
        let head: Vec<Token<'_>> = tokens(sql).take(4).collect();
        let Some(first) = head.first() else {
            return Self::Query;
        };
        if is_transaction_control(*first, head.get(1).copied()) {
            Self::TransactionControl
        } else if first_on_connection && is_setting(&head)
            || first.is("DEALLOCATE")
            || is_catalog_lookup(*first, sql)
        {
            Self::Driver
        } else {
            Self::Query
        }
    }
}

fn is_transaction_control(first: Token<'_>, second: Option<Token<'_>>) -> bool {
    const ALONE: [&str; 7] = [
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
    ];
    const BEFORE_TRANSACTION: [&str; 3] = ["START", "PREPARE", "SET"];
    let about_transaction = second.is_some_and(|token| token.is("TRANSACTION"));
    ALONE.iter().any(|word| first.is(word))
        || about_transaction && BEFORE_TRANSACTION.iter().any(|word| first.is(word))
}

/// What drivers send to a new connection. `SET LOCAL` is of a transaction, so of the program.
fn is_setting(head: &[Token<'_>]) -> bool {
    let is = |at: usize, word: &str| head.get(at).is_some_and(|token| token.is(word));
    let name = if is(1, "pg_catalog") { 3 } else { 1 };
    is(0, "SET") && !is(1, "LOCAL")
        || is(0, "SHOW")
        || is(0, "RESET")
        || is(0, "SELECT") && is(name, "set_config")
}

/// Catalogs that drivers read to learn about types. A query on nothing else is theirs.
const TYPE_CATALOGS: [&str; 4] = ["pg_type", "pg_enum", "pg_range", "pg_attribute"];
/// Catalogs that they join to those.
const JOINED_CATALOGS: [&str; 3] = ["pg_namespace", "pg_class", "pg_collation"];

/// Only reads, and reads relations that are all catalogs, one of them a type catalog?
fn is_catalog_lookup(first: Token<'_>, sql: &str) -> bool {
    const WRITES: [&str; 5] = ["INTO", "UPDATE", "DELETE", "MERGE", "LOCK"];
    if !sql.contains("pg_") || !(first.is("SELECT") || first.is("WITH")) {
        return false;
    }
    let all: Vec<Token<'_>> = tokens(sql).collect();
    if all
        .iter()
        .any(|token| WRITES.iter().any(|word| token.is(word)))
    {
        return false;
    }
    let read = tables(&all);
    let among = |catalogs: &[&str], table: &String| {
        let name = table
            .rsplit_once('.')
            .map_or(table.as_str(), |(_, name)| name);
        catalogs.contains(&name)
    };
    read.iter().any(|table| among(&TYPE_CATALOGS, table))
        && read
            .iter()
            .all(|table| among(&TYPE_CATALOGS, table) || among(&JOINED_CATALOGS, table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::noise::Noise;

    fn check(sql: &str, expected: Class) {
        assert_eq!(Class::of(sql, false), expected, "{sql}");
    }

    #[test]
    fn transaction_control_is_known_however_it_is_written() {
        for sql in [
            "BEGIN",
            "begin isolation level serializable",
            "/* app:orders */ COMMIT",
            "-- done\nROLLBACK TO SAVEPOINT a",
            "START TRANSACTION READ ONLY",
            "SAVEPOINT _sqlx_savepoint_1",
            "RELEASE SAVEPOINT _sqlx_savepoint_1",
            "PREPARE TRANSACTION 'x'",
            "SET TRANSACTION READ ONLY",
            "END",
        ] {
            check(sql, Class::TransactionControl);
        }
    }

    #[test]
    fn a_query_is_not_judged_by_its_first_word_alone() {
        for sql in [
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "/* BEGIN */ SELECT 1",
            "SELECT 'COMMIT'",
            "PREPARE a AS SELECT 1",
            "SET search_path = x",
            "SELECT * FROM orders FOR UPDATE",
            "(SELECT 1) UNION (SELECT 2)",
        ] {
            check(sql, Class::Query);
        }
    }

    #[test]
    fn type_lookups_belong_to_the_driver() {
        for sql in [
            "SELECT t.typname FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid",
            "SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = $1",
            "SELECT * FROM \"pg_type\" AS t, pg_namespace n WHERE t.oid = 1",
            "SELECT x FROM (SELECT a FROM (VALUES (1)) b) l INNER JOIN pg_catalog.pg_attribute ON true GROUP BY x",
            "WITH RECURSIVE tree(oid, kind) AS (SELECT oid, typtype FROM pg_type UNION ALL \
             SELECT t.oid, kind FROM pg_type t, tree WHERE tree.oid = t.typelem) SELECT * FROM tree",
            "WITH a AS (SELECT oid FROM pg_type) SELECT * FROM a",
        ] {
            check(sql, Class::Driver);
        }
    }

    #[test]
    fn a_lookup_that_reads_a_table_of_the_user_is_a_query() {
        check("SELECT * FROM pg_type, orders", Class::Query);
        check("SELECT * FROM orders JOIN pg_enum ON true", Class::Query);
        check(
            "SELECT * FROM (SELECT oid FROM pg_type) a, orders",
            Class::Query,
        );
        check(
            "SELECT * FROM pg_type t (a, b), public.orders",
            Class::Query,
        );
        check("SELECT 'FROM pg_type'", Class::Query);
        check("SELECT count(*) FROM pg_class", Class::Query);
        check(
            "WITH a AS (SELECT * FROM orders) SELECT * FROM a, pg_type",
            Class::Query,
        );
    }

    #[test]
    fn a_lookup_that_writes_is_a_query() {
        for sql in [
            "INSERT INTO orders SELECT oid FROM pg_type",
            "UPDATE orders SET a = (SELECT count(*) FROM pg_enum)",
            "WITH a AS (SELECT oid FROM pg_type) INSERT INTO orders SELECT 1",
            "WITH a AS (DELETE FROM pg_enum RETURNING 1) SELECT * FROM pg_type",
            "SELECT oid INTO types FROM pg_type",
            "CREATE TABLE types AS SELECT * FROM pg_type",
        ] {
            check(sql, Class::Query);
        }
    }

    #[test]
    fn a_driver_that_forgets_its_statements_does_so_for_itself() {
        check("DEALLOCATE ALL", Class::Driver);
        check("deallocate \"_pg3_0\"", Class::Driver);
    }

    #[test]
    fn any_text_has_a_class() {
        let mut noise = Noise::new(3);
        for parts in (0..40).cycle().take(5_000) {
            Class::of(&noise.sql(parts), true);
            Class::of(&format!("WITH {} FROM pg_type", noise.sql(parts)), false);
        }
    }

    #[test]
    fn settings_belong_to_the_driver_only_when_it_connects() {
        assert_eq!(Class::of("SET TIME ZONE 'UTC'", true), Class::Driver);
        assert_eq!(Class::of("SET TIME ZONE 'UTC'", false), Class::Query);
        assert_eq!(Class::of("SELECT 1", true), Class::Query);
        assert_eq!(Class::of("SET LOCAL app.tenant = 7", true), Class::Query);
        for sql in [
            "SELECT set_config('TimeZone', $1, false)",
            "SELECT pg_catalog.set_config('search_path', '', false)",
        ] {
            assert_eq!(Class::of(sql, true), Class::Driver, "{sql}");
            assert_eq!(Class::of(sql, false), Class::Query, "{sql}");
        }
    }
}
