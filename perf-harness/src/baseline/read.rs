//! The file's text to entries. Whatever is not understood is a mistake that names the entry, the value and the cure.

use std::path::Path;

use serde_json::{Map, Value};

use super::entry::Entry;
use crate::budget::{Key, Known, KnownKind};
use crate::date::Date;
use crate::error::SetupError;
use crate::nearest::nearest;
use crate::record::STORED_FINGERPRINT_VERSION;

/// What is wrong with the file, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) cause: String,
    pub(super) cure: String,
}

impl Mistake {
    fn new(cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            cure: cure.into(),
        }
    }

    pub(super) fn of(self, file: &Path) -> SetupError {
        SetupError::Baseline {
            cause: format!("{}: {}", file.display(), self.cause),
            cure: self.cure,
        }
    }
}

const KEYS_OF_FILE: [&str; 2] = ["fingerprint_version", "known"];
const KEYS: [&str; 9] = [
    "test",
    "finding",
    "query",
    "assertion",
    "function",
    "ceiling",
    "issue",
    "expires",
    "reason",
];

/// All entries, in their order.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, Mistake> {
    let document: Map<String, Value> = basic_toml::from_str(text).map_err(|error| {
        let cure = "correct it; texts and dates stand in quotes: expires = \"2027-01-31\"";
        Mistake::new(format!("it is no TOML: {error}"), cure)
    })?;
    known_keys(&document, &KEYS_OF_FILE, "it")?;
    let none = Value::Array(Vec::new());
    let tables = document.get("known").unwrap_or(&none);
    let tables: Option<Vec<&Map<String, Value>>> = tables
        .as_array()
        .and_then(|tables| tables.iter().map(Value::as_object).collect());
    let tables = tables.ok_or_else(|| {
        Mistake::new(
            "`known` is no list of tables",
            "begin each entry with [[known]]",
        )
    })?;
    if !tables.is_empty() {
        version(document.get("fingerprint_version"))?;
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (fields, number) in tables.into_iter().zip(1..) {
        let entry = Table::of(fields, number)?.entry()?;
        let again = entries
            .iter()
            .position(|other| other.test == entry.test && other.known.key == entry.known.key);
        if let Some(other) = again {
            return Err(Mistake::new(
                format!("entry {number} says again what entry {} says", other + 1),
                "keep one of them",
            ));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn version(value: Option<&Value>) -> Result<(), Mistake> {
    let ours = STORED_FINGERPRINT_VERSION;
    match value {
        Some(value) if value.as_u64() == Some(ours.into()) => Ok(()),
        Some(value) => Err(Mistake::new(
            format!(
                "its queries are written by version {value} of the rules for fingerprints, and this is version {ours}"
            ),
            "set the file aside, run the tests, and have what fails written anew: cargo xtask baseline add --issue <URL>",
        )),
        None => Err(Mistake::new(
            "it does not say which rules its queries are written by",
            format!("write above the entries: fingerprint_version = {ours}"),
        )),
    }
}

fn known_keys(fields: &Map<String, Value>, known: &[&str], what: &str) -> Result<(), Mistake> {
    let Some(key) = fields.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let cause = format!("{what} has a key `{key}`, which means nothing");
    Err(Mistake::new(cause, meant(key, known)))
}

/// What was probably meant, and what there is.
fn meant(word: &str, known: &[&str]) -> String {
    let guess = nearest(word, known.iter().copied());
    let guess = guess.map_or_else(String::new, |guess| format!("did you mean `{guess}`? "));
    format!("{guess}known: {}", known.join(", "))
}

/// One entry as it stands there.
struct Table<'a> {
    fields: &'a Map<String, Value>,
    /// `entry 2 (perf users::list)`
    title: String,
}

impl<'a> Table<'a> {
    fn of(fields: &'a Map<String, Value>, number: usize) -> Result<Self, Mistake> {
        let test = fields.get("test").and_then(Value::as_str);
        let title = test.map_or_else(
            || format!("entry {number}"),
            |test| format!("entry {number} ({test})"),
        );
        known_keys(fields, &KEYS, &title)?;
        Ok(Self { fields, title })
    }

    fn entry(&self) -> Result<Entry, Mistake> {
        let kind = self.kind()?;
        let subject_key = Entry::subject_key(kind);
        for other in ["query", "assertion", "function"] {
            let is_foreign = match kind {
                KnownKind::Queries => other != "assertion",
                _ => other == "assertion",
            };
            if is_foreign && self.fields.contains_key(other) {
                let cause = format!("has `{other}`, and its finding is `{}`", kind.word());
                let cure = format!("a `{}` is known by its `{subject_key}`", kind.word());
                return Err(self.mistake(&cause, cure));
            }
        }
        let key = Key {
            kind,
            subject: self.needed(subject_key, SUBJECT_CURE)?.to_owned(),
            function: self.text("function")?.map(str::to_owned),
        };
        Ok(Entry {
            test: self.test()?,
            known: Known {
                key,
                ceiling: self.ceiling()?,
                issue: self.issue()?,
                expires: self.expires()?,
            },
            reason: self.text("reason")?.map(str::to_owned),
        })
    }

    fn test(&self) -> Result<String, Mistake> {
        let cure = "write the program and the test's path: test = \"perf users::list\"";
        let test = self.needed("test", cure)?;
        let is_both = test
            .split_once(' ')
            .is_some_and(|(program, path)| !program.is_empty() && !path.trim().is_empty());
        if is_both {
            return Ok(test.to_owned());
        }
        Err(self.mistake(
            &format!("has `test = \"{test}\"`, which names no program"),
            cure,
        ))
    }

    fn kind(&self) -> Result<KnownKind, Mistake> {
        let words: Vec<String> = KnownKind::all().map(KnownKind::word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let word = self.needed("finding", &format!("known: {}", words.join(", ")))?;
        let read = serde_json::from_value(word.into());
        read.map_err(|_| {
            let cause = format!("has `finding = \"{word}\"`, which is none");
            self.mistake(&cause, meant(word, &words))
        })
    }

    fn ceiling(&self) -> Result<usize, Mistake> {
        let cure = "write the most queries that it may cost: ceiling = 20";
        let value = self.fields.get("ceiling");
        let value = value.ok_or_else(|| self.mistake("has no `ceiling`", cure))?;
        let ceiling = value.as_u64().and_then(|value| usize::try_from(value).ok());
        ceiling.filter(|ceiling| *ceiling > 0).ok_or_else(|| {
            self.mistake(
                &format!("has `ceiling = {value}`, which is no number of queries"),
                cure,
            )
        })
    }

    fn issue(&self) -> Result<String, Mistake> {
        let cure = "link the issue that says that it shall go: issue = \"https://..\"";
        let issue = self.needed("issue", cure)?;
        if is_link(issue) {
            return Ok(issue.to_owned());
        }
        Err(self.mistake(
            &format!("has `issue = \"{issue}\"`, which is no link"),
            cure,
        ))
    }

    fn expires(&self) -> Result<Date, Mistake> {
        let cure = "write the last day on which it may stay: expires = \"2027-01-31\"";
        let text = self.needed("expires", cure)?;
        Date::read(text).ok_or_else(|| {
            self.mistake(
                &format!("has `expires = \"{text}\"`, which is no day"),
                cure,
            )
        })
    }

    fn needed(&self, key: &str, cure: &str) -> Result<&'a str, Mistake> {
        let text = self.text(key)?;
        text.ok_or_else(|| self.mistake(&format!("has no `{key}`"), cure))
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, Mistake> {
        let Some(value) = self.fields.get(key) else {
            return Ok(None);
        };
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        text.map(Some).ok_or_else(|| {
            let cause = format!("has `{key} = {value}`, which is no text");
            self.mistake(
                &cause,
                format!("write it in quotes, or take it away: {key} = \"..\""),
            )
        })
    }

    fn mistake(&self, cause: &str, cure: impl Into<String>) -> Mistake {
        Mistake::new(format!("{} {cause}", self.title), cure)
    }
}

const SUBJECT_CURE: &str =
    "have it written by `cargo xtask baseline add`, or copy it from the JSON of the failure";

pub(super) fn is_link(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests;
