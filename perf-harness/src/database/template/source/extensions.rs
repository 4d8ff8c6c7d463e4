//! Extensions that a schema expects to be there.

use sqlx::AssertSqlSafe;

use super::{Filling, Known, Source};
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::BoxError;
use crate::database::template::seed::quoted;

pub(in crate::database::template) struct Extensions(pub(in crate::database::template) Vec<String>);

impl Source for Extensions {
    fn label(&self) -> String {
        format!("extensions {}", self.0.join(", "))
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        self.0.iter().for_each(|name| digest.add(name));
        Ok(Known::Content)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move {
            let mut connection = db.connect().await?;
            for name in &self.0 {
                let statement = format!("CREATE EXTENSION IF NOT EXISTS {} CASCADE", quoted(name));
                sqlx::raw_sql(AssertSqlSafe(statement))
                    .execute(&mut connection)
                    .await?;
            }
            Ok(())
        })
    }
}
