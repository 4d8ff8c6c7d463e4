//! How a table is reached, in words.

use super::super::number::grouped;
use crate::budget::rounded;
use crate::plan::{Access, Reach, Table};

/// `all of articles is read: 1,000,000 rows, for 2,000`
pub(super) fn reached(reach: &Reach<'_>) -> String {
    let table = &reach.table.name;
    let index = reach.indexes.first().map(|index| index.name.as_str());
    let how = match (reach.access, index) {
        (Access::Seek, Some(index)) => format!("{table} is reached by a seek in {index}"),
        (Access::Seek, None) => format!("{table} is reached by its rows' addresses"),
        (Access::Bounded, Some(index)) => format!("{table} is read through {index} up to a limit"),
        (Access::Bounded, None) => format!("{table} is read from its first block up to a limit"),
        (Access::Pieces, Some(index)) => {
            format!(
                "all of {table} is read by seeks in {index}, one for each row that it is joined with"
            )
        }
        (Access::IndexWalk, Some(index)) => {
            format!("all of {table} is read through {index}, in which nothing is looked up")
        }
        (Access::SequentialScan, _) => {
            format!("all of {table} is read, from its first block to its last")
        }
        (Access::Tiny, _) => format!("{table} is read whole: it has {}", pages(reach.table)),
        _ => format!("{table} is read in another way"),
    };
    format!("{how}{}", rows(reach))
}

fn pages(table: &Table) -> String {
    match table.pages {
        1 => "one block".to_owned(),
        pages => format!("{pages} blocks"),
    }
}

/// How many rows are looked at, and how many are of use.
fn rows(reach: &Reach<'_>) -> String {
    let node = reach.node;
    if !reach.access.is_full() || reach.access == Access::Pieces {
        return String::new();
    }
    match node.actual() {
        Some(actual) => format!(
            ": {} rows, for {}",
            grouped(rounded(node.rows_examined().unwrap_or_default())),
            grouped(rounded(actual.rows * actual.loops))
        ),
        None => format!(
            ": {} rows, for {}",
            grouped(rounded(reach.table.rows.max(0.0))),
            grouped(rounded(node.estimate().rows))
        ),
    }
}
