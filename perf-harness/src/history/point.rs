//! One line of the history: what one piece of work of a test cost, in one run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::commit::Commit;
use super::machine::Machine;

/// The form of a line.
pub(super) const SCHEMA: &str = "perf-harness/history/1";

/// A fact with where and when it was found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Point {
    pub(crate) schema: String,
    /// The same of all processes of a run.
    pub(crate) run: String,
    /// When its test ended, in UTC.
    pub(crate) at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<Commit>,
    pub(crate) machine: Machine,
    /// Cargo's directory of the build: `debug`, `release`.
    pub(crate) profile: String,
    #[serde(flatten)]
    pub(crate) fact: Fact,
}

/// What a test found of one recording.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Fact {
    pub(crate) package: String,
    pub(crate) program: String,
    pub(crate) test: String,
    /// Its name in the test, with a number where several have it: `list`, `list 2`.
    pub(crate) recording: String,
    /// Of the first assertion on it.
    pub(crate) location: String,
    /// The entry of the budgets that it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<String>,
    /// The file of that entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) budgets: Option<String>,
    pub(crate) verdict: Verdict,
    /// By metric; times in the unit that ends its name.
    pub(crate) values: BTreeMap<String, u64>,
    /// Between which values it lies, of what is estimated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) intervals: BTreeMap<String, (u64, u64)>,
    /// What came of it, of what is estimated: its value alone does not tell.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) verdicts: BTreeMap<String, Verdict>,
    /// How often it was measured, of what is estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) samples: Option<u64>,
    /// The most that was allowed, by metric.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) limits: BTreeMap<String, u64>,
}

/// What came of all assertions on it. The worst of two is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Passed,
    /// Too noisy to judge.
    Undecided,
    /// Something kept it from being judged.
    Unmeasured,
    Failed,
    /// A word that only a later version knows.
    #[serde(other)]
    Other,
}

impl Point {
    /// The line of it.
    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// What is the same in each run: the package, the program, the test and the recording.
    pub(crate) fn name(&self) -> String {
        let Fact {
            package,
            program,
            test,
            recording,
            ..
        } = &self.fact;
        format!("{package} {program} {test} {recording}")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One that cost so many queries.
    pub(crate) fn point(run: &str, at: &str, queries: u64) -> Point {
        Point {
            schema: SCHEMA.to_owned(),
            run: run.to_owned(),
            at: at.to_owned(),
            commit: Some(Commit {
                id: "70fa2e9b184a27".to_owned(),
                branch: Some("main".to_owned()),
                dirty: Some(false),
            }),
            machine: Machine {
                id: "0123456789ab".to_owned(),
                cpu: "a processor".to_owned(),
                processors: 2,
                os: "linux".to_owned(),
                arch: "x86_64".to_owned(),
                memory_gb: Some(8),
            },
            profile: "debug".to_owned(),
            fact: Fact {
                package: "app".to_owned(),
                program: "perf".to_owned(),
                test: "users::list".to_owned(),
                recording: "list".to_owned(),
                location: "tests/perf.rs:7".to_owned(),
                entry: None,
                budgets: None,
                verdict: Verdict::Passed,
                values: [("queries".to_owned(), queries)].into(),
                intervals: BTreeMap::new(),
                verdicts: BTreeMap::new(),
                samples: None,
                limits: [("queries".to_owned(), 3)].into(),
            },
        }
    }

    #[test]
    fn a_point_is_one_line_of_json_and_read_back_the_same() {
        let mut point = point("cargo-1", "2026-11-26T09:24:22.123Z", 2);
        let expected = r#"{"schema":"perf-harness/history/1","run":"cargo-1","at":"2026-11-26T09:24:22.123Z","commit":{"id":"70fa2e9b184a27","branch":"main","dirty":false},"machine":{"id":"0123456789ab","cpu":"a processor","processors":2,"os":"linux","arch":"x86_64","memory_gb":8},"profile":"debug","package":"app","program":"perf","test":"users::list","recording":"list","location":"tests/perf.rs:7","verdict":"passed","values":{"queries":2},"limits":{"queries":3}}"#;
        assert_eq!(point.line(), format!("{expected}\n"));
        point.fact.entry = Some("GET /api/users/".to_owned());
        point.fact.intervals = [("latency_p95_us".to_owned(), (39_000, 45_000))].into();
        point.fact.verdicts = [("latency_p95_us".to_owned(), Verdict::Undecided)].into();
        point.fact.samples = Some(120);
        point.commit = None;
        assert_eq!(
            serde_json::from_str::<Point>(&point.line()).ok(),
            Some(point)
        );
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over() {
        let point = point("cargo-1", "2026-11-26T09:24:22.123Z", 2);
        let line = point
            .line()
            .replace("\"passed\"", "\"likely\", \"more\": [1]");
        let read: Point = serde_json::from_str(&line).unwrap();
        assert_eq!(read.fact.verdict, Verdict::Other);
        assert_eq!(read.fact.values, point.fact.values);
    }
}
