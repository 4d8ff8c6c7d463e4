//! What is known of kept programs: `run.json` beside them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::surroundings::Surroundings;
use crate::error::CompareError;

/// One name's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    schema_version: u64,
    pub(crate) name: String,
    /// In seconds since 1970.
    pub(crate) date: u64,
    #[serde(flatten)]
    pub(crate) origin: Origin,
    #[serde(flatten)]
    pub(crate) surroundings: Surroundings,
    /// For `cargo bench`.
    pub(crate) cargo: Vec<String>,
    pub(super) programs: Vec<Kept>,
}

/// Which version it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// As it was asked for.
    pub(crate) version: String,
    /// None outside of a repository.
    pub(crate) commit: Option<String>,
    pub(crate) is_dirty: bool,
}

/// A program that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) package: String,
    pub(super) target: String,
    /// Its package's, from the workspace's.
    pub(super) folder: String,
    pub(super) sha256: String,
}

impl Run {
    const SCHEMA_VERSION: u64 = 1;

    /// As of now, with no programs yet.
    pub(crate) fn new(
        name: &str,
        origin: Origin,
        surroundings: Surroundings,
        cargo: &[String],
    ) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            schema_version: Self::SCHEMA_VERSION,
            name: name.to_owned(),
            date: since.map_or(0, |since| since.as_secs()),
            origin,
            surroundings,
            cargo: cargo.to_vec(),
            programs: Vec::new(),
        }
    }

    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        let text = text.unwrap_or_else(|error| unreachable!("plain data has a JSON: {error}"));
        format!("{text}\n")
    }

    pub(super) fn read(name: &str, text: &str) -> Result<Self, CompareError> {
        let no_run = |error: serde_json::Error| damaged(name, &format!("its run.json: {error}"));
        let value: Value = serde_json::from_str(text).map_err(no_run)?;
        match value["schema_version"].as_u64() {
            Some(Self::SCHEMA_VERSION) => serde_json::from_value(value).map_err(no_run),
            Some(version) => Err(CompareError::Saved(
                name.to_owned(),
                format!(
                    "its run.json has schema_version {version}, and this is read by {}: save it again, by `--save {name}`",
                    Self::SCHEMA_VERSION
                ),
            )),
            None => Err(damaged(name, "its run.json has no schema_version")),
        }
    }

    /// It says why, where it was built for another place or by other means.
    pub(crate) fn comparable(&self, now: &Surroundings) -> Result<(), CompareError> {
        let differences = self.surroundings.differences(now);
        if differences.is_empty() {
            return Ok(());
        }
        let told = differences.iter().map(|line| format!("\n  {line}"));
        let told = format!(
            "it cannot be compared with what is built here and now:{}\n{}",
            told.collect::<String>(),
            self.again()
        );
        Err(CompareError::Saved(self.name.clone(), told))
    }

    /// How to have it anew.
    pub(super) fn again(&self) -> String {
        let (name, origin) = (&self.name, &self.origin);
        match origin.commit.as_deref().and_then(|commit| commit.get(..10)) {
            Some(commit) if !origin.is_dirty => {
                format!("save it again here: `--save {name} {commit}`")
            }
            Some(commit) => format!(
                "save it again here: `--save {name} {commit}`, which is without the changes that no commit had"
            ),
            None => format!("save it again here, by `--save {name}`"),
        }
    }
}

/// What is kept cannot be what was saved.
pub(super) fn damaged(name: &str, what: &str) -> CompareError {
    let told = format!("it is damaged: {what}; save it again, by `--save {name}`");
    CompareError::Saved(name.to_owned(), told)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::surroundings::tests::some;
    use super::*;

    pub(in crate::saved) fn run(name: &str) -> Run {
        let origin = Origin {
            version: "v1.2".to_owned(),
            commit: Some("1a2b3c4d5e6f7a8b9c0d".to_owned()),
            is_dirty: false,
        };
        Run::new(name, origin, some(), &["-p".to_owned(), "api".to_owned()])
    }

    #[test]
    fn what_was_written_is_read_again() {
        let mut run = run("week");
        run.programs.push(Kept {
            package: "api".to_owned(),
            target: "users".to_owned(),
            folder: "crates/api".to_owned(),
            sha256: "00".to_owned(),
        });
        assert_eq!(Run::read("week", &run.text()).unwrap(), run);
        for key in [
            "\"toolchain\"",
            "\"machine\"",
            "\"commit\"",
            "\"is_dirty\"",
            "\"date\"",
        ] {
            assert!(run.text().contains(key), "{key}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let check = |text: &str, told: &str| {
            let error = Run::read("week", text).unwrap_err().to_string();
            assert!(error.starts_with("what was saved as `week`: "), "{error}");
            assert!(error.contains(told), "{error}");
            assert!(error.contains("`--save week`"), "{error}");
        };
        let text = run("week").text();
        check("{", "it is damaged: its run.json: EOF");
        check("[]", "it is damaged: its run.json has no schema_version");
        check(
            &text.replace("\"programs\"", "\"others\""),
            "missing field `programs`",
        );
        check(
            &text.replace("\"schema_version\": 1", "\"schema_version\": 2"),
            "schema_version 2, and this is read by 1",
        );
    }

    #[test]
    fn other_surroundings_are_refused_with_the_cure() {
        let mut run = run("week");
        let mut now = some();
        assert!(run.comparable(&now).is_ok());
        now.machine.processors = 8;
        now.profile = "release".to_owned();
        let told = |run: &Run| run.comparable(&now).unwrap_err().to_string();
        let expected = "what was saved as `week`: it cannot be compared with what is built here and now:\n  \
             the number of processors was `2` and is `8`\n  the profile was `bench` and is `release`\n\
             save it again here: `--save week 1a2b3c4d5e`";
        assert_eq!(told(&run), expected);
        run.origin.is_dirty = true;
        assert!(told(&run).ends_with("which is without the changes that no commit had"));
        run.origin.commit = None;
        assert!(told(&run).ends_with("by `--save week`"));
    }
}
