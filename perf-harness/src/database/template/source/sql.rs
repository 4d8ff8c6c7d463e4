//! A folder of SQL files, or one.

use std::path::{Path, PathBuf};

use super::{Filling, Known, Source};
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::BoxError;
use crate::database::template::files;
use crate::database::template::script::{Rules, Script};

pub(in crate::database::template) struct Sql(pub(in crate::database::template) PathBuf);

impl Source for Sql {
    fn label(&self) -> String {
        format!("SQL of {}", self.0.display())
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        for file in self.files()? {
            digest.add(file.file_name().unwrap_or_default().as_encoded_bytes());
            digest.add(files::read(&file)?);
        }
        Ok(Known::Content)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move {
            let mut connection = db.connect().await?;
            for file in self.files()? {
                let text = files::read(&file)?;
                let script = Script::new(&file, &text);
                script.run(&mut connection, Rules::Strict).await?;
            }
            Ok(())
        })
    }
}

impl Sql {
    fn files(&self) -> Result<Vec<PathBuf>, BoxError> {
        if self.0.is_file() {
            return Ok(vec![self.0.clone()]);
        }
        if !self.0.is_dir() {
            return Err(format!("there is no `{}`{}", self.0.display(), within()).into());
        }
        let names = files::names(&self.0)?;
        let found: Vec<PathBuf> = names
            .iter()
            .filter(|name| runs(name))
            .map(|name| self.0.join(name))
            .collect();
        if found.is_empty() {
            return Err(format!("`{}` holds no .sql file{}", self.0.display(), within()).into());
        }
        Ok(found)
    }
}

/// Migrations down have the same names as those up, but for this ending.
fn runs(name: &str) -> bool {
    let is_sql = Path::new(name)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
    is_sql && !name.to_ascii_lowercase().ends_with(".down.sql")
}

/// Where relative paths begin.
pub(super) fn within() -> String {
    std::env::current_dir().map_or_else(
        |_| String::new(),
        |directory| format!(" (in {})", directory.display()),
    )
}
