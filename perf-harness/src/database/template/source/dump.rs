//! What `pg_dump` wrote.

use std::path::{Path, PathBuf};

use super::program::Program;
use super::sql::within;
use super::{Filling, Known, Source};
use crate::config;
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::BoxError;
use crate::database::template::files;
use crate::database::template::script::{Rules, Script};

pub(in crate::database::template) struct Dump(pub(in crate::database::template) PathBuf);

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Plain,
    /// Custom, tar, or a directory: `pg_restore` reads them.
    Archive,
    Compressed,
}

impl Source for Dump {
    fn label(&self) -> String {
        format!("dump {}", self.0.display())
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        if self.0.is_dir() {
            files::add(digest, &self.0, "**")?;
        } else if self.0.is_file() {
            digest.add(files::read(&self.0)?);
        } else {
            return Err(format!("there is no `{}`{}", self.0.display(), within()).into());
        }
        Ok(Known::Content)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move {
            if self.0.is_dir() {
                return restore(&self.0, &db).await;
            }
            let text = files::read(&self.0)?;
            match format(&text) {
                Format::Plain => {
                    let mut connection = db.connect().await?;
                    let script = Script::new(&self.0, &text);
                    Ok(script.run(&mut connection, Rules::Dump).await?)
                }
                Format::Archive => restore(&self.0, &db).await,
                Format::Compressed => Err(format!(
                    "{} is compressed as a whole: unpack it, or dump with `pg_dump --format=custom`",
                    self.0.display()
                )
                .into()),
            }
        })
    }
}

fn format(start: &[u8]) -> Format {
    if start.starts_with(b"PGDMP") || start.starts_with(b"toc.dat") {
        Format::Archive
    } else if [
        &[0x1f, 0x8b][..],
        b"\x28\xb5\x2f\xfd",
        b"BZh",
        b"\x04\x22\x4d\x18",
    ]
    .iter()
    .any(|magic| start.starts_with(magic))
    {
        Format::Compressed
    } else {
        Format::Plain
    }
}

async fn restore(dump: &Path, db: &TemplateDb) -> Result<(), BoxError> {
    let Some(program) = find(db).await else {
        return Err(format!(
            "{} needs pg_restore, which is neither beside the server's programs nor in PATH: install the client \
             programs (Debian, Ubuntu: apt-get install postgresql-client), or dump with `pg_dump --format=plain`",
            dump.display()
        )
        .into());
    };
    let arguments = [
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--dbname",
    ];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
    arguments.push(db.name().to_owned());
    arguments.push(dump.to_string_lossy().into_owned());
    let program = Program {
        name: program.to_string_lossy().into_owned(),
        arguments,
        directory: None,
    };
    let restored = program.run(db).await;
    restored.map_err(|error| format!("pg_restore: {error}").into())
}

/// The one of the server's own version reads what newer ones wrote no better, but asks nothing of it that it lacks.
async fn find(db: &TemplateDb) -> Option<PathBuf> {
    let beside = server_programs(db).await.into_iter();
    let mut places = beside.chain(config::path());
    places.find_map(|place| Some(place.join("pg_restore")).filter(|program| program.is_file()))
}

/// Where the server's programs are, if it says so and is on this machine.
async fn server_programs(db: &TemplateDb) -> Option<PathBuf> {
    let mut connection = db.connect().await.ok()?;
    let place: String = sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        .fetch_one(&mut connection)
        .await
        .ok()?;
    Some(PathBuf::from(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        assert_eq!(format(b"PGDMP\x01\x0e"), Format::Archive);
        assert_eq!(format(b"toc.dat\0\0"), Format::Archive);
        assert_eq!(format(b"\x1f\x8b\x08\x00"), Format::Compressed);
        assert_eq!(format(b"--\n-- PostgreSQL database dump"), Format::Plain);
    }
}
