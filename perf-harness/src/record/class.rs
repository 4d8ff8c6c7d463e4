//! What a statement is: the program's own query, transaction control, or a driver's look-up for itself.

use super::sql::{Token, tokens};

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
        let mut words = tokens(sql);
        let (Some(first), second) = (words.next(), words.next()) else {
            return Self::Query;
        };
        if is_transaction_control(first, second) {
            Self::TransactionControl
        } else if first_on_connection && is_setting(first) || is_catalog_lookup(sql) {
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

/// What drivers send to a new connection.
fn is_setting(first: Token<'_>) -> bool {
    first.is("SET") || first.is("SHOW") || first.is("RESET")
}

/// Catalogs that drivers read to learn about types. A query on nothing else is theirs.
const TYPE_CATALOGS: [&str; 4] = ["pg_type", "pg_enum", "pg_range", "pg_attribute"];
/// Catalogs that they join to those.
const JOINED_CATALOGS: [&str; 3] = ["pg_namespace", "pg_class", "pg_collation"];

/// Reads it relations, all of them catalogs and one of them a type catalog?
fn is_catalog_lookup(sql: &str) -> bool {
    if !sql.contains("pg_") {
        return false;
    }
    let relations = relations(sql);
    let among = |catalogs: &[&str], name: &str| catalogs.contains(&name);
    relations.iter().any(|name| among(&TYPE_CATALOGS, name))
        && relations
            .iter()
            .all(|name| among(&TYPE_CATALOGS, name) || among(&JOINED_CATALOGS, name))
}

/// The names after `FROM` and `JOIN`, without schema. Sub-queries have a `FROM` of their own.
fn relations(sql: &str) -> Vec<&str> {
    let all: Vec<Token<'_>> = tokens(sql).collect();
    let mut found = Vec::new();
    for (at, token) in all.iter().enumerate() {
        if token.is("FROM") || token.is("JOIN") {
            relation_list(&all[at + 1..], &mut found);
        }
    }
    found
}

/// One relation or several with commas between them: `pg_type t, pg_enum AS e`.
fn relation_list<'a>(mut rest: &[Token<'a>], found: &mut Vec<&'a str>) {
    while let Some(name) = rest.first().and_then(Token::name) {
        let qualified = rest.get(1).is_some_and(|token| token.is_symbol("."));
        let last = if qualified { rest.get(2) } else { rest.first() };
        found.push(last.and_then(Token::name).unwrap_or(name));
        rest = &rest[if qualified { 3.min(rest.len()) } else { 1 }..];
        let alias = rest
            .iter()
            .take_while(|token| token.name().is_some())
            .count();
        match rest.get(alias.min(2)) {
            Some(token) if token.is_symbol(",") => rest = &rest[alias.min(2) + 1..],
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            check(sql, Class::Driver);
        }
    }

    #[test]
    fn a_lookup_that_reads_a_table_of_the_user_is_a_query() {
        check("SELECT * FROM pg_type, orders", Class::Query);
        check("SELECT * FROM orders JOIN pg_enum ON true", Class::Query);
        check("SELECT 'FROM pg_type'", Class::Query);
        check("SELECT count(*) FROM pg_class", Class::Query);
    }

    #[test]
    fn settings_belong_to_the_driver_only_when_it_connects() {
        assert_eq!(Class::of("SET TIME ZONE 'UTC'", true), Class::Driver);
        assert_eq!(Class::of("SET TIME ZONE 'UTC'", false), Class::Query);
        assert_eq!(Class::of("SELECT 1", true), Class::Query);
    }
}
