//! The *loose* fingerprint: what a query is about, without what it asks for. `SELECT ... FROM users WHERE ...`.
//!
//! The text is that of the crate `sql-fingerprint`, which Django's `inline-snapshot-django` writes too, so that the lists
//! of both can be compared. The crate itself cannot be a dependency: it takes any `sqlparser`, and compiles with 0.62 only.
//! `rules` is a port of it, `rest` is where this one goes further:
//!
//! - values, cursors and the width of lists that the crate leaves in a text become `...`;
//! - a savepoint whose name is taken again gets a number of its own, and connections have savepoints of their own;
//! - what the parser cannot read has its strict fingerprint, where the crate gives it back with its literals.
//!
//! Nothing here runs while a program is recorded: it is for those who ask.

mod rest;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::ControlFlow;

use sqlparser::ast::{Statement, VisitMut, VisitorMut};

use super::fingerprint::strict;
use super::parser::{self, on_a_deep_stack};
use rest::Rest;
use rules::{Rules, Savepoints};

/// Version of the rules, those of the parser's printing included. It stands in every file that keeps fingerprints.
pub(crate) const VERSION: u32 = 1;

/// The loose fingerprints of statements in the order sent, each with its connection.
///
/// Savepoints are numbered over all of them: a program's names are often random.
pub(crate) fn loose(statements: &[(u64, &str)]) -> Vec<String> {
    let read = || {
        let mut savepoints: HashMap<u64, Savepoints> = HashMap::new();
        let mut taken = 0;
        let mut one = |(connection, sql): &(u64, &str)| {
            let named = savepoints.entry(*connection).or_default();
            fingerprint(sql, named, &mut taken)
        };
        statements.iter().map(&mut one).collect()
    };
    on_a_deep_stack(read).unwrap_or_else(|| statements.iter().map(|(_, sql)| strict(sql)).collect())
}

fn fingerprint(sql: &str, savepoints: &mut Savepoints, taken: &mut usize) -> String {
    let Some(mut statements) = parser::statements(sql) else {
        return strict(sql);
    };
    let mut rules = Rules { savepoints, taken };
    for statement in &mut statements {
        visited(statement, &mut rules);
        visited(statement, &mut Rest);
    }
    let texts: Vec<String> = statements.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

fn visited(statement: &mut Statement, visitor: &mut impl VisitorMut<Break = ()>) {
    let ControlFlow::Continue(()) = statement.visit(visitor) else {
        unreachable!("no visitor here ends early");
    };
}
