//! What becomes of the known findings of a test when it ends.

use super::artefacts::Files;
use super::tell;
use crate::budget::{Baseline, Finding, Problem, Standing};
use crate::report::{Subject, stale, standings_json};

/// Writes what became of each, and tells of those that are gone. A test that did not come to its end, or could not judge
/// something, cannot know that one is gone.
pub(super) fn settle(
    subject: &Subject<'_>,
    files: &Files,
    baseline: &Baseline,
    findings: &[Finding],
    has_ended: bool,
) {
    if baseline.is_empty() {
        return files.remove_standings();
    }
    let is_judged = |finding: &Finding| !matches!(finding.problem(), Problem::Unmeasured(_));
    let is_complete = has_ended && findings.iter().all(is_judged);
    for (known, standing, _) in baseline.standings(is_complete) {
        if standing == Standing::Stale {
            tell::warning(&stale(subject.test, known));
        }
    }
    if let Err(error) = files.write_standings(&standings_json(subject, baseline, is_complete)) {
        let test = subject.test;
        tell::warning(&format!(
            "{test}: what became of its known findings could not be written: {error}"
        ));
    }
}
