//! One database per test: a template that is migrated and seeded once, a clone for each test, and the clean-up.
//!
//! All SQL of the harness's own goes to the server directly: it never enters a recording.

mod admin;
mod background;
mod catalog;
pub(crate) mod census;
mod clone;
mod keeper;
mod kept;
mod name;
mod plans;
pub(crate) mod pool;
mod ready;
mod scratch;
mod sent;
mod sessions;
mod settings;
mod shared;
mod template;

pub(crate) use background::{in_background_blocking, in_background_turn, in_background_waiting};
pub(crate) use clone::Database;
pub(crate) use plans::Plans;
pub use scratch::ScratchDb;
pub(crate) use sessions::{Busy, Sessions};
pub use template::{
    BoxError, CopyRow, IntoTemplate, SeedError, Table, Template, TemplateDb, TemplateOutput,
};
