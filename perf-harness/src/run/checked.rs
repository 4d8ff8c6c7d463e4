//! What a test held against budgets, left for whoever looks at the whole suite.

use serde_json::json;

use super::artefacts::Files;
use super::tell;
use crate::budgets::Checked;

/// The form of the file. It changes when a reader would have to.
const SCHEMA: &str = "perf-harness/checked/1";

/// Writes each check to `target/perf-harness/<package>/<program>/<test>.budgets.json`.
pub(super) fn write(files: &Files, checked: Vec<Checked>) -> Vec<Checked> {
    if checked.is_empty() {
        files.remove_checked();
        return checked;
    }
    let document = json!({ "schema": SCHEMA, "checked": checked });
    if let Err(error) = files.write_checked(&format!("{document:#}\n")) {
        let test = &files.known_as;
        tell::warning(&format!(
            "{test}: what it held against budgets could not be written: {error}"
        ));
    }
    checked
}
