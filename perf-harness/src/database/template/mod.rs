//! Templates: databases that are migrated and seeded once, for all tests and processes.
//!
//! A template is an ordered list of layers, each a database of its own that begins as a copy of the one before. A
//! layer is known by what it is made from, so a changed seed does not migrate again.

mod claim;
mod db;
mod digest;
mod failure;
mod files;
mod function;
mod ground;
mod layers;
mod obtain;
mod plan;
mod script;
mod seed;
mod source;
mod stale;

pub use db::TemplateDb;
pub use failure::BoxError;
pub use function::{IntoTemplate, TemplateOutput};
pub use layers::Template;
pub use seed::{CopyRow, SeedError, Table};

pub(super) use obtain::obtain;
