//! What a statement does, and to which tables: read by a parser, and by the scanner where the parser cannot.
//!
//! Nothing of this happens while statements pass: it is found when somebody asks.

mod kind;
mod parsed;
mod scanned;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use kind::Kind;
pub(super) use scanned::tables;

/// One statement, as far as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) kind: Kind,
    /// It can change rows: an `INSERT`, `UPDATE`, `DELETE`, `MERGE` or `TRUNCATE`, also within a `WITH`, or a `COPY .. FROM`.
    pub(crate) writes: bool,
    /// In the order they first appear, as the server knows them: folded to lower case unless quoted, with the schema
    /// where one was written.
    pub(crate) tables: Vec<String>,
}

/// How many shapes are remembered.
const MOST_SHAPES: usize = 10_000;

impl Statement {
    pub(crate) fn of(sql: &str) -> Self {
        parsed::read(sql).unwrap_or_else(|| scanned::read(sql))
    }

    /// Read once for all texts of one shape: they differ in what is not looked at.
    pub(crate) fn of_shape(fingerprint: String, sql: &str) -> Arc<Self> {
        static KNOWN: Mutex<Option<HashMap<String, Arc<Statement>>>> = Mutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if known.len() >= MOST_SHAPES {
            known.clear();
        }
        let found = known
            .entry(fingerprint)
            .or_insert_with(|| Arc::new(Self::of(sql)));
        Arc::clone(found)
    }

    /// Is this one of its tables? A name without a schema stands for a table of any.
    pub(crate) fn names_table(&self, name: &str) -> bool {
        let is_it = |table: &String| {
            table == name || table.rsplit_once('.').is_some_and(|(_, last)| last == name)
        };
        self.tables.iter().any(is_it)
    }
}

/// Keeps each table once.
fn add(tables: &mut Vec<String>, name: String) {
    if !tables.contains(&name) {
        tables.push(name);
    }
}
