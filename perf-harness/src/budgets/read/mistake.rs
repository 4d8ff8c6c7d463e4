//! What is wrong with the file, and what to do about it.

use std::path::Path;

use crate::budget::Measured;
use crate::budgets::key::written;
use crate::budgets::lines::Place;
use crate::error::SetupError;
use crate::nearest::nearest;

use super::TABLES;
use super::name::is_endpoint_like;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    line: Option<usize>,
    cause: String,
    cure: String,
}

impl Mistake {
    pub(super) fn at(line: usize, cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            cause: cause.into(),
            cure: cure.into(),
        }
    }

    pub(super) fn of(self, file: &Path) -> SetupError {
        let line = self
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        SetupError::Budgets {
            cause: format!("{}{line}: {}", file.display(), self.cause),
            cure: self.cure,
        }
    }
}

/// A text that cannot be read at all: half-written, twice the same, or names without quotes.
pub(super) fn no_toml(text: &str, places: &[Place], error: &basic_toml::Error) -> Mistake {
    if let Some(twice) = twice(places) {
        return twice;
    }
    let said = error.to_string();
    let line = said.rsplit_once("line ").and_then(|(_, rest)| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    let said = said.split(" at line ").next().unwrap_or(&said);
    let head = line.and_then(|line: usize| text.lines().nth(line - 1));
    let is_head = head.is_some_and(|line| line.trim_start().starts_with("[budgets."));
    let cure = if is_head {
        "names with blanks and slashes stand in quotes: [budgets.\"GET /api/users/\"]"
    } else {
        "correct the line; a limit is a number without quotes: max_queries = 3"
    };
    Mistake {
        line,
        cause: format!("it is no TOML: {said}"),
        cure: cure.to_owned(),
    }
}

/// A table or a key that stands there twice.
fn twice(places: &[Place]) -> Option<Mistake> {
    let mut seen: Vec<&Place> = Vec::new();
    for place in places {
        // A list of tables has one head for each.
        let again = seen.iter().find(|other| other.path == place.path);
        if let Some(first) = again {
            let what = match place.path.as_slice() {
                [budgets, name] if budgets == "budgets" => super::title(name),
                [table] => format!("[{table}]"),
                path => format!("`{}`", path.last().map_or("", String::as_str)),
            };
            let cause = format!("{what} stands here and in line {}", first.line);
            return Some(Mistake::at(place.line, cause, "keep one of them"));
        }
        seen.push(place);
    }
    None
}

/// A key of the file itself.
pub(super) fn unknown_table(line: usize, key: &str) -> Mistake {
    if Measured::of_key(key).is_some() {
        let cause = format!("`{key}` stands in no table");
        let cure = "write it below [defaults], or below the head of an entry: [budgets.\"GET /api/users/\"]";
        return Mistake::at(line, cause, cure);
    }
    if is_endpoint_like(key) {
        let cure = format!("an entry is one of the budgets: {}", super::title(key));
        return Mistake::at(
            line,
            format!("a table [{}] means nothing", written(key)),
            cure,
        );
    }
    let (_, cure) = unknown(key, &TABLES);
    Mistake::at(line, format!("a table [{key}] means nothing"), cure)
}

/// A key that means nothing, and what was probably meant.
pub(super) fn unknown(key: &str, known: &[&str]) -> (String, String) {
    let guess = nearest(key, known.iter().copied());
    let guess = guess.map_or_else(String::new, |guess| format!("did you mean `{guess}`? "));
    (
        format!("a key `{key}`, which means nothing"),
        format!("{guess}known: {}", known.join(", ")),
    )
}

/// `[budgets.api.users]`
pub(super) fn nested(line: usize, name: &str, key: &str) -> Mistake {
    let cause = format!("{} has a table `{key}`", super::title(name));
    let whole = super::title(&format!("{name}.{key}"));
    Mistake::at(
        line,
        cause,
        format!("a name with dots stands in quotes: {whole}"),
    )
}

pub(super) fn no_table(line: usize, path: &[&str], value: &str) -> Mistake {
    let key = path[path.len() - 1];
    let (cause, cure) = match path {
        ["budgets", name] => (
            format!("the budget {name:?} is `{value}`, which is no table"),
            format!("begin it with a line of its own: {}", super::title(name)),
        ),
        ["budgets", name, _] => (
            format!(
                "{} has `{key} = {value}`, which is no table",
                super::title(name)
            ),
            super::value::ROWS_CURE.to_owned(),
        ),
        ["budgets"] => (
            "`budgets` is no table".to_owned(),
            "begin each entry with a line of its own: [budgets.\"GET /api/users/\"]".to_owned(),
        ),
        _ => (
            format!("`{}` is no table", dotted(path)),
            format!("begin it with a line of its own: [{}]", dotted(path)),
        ),
    };
    Mistake::at(line, cause, cure)
}

fn dotted(path: &[&str]) -> String {
    let parts: Vec<String> = path.iter().map(|part| written(part)).collect();
    parts.join(".")
}
