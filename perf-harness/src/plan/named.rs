//! What a name that a user wrote stands for in a database. A name that stands for nothing is an error with what was meant.

use super::catalog::{Catalog, Index, Table};
use crate::error::SetupError;

/// The one table of a name, with or without its schema.
pub(crate) fn the_table<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Table, SetupError> {
    let found = catalog.tables_called(name).collect();
    let known = catalog.tables.iter().map(Table::full_name);
    the_one("table", name, found, Table::full_name, known)
}

/// The one index of a name, with or without its schema.
pub(crate) fn the_index<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Index, SetupError> {
    let found = catalog.indexes_called(name).collect();
    let known = catalog.indexes.iter().map(Index::full_name);
    the_one("index", name, found, Index::full_name, known)
}

fn the_one<'c, T>(
    what: &'static str,
    name: &str,
    found: Vec<&'c T>,
    full_name: impl Fn(&T) -> String,
    known: impl Iterator<Item = String>,
) -> Result<&'c T, SetupError> {
    match found[..] {
        [one] => Ok(one),
        [] => Err(SetupError::no_such(what, name, known.collect())),
        _ => Err(SetupError::Ambiguous {
            what,
            name: name.to_owned(),
            candidates: found.into_iter().map(full_name).collect(),
        }),
    }
}
