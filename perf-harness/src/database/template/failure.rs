//! What a layer failed of, in the server's own words and with the line it is about.

use std::error::Error;
use std::fmt;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::error::chain;
use crate::postgres::cause;

/// Any error, as a template function or a test may return it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A statement of a script that failed, and where it is.
#[derive(Debug)]
pub(super) struct ScriptError {
    place: String,
    cause: String,
    error: Option<sqlx::Error>,
}

impl ScriptError {
    /// A statement within a script, which begins at a line.
    pub(super) fn within(script: &str, first: usize, text: &str, error: sqlx::Error) -> Self {
        let position = position(&error).map(|position| first - 1 + line_of(text, position));
        let last = first + text.trim_end().lines().count().saturating_sub(1);
        let place = match position {
            Some(line) => format!("{script}, line {line}"),
            None if last > first => format!("{script}, lines {first} to {last}"),
            None => format!("{script}, line {first}"),
        };
        Self::new(place, error)
    }

    /// A text that was sent as a whole: only the server knows the line.
    #[cfg(feature = "sqlx")]
    pub(super) fn at_position(place: String, text: &str, error: sqlx::Error) -> Self {
        let place = match position(&error) {
            Some(position) => format!("{place}, line {}", line_of(text, position)),
            None => place,
        };
        Self::new(place, error)
    }

    /// What the server was not asked.
    pub(super) fn of_its_own(place: String, cause: &str) -> Self {
        Self {
            place,
            cause: cause.to_owned(),
            error: None,
        }
    }

    fn new(place: String, error: sqlx::Error) -> Self {
        Self {
            place,
            cause: cause(&error),
            error: Some(error),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

impl Error for ScriptError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.as_ref().map(|error| error as _)
    }
}

/// A part of a layer that failed.
#[cfg(feature = "sea-orm-migration")]
#[derive(Debug)]
pub(super) struct LayerError {
    part: String,
    error: sea_orm::DbErr,
}

#[cfg(feature = "sea-orm-migration")]
impl LayerError {
    pub(super) fn new(part: String, error: sea_orm::DbErr) -> Self {
        Self { part, error }
    }
}

#[cfg(feature = "sea-orm-migration")]
impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, told_by_sea_orm(&self.error))
    }
}

#[cfg(feature = "sea-orm-migration")]
impl Error for LayerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The line of a byte, from 1.
pub(super) fn line(text: &[u8], at: usize) -> usize {
    text[..at.min(text.len())]
        .split(|byte| *byte == b'\n')
        .count()
}

/// The line of a character, both from 1.
fn line_of(text: &str, position: usize) -> usize {
    let before = text.chars().take(position.saturating_sub(1));
    1 + before.filter(|character| *character == '\n').count()
}

/// The character that the server's error is about, in what was sent.
fn position(error: &sqlx::Error) -> Option<usize> {
    let error = error.as_database_error()?;
    match error.try_downcast_ref::<PgDatabaseError>()?.position()? {
        PgErrorPosition::Original(position) => Some(position),
        PgErrorPosition::Internal { .. } => None,
    }
}

/// The user's error, in the server's own words where it is one of sqlx's.
pub(super) fn told(error: &BoxError) -> String {
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return cause(error);
    }
    if let Some(error) = error.downcast_ref::<ScriptError>() {
        return error.to_string();
    }
    #[cfg(feature = "sea-orm-migration")]
    if let Some(error) = error.downcast_ref::<LayerError>() {
        return error.to_string();
    }
    #[cfg(feature = "sea-orm")]
    if let Some(error) = error.downcast_ref::<sea_orm::DbErr>() {
        return told_by_sea_orm(error);
    }
    chain(&**error)
}

#[cfg(feature = "sea-orm")]
fn told_by_sea_orm(error: &sea_orm::DbErr) -> String {
    match inner_of_sea_orm(error) {
        Some(error) => cause(error),
        None => chain(error),
    }
}

#[cfg(feature = "sea-orm")]
fn inner_of_sea_orm(error: &sea_orm::DbErr) -> Option<&sqlx::Error> {
    use sea_orm::{DbErr, RuntimeErr};
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

/// The name of an extension that the server lacks and what was said: by the server itself, or in the last words of a
/// program.
pub(super) fn missing_extension(
    error: &(dyn Error + 'static),
    text: &str,
) -> Option<(String, String)> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(error) = server_error(error) {
            return by_server(error).map(|name| (name, text.to_owned()));
        }
        at = error.source();
    }
    let mut lines = text.lines().rev();
    lines.find_map(|line| Some((by_text(line)?, line.trim().to_owned())))
}

fn server_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e sqlx::Error> {
    #[cfg(feature = "sea-orm")]
    if let Some(error) = error.downcast_ref() {
        return inner_of_sea_orm(error);
    }
    error.downcast_ref()
}

/// The file of an extension that is not there is named in every language.
fn by_server(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    let error = error.try_downcast_ref::<PgDatabaseError>()?;
    // `feature_not_supported` since 15, `undefined_file` before.
    if !matches!(error.code(), "0A000" | "58P01") {
        return None;
    }
    let texts = [Some(error.message()), error.detail()];
    texts
        .into_iter()
        .flatten()
        .find_map(|text| control_file(text).or_else(|| by_text(text)))
}

fn by_text(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("extension \"")?;
    let (name, rest) = rest.split_once('"')?;
    if rest.trim_start().starts_with("is not available") {
        Some(name.to_owned())
    } else {
        control_file(text)
    }
}

/// `could not open extension control file "/usr/share/postgresql/15/extension/vector.control"`
fn control_file(text: &str) -> Option<String> {
    let (before, _) = text.split_once(".control")?;
    let start = before.rfind(['/', '"']).map_or(0, |at| at + 1);
    Some(before[start..].to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_extension_is_known_by_what_servers_say() {
        let check = |text: &str, expected: Option<&str>| {
            let error: BoxError = text.into();
            let found = missing_extension(&*error, text).map(|(name, _)| name);
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check(
            "ran:\nERROR:  extension \"vector\" is not available\nDETAIL: more",
            Some("vector"),
        );
        check("extension \"vector\" already exists", None);
        check("no such table", None);
        let file = "could not open extension control file \"/usr/share/extension/post-gis.control\": No such file";
        assert_eq!(control_file(file).as_deref(), Some("post-gis"));
    }

    #[test]
    fn lines_are_counted_from_one_by_characters() {
        assert_eq!(line_of("a\nö\nc", 1), 1);
        assert_eq!(line_of("a\nö\nc", 5), 3);
        assert_eq!(line(b"a\nb", 2), 2);
    }
}
