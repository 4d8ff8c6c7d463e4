//! What a statement does, and to which tables: read by a parser, and by the scanner where the parser cannot.
//!
//! Nothing of this happens while statements pass: it is found when somebody asks.

mod kind;
mod parsed;
mod scanned;
#[cfg(test)]
mod tests;

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

impl Statement {
    pub(crate) fn of(sql: &str) -> Self {
        parsed::read(sql).unwrap_or_else(|| scanned::read(sql))
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
