//! The schema, statement by statement as Django 5.2 makes it (its `sqlmigrate`), names of constraints and
//! indexes included: a database that Django made and one that these made cannot be told apart.
//!
//! Raw SQL on purpose: a builder would name and order things in its own way.
#![expect(
    elided_lifetimes_in_paths,
    reason = "async_trait wants the signatures as `MigrationTrait` has them"
)]

mod m20260101_000001_auth_user;
mod m20260101_000002_profiles;
mod m20260101_000003_articles;
mod m20260101_000004_article_indexes;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first: what `manage.py migrate` would run.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_auth_user::Migration),
            Box::new(m20260101_000002_profiles::Migration),
            Box::new(m20260101_000003_articles::Migration),
            Box::new(m20260101_000004_article_indexes::Migration),
        ]
    }
}
