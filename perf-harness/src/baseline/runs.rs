//! What the last run of each test left below `target/perf-harness`: its failure, and what became of what is known.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::workspace::is_same;
use crate::budget::{Key, Occurrence, Standing};
use crate::record::STORED_FINGERPRINT_VERSION;

/// What the last run of all tests wrote.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) failures: Vec<Failed>,
    standings: Vec<Stood>,
}

/// A test that failed.
pub(super) struct Failed {
    /// The program and the test's path.
    pub(super) test: String,
    /// The baseline that its package has, or would have.
    pub(super) baseline: Option<PathBuf>,
    /// What a baseline would have to know.
    pub(super) occurrences: Vec<Occurrence>,
    /// What no baseline can know, and why.
    pub(super) others: Vec<String>,
}

/// What became of the entries of one test.
struct Stood {
    test: String,
    baseline: PathBuf,
    entries: Vec<Standings>,
}

#[derive(serde::Deserialize)]
struct Standings {
    #[serde(flatten)]
    key: Key,
    state: Standing,
    count: Option<usize>,
}

impl Runs {
    /// All that lies below a target directory, by name.
    pub(super) fn below(target: &Path) -> Self {
        let mut runs = Self::default();
        let packages = directory(&target.join("perf-harness"));
        let programs = packages.iter().flat_map(|package| directory(package));
        let files = programs.flat_map(|program| directory(&program));
        for file in files.filter(|file| file.extension().is_some_and(|end| end == "json")) {
            // What is none of ours, or half written, says nothing.
            let text = std::fs::read(file).unwrap_or_default();
            runs.take(serde_json::from_slice(&text).unwrap_or_default());
        }
        runs
    }

    fn take(&mut self, document: Value) {
        match document["schema"].as_str() {
            Some("perf-harness/failure/2") => self.failures.extend(failed(&document)),
            Some("perf-harness/baseline/1") => self.standings.extend(stood(document)),
            _ => {}
        }
    }

    /// What became of an entry when its test was last run, and the most queries that it cost.
    pub(super) fn standing(
        &self,
        baseline: &Path,
        test: &str,
        key: &Key,
    ) -> Option<(Standing, Option<usize>)> {
        let of_test = |stood: &&Stood| stood.test == test && is_same(&stood.baseline, baseline);
        let stood = self.standings.iter().find(of_test)?;
        let entry = stood.entries.iter().find(|entry| entry.key == *key)?;
        Some((entry.state, entry.count))
    }
}

fn directory(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn failed(document: &Value) -> Option<Failed> {
    let test = document["baseline"]["test"].as_str()?.to_owned();
    let findings = document["findings"].as_array()?;
    let mut failed = Failed {
        test,
        baseline: document["baseline"]["file"].as_str().map(PathBuf::from),
        occurrences: Vec::new(),
        others: Vec::new(),
    };
    if document["stored_fingerprint_version"] != STORED_FINGERPRINT_VERSION {
        failed.others = vec!["was written by another version: run it again".to_owned()];
        return Some(failed);
    }
    for finding in findings {
        let occurrences: Option<Vec<Occurrence>> =
            serde_json::from_value(finding["occurrences"].clone()).ok();
        let occurrences = occurrences.unwrap_or_default();
        if occurrences.is_empty() {
            failed.others.push(other(finding));
        }
        failed.occurrences.extend(occurrences);
    }
    Some(failed)
}

/// Why something that was found cannot be known.
fn other(finding: &Value) -> String {
    let assertion = finding["assertion"].as_str().unwrap_or_default();
    let why = match finding["problem"]["kind"].as_str() {
        Some("unmeasured") => "could not be judged",
        Some("violation") => "wants more queries than there are",
        _ => "found what has no query to know it by",
    };
    format!("{assertion} {why}")
}

fn stood(mut document: Value) -> Option<Stood> {
    Some(Stood {
        test: document["test"].as_str()?.to_owned(),
        baseline: document["file"].as_str()?.into(),
        entries: serde_json::from_value(document["entries"].take()).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::budget::{Defect, KnownKind};

    fn key() -> Key {
        Key {
            kind: KnownKind::Defect(Defect::NPlusOne),
            subject: "SELECT a".to_owned(),
            function: Some("src/a.rs a".to_owned()),
        }
    }

    fn stood(test: &str, file: &str, state: &str, count: Option<usize>) -> Value {
        let mut entry = json!(key());
        entry["state"] = state.into();
        entry["count"] = json!(count);
        json!({ "schema": "perf-harness/baseline/1", "test": test, "file": file, "entries": [entry] })
    }

    #[test]
    fn what_became_of_an_entry_is_told_by_its_own_test_and_file() {
        let mut runs = Runs::default();
        runs.take(stood("perf a", "/no/a.toml", "used", Some(3)));
        runs.take(stood("perf b", "/no/a.toml", "stale", None));
        runs.take(stood("perf b", "/no/b.toml", "used", Some(5)));
        runs.take(json!({ "schema": "perf-harness/baseline/2", "test": "perf c", "entries": [] }));
        runs.take(Value::Null);
        let told = |test, file: &str| runs.standing(Path::new(file), test, &key());
        assert_eq!(
            told("perf a", "/no/a.toml"),
            Some((Standing::Used, Some(3)))
        );
        assert_eq!(told("perf b", "/no/a.toml"), Some((Standing::Stale, None)));
        assert_eq!(
            told("perf b", "/no/b.toml"),
            Some((Standing::Used, Some(5)))
        );
        assert_eq!(told("perf c", "/no/a.toml"), None);
        let other = Key {
            function: None,
            ..key()
        };
        assert_eq!(
            runs.standing(Path::new("/no/a.toml"), "perf a", &other),
            None
        );
    }

    fn failure(version: u32) -> Value {
        let mut found = json!(key());
        found["count"] = 3.into();
        let one = |problem: &str, found: Value| json!({ "assertion": "a!(b)", "problem": { "kind": problem }, "occurrences": found });
        json!({
            "schema": "perf-harness/failure/2",
            "stored_fingerprint_version": version,
            "baseline": { "test": "perf a", "file": "/no/a.toml" },
            "findings": [
                one("n_plus_one", json!([found])),
                one("violation", json!([])),
                one("unmeasured", json!([])),
                one("open_transaction", json!([])),
            ],
        })
    }

    #[test]
    fn a_failure_says_what_a_baseline_can_know_and_why_not_the_rest() {
        let mut runs = Runs::default();
        runs.take(failure(STORED_FINGERPRINT_VERSION));
        let failed = &runs.failures[0];
        let expected = Occurrence {
            key: key(),
            count: 3,
        };
        assert_eq!(failed.occurrences, [expected]);
        let others = [
            "a!(b) wants more queries than there are",
            "a!(b) could not be judged",
            "a!(b) found what has no query to know it by",
        ];
        assert_eq!(failed.others, others);
        assert_eq!(failed.baseline.as_deref(), Some(Path::new("/no/a.toml")));
    }

    #[test]
    fn a_failure_of_other_fingerprints_has_to_be_seen_again() {
        let mut runs = Runs::default();
        runs.take(failure(STORED_FINGERPRINT_VERSION + 1));
        assert!(runs.failures[0].occurrences.is_empty());
        assert_eq!(
            runs.failures[0].others,
            ["was written by another version: run it again"]
        );
    }
}
