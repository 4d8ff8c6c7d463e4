//! sqlx's own migrations.

use sqlx::migrate::{MigrateError, Migration, Migrator};

use super::{Filling, Known, Source};
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::{BoxError, ScriptError};

pub(in crate::database::template) struct Migrations(pub(in crate::database::template) Migrator);

impl Source for Migrations {
    fn label(&self) -> String {
        "sqlx migrations".to_owned()
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        digest.add(self.0.table_name.as_bytes());
        for schema in self.0.create_schemas.iter() {
            digest.add(schema.as_bytes());
        }
        for migration in self.0.iter().filter(|migration| is_up(migration)) {
            digest.add(migration.version.to_le_bytes());
            digest.add(migration.description.as_bytes());
            digest.add([u8::from(migration.no_tx)]);
            digest.add(&migration.checksum);
        }
        Ok(Known::Content)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move {
            let mut connection = db.connect().await?;
            let run = self.0.run(&mut connection).await;
            run.map_err(|error| self.told(error))
        })
    }
}

impl Migrations {
    /// The error with the migration's name and line, where it is one of a migration.
    fn told(&self, error: MigrateError) -> BoxError {
        match error {
            MigrateError::ExecuteMigration(error, version) => match self.find(version) {
                Some(migration) => {
                    let place = format!("migration {version} ({})", migration.description);
                    ScriptError::at_position(place, migration.sql.as_str(), error).into()
                }
                None => error.into(),
            },
            MigrateError::Execute(error) => error.into(),
            other => other.into(),
        }
    }

    fn find(&self, version: i64) -> Option<&Migration> {
        let mut up = self.0.iter().filter(|migration| is_up(migration));
        up.find(|migration| migration.version == version)
    }
}

fn is_up(migration: &Migration) -> bool {
    !migration.migration_type.is_down_migration()
}
