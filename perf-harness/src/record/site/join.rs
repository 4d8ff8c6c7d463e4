//! Joins what drivers told of with what crossed the wire.

use std::collections::{HashMap, VecDeque};

use super::stack::{Sighting, Stack};
use crate::record::Query;
use crate::record::sql::statements;

/// Notes with each query who sent it. Of equal texts the first that was told of is taken for the first that was sent: where
/// requests overlap it can be another's of the same text.
pub(crate) fn join(queries: &mut [Query], sightings: &[Sighting]) {
    let mut told: HashMap<&str, VecDeque<&Stack>> = HashMap::new();
    for sighting in sightings {
        told.entry(statement(&sighting.sql))
            .or_default()
            .push_back(&sighting.stack);
    }
    if told.is_empty() {
        return;
    }
    for query in queries {
        let next = told
            .get_mut(statement(&query.sql))
            .and_then(VecDeque::pop_front);
        query.stack = next.cloned();
    }
}

/// The text without what stands around it: drivers tell of the comments before a statement and the semicolon after it, and
/// a simple query is split into statements without them.
fn statement(sql: &str) -> &str {
    match statements(sql)[..] {
        [one] => one,
        _ => sql.trim(),
    }
}
