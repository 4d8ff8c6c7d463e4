//! What a program sent, as a list of loose fingerprints: the facts of a snapshot.

use super::class::Class;
use super::loose::{VERSION, loose};
use super::query::Query;
use super::recording::Traffic;

impl Traffic {
    /// The loose fingerprints of all statements of the program, transaction control included, in the order sent: what
    /// `snapshot_queries` of Django's inline-snapshot-django lists. Driver queries are left out.
    ///
    /// Where statements ran beside each other their order is chance: from the first of them on the list is in the order of
    /// its texts.
    #[must_use]
    pub fn query_list(&self) -> Vec<String> {
        self.in_stable_order(self.listed())
    }

    /// The same, each with the functions that led to it, the innermost first, as far as they are known.
    #[must_use]
    pub fn query_list_with_call_sites(&self) -> Vec<String> {
        let statements = self.statements_of_the_program().zip(self.listed());
        let with_site = |(query, text): (&Query, String)| {
            let path = self.path(query)?;
            let functions: Vec<_> = path
                .frames
                .iter()
                .filter_map(|one| one.function())
                .collect();
            Some(format!("{text}  <- {}", functions.join(" <- ")))
        };
        let list = statements.map(|(query, text)| with_site((query, text.clone())).unwrap_or(text));
        self.in_stable_order(list.collect())
    }

    fn listed(&self) -> Vec<String> {
        let sent = self.statements_of_the_program();
        let sent: Vec<_> = sent.map(|query| (query.connection, query.sql())).collect();
        loose(&sent)
    }

    fn statements_of_the_program(&self) -> impl Iterator<Item = &Query> {
        self.statements
            .iter()
            .filter(|query| is_the_programs(query))
    }

    fn in_stable_order(&self, mut list: Vec<String>) -> Vec<String> {
        if let Some(from) = self.concurrent_from {
            let before = self.statements[..from].iter();
            let before = before.filter(|query| is_the_programs(query)).count();
            list[before..].sort();
        }
        list
    }
}

fn is_the_programs(query: &Query) -> bool {
    query.class != Class::Driver
}

impl Query {
    /// Version of the rules of loose fingerprints: with another one, lists that were kept may differ.
    pub const LOOSE_VERSION: u32 = VERSION;

    /// The loose fingerprint: what the statement is about, without what it asks for. The text is that of the crate
    /// `sql-fingerprint`, and so of Django's inline-snapshot-django.
    #[must_use]
    pub fn loose_fingerprint(&self) -> String {
        loose(&[(self.connection, self.sql())]).remove(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(class: Class, sql: &str) -> Query {
        Query {
            class,
            ..Query::of(sql, Vec::new())
        }
    }

    fn traffic(concurrent_from: Option<usize>) -> Traffic {
        let statements = [
            (Class::TransactionControl, "BEGIN"),
            (Class::Driver, "SELECT 1 FROM pg_type"),
            (Class::TransactionControl, "SAVEPOINT _sqlx_savepoint_1"),
            (Class::Query, "INSERT INTO b (c) VALUES ($1)"),
            (Class::Query, "DELETE FROM a WHERE b = 3"),
        ];
        let statements = statements.map(|(class, sql)| query(class, sql));
        Traffic {
            statements: statements.into(),
            concurrent_from,
            ..Traffic::default()
        }
    }

    #[test]
    fn all_that_the_program_sent_is_listed_in_its_order() {
        let expected = [
            "BEGIN",
            "SAVEPOINT s1",
            "INSERT INTO b (...) VALUES (...)",
            "DELETE FROM a WHERE ...",
        ];
        assert_eq!(traffic(None).query_list(), expected);
        // Without a witness no place is known.
        assert_eq!(traffic(None).query_list_with_call_sites(), expected);
    }

    #[test]
    fn what_ran_at_once_is_in_the_order_of_its_texts() {
        let list = traffic(Some(3)).query_list();
        assert_eq!(list[..2], ["BEGIN", "SAVEPOINT s1"]);
        assert_eq!(
            list[2..],
            [
                "DELETE FROM a WHERE ...",
                "INSERT INTO b (...) VALUES (...)"
            ]
        );
    }

    #[test]
    fn what_is_chosen_keeps_the_order_that_it_had() {
        let list = |from| {
            let chosen = traffic(from).choose(|query| query.class == Class::Query);
            chosen.query_list()
        };
        let sent = [
            "INSERT INTO b (...) VALUES (...)",
            "DELETE FROM a WHERE ...",
        ];
        assert_eq!(list(None), sent);
        assert_eq!(list(Some(4)), sent, "only the last one ran beside others");
        assert_eq!(list(Some(3)), [sent[1], sent[0]]);
    }

    #[test]
    fn a_query_alone_has_a_loose_fingerprint() {
        let fingerprint =
            query(Class::Query, "SELECT a FROM \"b\" WHERE c = 1").loose_fingerprint();
        assert_eq!(fingerprint, "SELECT ... FROM b WHERE ...");
    }
}
