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
            place: file.display().to_string(),
            cause: self.cause,
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
mod tests {
    use super::*;
    use crate::budget::Defect;

    const GOOD: &str = r#"
fingerprint_version = 1

# The page of users.
[[known]]
test = "perf users::list"
finding = "n_plus_one"
query = 'SELECT ... FROM "profiles" WHERE user_id = $1'
function = "src/users.rs load_profile < src/users.rs list_users"
ceiling = 20
issue = "https://example.com/issues/7"
expires = "2027-01-31" # a Sunday
reason = "until the profiles are joined"

[[known]]
test = "perf users::list"
finding = "queries"
assertion = "assert_max_queries!(list, 3)"
ceiling = 21
issue = "https://example.com/issues/7"
expires = "2027-01-31"
"#;

    #[test]
    fn entries_are_read_in_their_order() {
        let entries = entries(GOOD).unwrap();
        let expected = Entry {
            test: "perf users::list".to_owned(),
            known: Known {
                key: Key {
                    kind: KnownKind::Defect(Defect::NPlusOne),
                    subject: "SELECT ... FROM \"profiles\" WHERE user_id = $1".to_owned(),
                    function: Some(
                        "src/users.rs load_profile < src/users.rs list_users".to_owned(),
                    ),
                },
                ceiling: 20,
                issue: "https://example.com/issues/7".to_owned(),
                expires: Date::read("2027-01-31").unwrap(),
            },
            reason: Some("until the profiles are joined".to_owned()),
        };
        assert_eq!(entries[0], expected);
        assert_eq!(entries[1].known.key.kind, KnownKind::Queries);
        assert_eq!(entries[1].reason, None);
        assert_eq!(super::entries(""), Ok(Vec::new()));
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let read = entries(GOOD).unwrap();
        let written: String = read.iter().map(Entry::text).collect();
        let written = format!("fingerprint_version = 1\n{written}");
        assert_eq!(entries(&written), Ok(read));
    }

    /// Replaces a part of the good file, and expects a mistake.
    fn check(good: &str, bad: &str, cause: &str, cure: &str) {
        assert!(GOOD.contains(good), "{good}");
        let mistake = entries(&GOOD.replacen(good, bad, 1)).expect_err(bad);
        assert_eq!(
            (mistake.cause.as_str(), mistake.cure.as_str()),
            (cause, cure)
        );
    }

    #[test]
    fn a_mistake_names_the_entry_the_value_and_the_cure() {
        const ONE: &str = "entry 1 (perf users::list)";
        let day = "write the last day on which it may stay: expires = \"2027-01-31\"";
        let link = "link the issue that says that it shall go: issue = \"https://..\"";
        let most = "write the most queries that it may cost: ceiling = 20";
        check(
            "2027-01-31",
            "2027-02-29",
            &format!("{ONE} has `expires = \"2027-02-29\"`, which is no day"),
            day,
        );
        check(
            "expires = \"2027-01-31\"",
            "",
            &format!("{ONE} has no `expires`"),
            day,
        );
        check(
            "issue = \"https://example.com/issues/7\"",
            "",
            &format!("{ONE} has no `issue`"),
            link,
        );
        check(
            "https://example.com/issues/7",
            "#7",
            &format!("{ONE} has `issue = \"#7\"`, which is no link"),
            link,
        );
        check(
            "ceiling = 20",
            "ceiling = 0",
            &format!("{ONE} has `ceiling = 0`, which is no number of queries"),
            most,
        );
        check(
            "ceiling = 20",
            "ceiling = \"20\"",
            &format!("{ONE} has `ceiling = \"20\"`, which is no number of queries"),
            most,
        );
        check("ceiling = 20", "", &format!("{ONE} has no `ceiling`"), most);
        check(
            "function",
            "functoin",
            &format!("{ONE} has a key `functoin`, which means nothing"),
            "did you mean `function`? known: test, finding, query, assertion, function, ceiling, issue, expires, reason",
        );
        check(
            "n_plus_one",
            "n_plus_on",
            &format!("{ONE} has `finding = \"n_plus_on\"`, which is none"),
            "did you mean `n_plus_one`? known: n_plus_one, duplicate, changing_list, literal, untransacted_writes, open_transaction, growth, queries",
        );
        check(
            "perf users::list",
            "users::list",
            "entry 1 (users::list) has `test = \"users::list\"`, which names no program",
            "write the program and the test's path: test = \"perf users::list\"",
        );
        check(
            "test = \"perf users::list\"",
            "",
            "entry 1 has no `test`",
            "write the program and the test's path: test = \"perf users::list\"",
        );
        check(
            "query = ",
            "assertion = ",
            &format!("{ONE} has `assertion`, and its finding is `n_plus_one`"),
            "a `n_plus_one` is known by its `query`",
        );
        check(
            "reason = \"until the profiles are joined\"",
            "reason = 7",
            &format!("{ONE} has `reason = 7`, which is no text"),
            "write it in quotes, or take it away: reason = \"..\"",
        );
    }

    #[test]
    fn a_mistake_of_the_whole_file_is_named() {
        check(
            "fingerprint_version = 1",
            "fingerprint_version = 9",
            "its queries are written by version 9 of the rules for fingerprints, and this is version 1",
            "set the file aside, run the tests, and have what fails written anew: cargo xtask baseline add --issue <URL>",
        );
        check(
            "fingerprint_version = 1",
            "",
            "it does not say which rules its queries are written by",
            "write above the entries: fingerprint_version = 1",
        );
        check(
            "fingerprint_version",
            "fingerprint_versoin",
            "it has a key `fingerprint_versoin`, which means nothing",
            "did you mean `fingerprint_version`? known: fingerprint_version, known",
        );
        let twice = GOOD.replace("queries\"\nassertion = \"assert_max_queries!(list, 3)\"", "n_plus_one\"\nquery = 'SELECT ... FROM \"profiles\" WHERE user_id = $1'\nfunction = \"src/users.rs load_profile < src/users.rs list_users\"");
        let mistake = entries(&twice).unwrap_err();
        assert_eq!(mistake.cause, "entry 2 says again what entry 1 says");
        let mistake = entries("[known]\na = 1").unwrap_err();
        assert_eq!(mistake.cause, "`known` is no list of tables");
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let mistake = entries(&GOOD.replace("\"2027-01-31\"", "2027-01-31")).unwrap_err();
        assert!(mistake.cause.starts_with("it is no TOML: "), "{mistake:?}");
        assert!(mistake.cause.contains("line 12"), "{mistake:?}");
    }
}
