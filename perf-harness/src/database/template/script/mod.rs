//! SQL scripts: files as `psql` runs them, statement by statement, with the data of `COPY .. FROM stdin` in them.

mod lexer;
mod pieces;
mod rules;

use std::path::Path;

use sqlx::{AssertSqlSafe, PgConnection};

use super::failure::ScriptError;
use crate::progress::{self, Unit};

use self::pieces::{Piece, Pieces};
pub(super) use self::rules::Rules;

/// Data goes to the server in pieces of this size, and inserts together up to it.
const CHUNK: usize = 256 * 1024;

/// A file to run.
pub(super) struct Script<'t> {
    name: String,
    text: &'t [u8],
}

impl<'t> Script<'t> {
    pub(super) fn new(file: &Path, text: &'t [u8]) -> Self {
        Self {
            name: file.display().to_string(),
            // The mark that some editors write first.
            text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
        }
    }

    pub(super) async fn run(
        &self,
        connection: &mut PgConnection,
        rules: Rules,
    ) -> Result<(), ScriptError> {
        let total = u64::try_from(self.text.len()).ok();
        let progress = progress::begin(format!("running {}", self.name), Unit::Bytes, total);
        for piece in Pieces::of(self.text) {
            let piece = piece.map_err(|mistake| self.error(mistake.at, &mistake.what))?;
            if rules.passes_over(&piece) {
                continue;
            }
            match self.send(connection, &piece).await {
                Err(error) if !rules.forgives(&piece, &error) => {
                    return Err(self.failed(&piece, error));
                }
                _ => progress.set(u64::try_from(piece.end()).unwrap_or(u64::MAX)),
            }
        }
        Ok(())
    }

    async fn send(&self, connection: &mut PgConnection, piece: &Piece<'t>) -> sqlx::Result<()> {
        let Some(data) = piece.data else {
            let statements = sqlx::raw_sql(AssertSqlSafe(piece.text));
            return statements.execute(connection).await.map(drop);
        };
        let mut copy = connection.copy_in_raw(piece.text).await?;
        for chunk in data.chunks(CHUNK) {
            copy.send(chunk).await?;
        }
        copy.finish().await.map(drop)
    }

    /// The server's error, with the line it is about.
    fn failed(&self, piece: &Piece<'t>, error: sqlx::Error) -> ScriptError {
        let before = super::failure::line(self.text, piece.start);
        ScriptError::within(&self.name, before, piece.text, error)
    }

    fn error(&self, at: usize, what: &str) -> ScriptError {
        let line = super::failure::line(self.text, at);
        ScriptError::of_its_own(format!("{}, line {line}", self.name), what)
    }
}
