//! What a layer can be made from: each source says what it is known by, and fills a database.

mod command;
mod dump;
mod extensions;
#[cfg(feature = "sqlx")]
mod migrations;
#[cfg(feature = "sea-orm-migration")]
mod migrator;
mod program;
mod sql;

use std::pin::Pin;

use super::db::TemplateDb;
use super::digest::Digest;
use super::failure::BoxError;

pub(super) use command::Command;
pub(super) use dump::Dump;
pub(super) use extensions::Extensions;
#[cfg(feature = "sqlx")]
pub(super) use migrations::Migrations;
#[cfg(feature = "sea-orm-migration")]
pub(super) use migrator::Migrator;
pub(super) use sql::Sql;

pub(super) type Filling = Pin<Box<dyn Future<Output = Result<(), BoxError>>>>;

/// One way to fill a database.
pub(super) trait Source {
    /// What it is called, for a person: `SQL of migrations`. The same in every build.
    fn label(&self) -> String;

    /// Adds all that it is made from to the digest, and says what else it is known by.
    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError>;

    /// Runs on the test's own runtime.
    fn fill(self: Box<Self>, db: TemplateDb) -> Filling;
}

/// What tells one version of a layer from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// What was added to the digest is all.
    Content,
    /// It is code of the test program.
    Build,
    /// Only the user knows what it reads. Where that is not said, each build of the program does it again.
    Reads,
}
