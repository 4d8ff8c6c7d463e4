//! Known findings as text: why one may not stay all the same, and what became of each.

use serde_json::{Value, json};

use super::Subject;
use super::sql_line::one_line;
use crate::budget::{Baseline, Finding, Key, Known, Objection, Standing};

/// `known up to 20, now 25: https://..`, below what was found.
pub(super) fn known_line(finding: &Finding, key: &Key) -> Option<String> {
    let objections = finding.objections();
    let (_, objection) = objections.iter().find(|(found, _)| found.key == *key)?;
    Some(match objection {
        Objection::Exceeded { known, count } => {
            format!(
                "known up to {}, now {count}: {}",
                known.ceiling, known.issue
            )
        }
        Objection::Expired { known } => {
            format!("known until {}: {}", known.expires, known.issue)
        }
    })
}

/// How to let what is known stay as it is now, if that is why it failed.
pub(super) fn renewal(subject: &Subject<'_>, finding: &Finding) -> Option<String> {
    let is_known = !finding.objections().is_empty();
    is_known.then(|| {
        let test = subject.test;
        format!("or know it as it is now: cargo xtask baseline add {test}")
    })
}

/// A known finding that is gone.
pub(crate) fn stale(test: &str, known: &Known) -> String {
    let key = &known.key;
    let (kind, subject) = (key.kind.word(), one_line(&key.subject));
    format!("{test}: a known finding is gone, {kind} of {subject}: cargo xtask baseline prune")
}

/// The form of what follows. It changes when a reader would have to.
const SCHEMA: &str = "perf-harness/baseline/1";

/// What became of each known finding of a test, as pretty JSON with a line end.
pub(crate) fn standings_json(
    subject: &Subject<'_>,
    baseline: &Baseline,
    is_complete: bool,
) -> String {
    let entry = |(known, state, count): (&Known, Standing, Option<usize>)| -> Value {
        let mut entry = json!(known.key);
        entry["ceiling"] = json!(known.ceiling);
        entry["issue"] = json!(known.issue);
        entry["expires"] = json!(known.expires.to_string());
        entry["state"] = json!(state);
        entry["count"] = json!(count);
        entry
    };
    let entries: Vec<Value> = baseline
        .standings(is_complete)
        .into_iter()
        .map(entry)
        .collect();
    let document = json!({
        "schema": SCHEMA,
        "file": subject.baseline,
        "test": subject.known_as,
        "entries": entries,
    });
    format!("{document:#}\n")
}
