//! The query whose rows an N+1 goes through, as a line.

use super::sql_line::one_line;
use super::values::told_number;
use crate::record::{Shape, Traffic};

/// A fact where the values were found in a column, and a guess where only the numbers agree.
pub(super) fn parent_line(traffic: &Traffic, shape: &Shape<'_>) -> Option<String> {
    let parent = traffic.parent(shape)?;
    let text = one_line(&parent.query().fingerprint());
    Some(match parent.column() {
        Some((parameter, column)) => {
            let number = told_number(shape, parameter - 1);
            format!("${number} is column {column} of: {text}")
        }
        None => format!("likely for each row of: {text}"),
    })
}
