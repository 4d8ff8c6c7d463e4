//! Filling large tables fast: rows of the program's by a binary `COPY`, or rows that the server makes.

mod copy;
mod error;
mod generate;
mod row;
mod table;

pub(super) use copy::copy;
pub use error::SeedError;
pub(super) use generate::generate;
pub use row::CopyRow;
pub use table::Table;
pub(super) use table::quoted;
