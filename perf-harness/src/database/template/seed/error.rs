//! Why a table could not be filled.

use super::table::Table;
use crate::postgres::cause;

/// Why [`TemplateDb::copy`](crate::TemplateDb::copy) or [`generate`](crate::TemplateDb::generate) could not fill a
/// table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// A column has another type than the rows give. A `COPY` converts nothing.
    #[error(
        "column `{column}` of `{table}` is {column_type}, and the rows give {row_type} (`{rust_type}`)"
    )]
    Mismatch {
        /// The table.
        table: String,
        /// Its column.
        column: String,
        /// The column's type, as SQL names it.
        column_type: String,
        /// What the rows' values are, as SQL names it.
        row_type: String,
        /// The values' type in Rust.
        rust_type: &'static str,
    },
    /// A value could not be encoded.
    #[error("row {row} for `{table}`, column `{column}`: {cause}")]
    Value {
        /// The table.
        table: String,
        /// Its column.
        column: String,
        /// The row, from 1.
        row: u64,
        /// What the encoder said.
        cause: String,
    },
    /// The server refused.
    #[error("filling `{table}`: {}", cause(.source))]
    Refused {
        /// The table.
        table: String,
        /// What it said.
        source: sqlx::Error,
    },
    /// The server could not be reached.
    #[error("{}", cause(.0))]
    Connection(#[from] sqlx::Error),
}

impl SeedError {
    pub(super) fn refused(table: &Table) -> impl Fn(sqlx::Error) -> Self {
        move |source| Self::Refused {
            table: table.to_string(),
            source,
        }
    }
}

/// So that `?` works in functions that return sqlx's error.
impl From<SeedError> for sqlx::Error {
    fn from(error: SeedError) -> Self {
        match error {
            SeedError::Refused { source, .. } | SeedError::Connection(source) => source,
            other => Self::Encode(Box::new(other)),
        }
    }
}
