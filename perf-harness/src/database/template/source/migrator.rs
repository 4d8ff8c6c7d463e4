//! A sea-orm migrator.

use std::any::type_name;
use std::marker::PhantomData;

use sea_orm_migration::MigratorTrait;

use super::{Filling, Known, Source};
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::{BoxError, LayerError};

pub(in crate::database::template) struct Migrator<M>(PhantomData<M>);

impl<M> Migrator<M> {
    pub(in crate::database::template) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<M: MigratorTrait + 'static> Source for Migrator<M> {
    fn label(&self) -> String {
        format!("migrator {}", type_name::<M>())
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        for migration in M::migrations() {
            digest.add(migration.name());
        }
        Ok(Known::Build)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move {
            let db = db.connection();
            // One by one: an error does not say of which migration it is.
            for migration in M::get_pending_migrations(&db).await? {
                let applied = M::up(&db, Some(1)).await;
                applied.map_err(|error| {
                    LayerError::new(format!("migration {}", migration.name()), error)
                })?;
            }
            Ok(())
        })
    }
}
