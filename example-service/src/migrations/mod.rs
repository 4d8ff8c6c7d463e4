//! The schema, statement by statement as Django 5.2 makes it (its `sqlmigrate`), names of constraints and
//! indexes included: the tables of a database that Django made and of one that these made cannot be told apart.
//!
//! SQL files on purpose: a builder would name and order things in its own way.
#![expect(
    elided_lifetimes_in_paths,
    reason = "async_trait wants the signatures as `MigrationTrait` has them"
)]

use sea_orm_migration::prelude::*;

/// All migrations, oldest first: what `manage.py migrate` would run.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let boxed = |migration: &SqlMigration| Box::new(*migration) as Box<dyn MigrationTrait>;
        MIGRATIONS.iter().map(boxed).collect()
    }
}

/// The SQL of both directions, from the files of this name.
#[derive(Debug, Clone, Copy)]
struct SqlMigration {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! sql {
    ($name:literal) => {
        SqlMigration {
            name: $name,
            up: include_str!(concat!($name, ".up.sql")),
            down: include_str!(concat!($name, ".down.sql")),
        }
    };
}

const MIGRATIONS: &[SqlMigration] = &[
    sql!("m20260101_000001_auth"),
    sql!("m20260101_000002_tokens"),
    sql!("m20260101_000003_profiles"),
    sql!("m20260101_000004_articles"),
    sql!("m20260101_000005_article_search"),
    sql!("m20260101_000006_dashboard"),
    sql!("m20260101_000007_projects"),
    sql!("m20260101_000008_permissions"),
];

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.up).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.down)
            .await?;
        Ok(())
    }
}
