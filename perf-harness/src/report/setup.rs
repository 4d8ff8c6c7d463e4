//! What kept a test from being measured, as text: the cause and the cure.

use super::failure::section;
use crate::error::SetupError;

/// A test that could not begin.
pub(crate) fn not_measured(test: &str, error: &SetupError) -> String {
    let name = test.rsplit("::").next().unwrap_or(test);
    format!("{name} could not be measured\n\n{}", cause_and_cure(error))
}

pub(super) fn cause_and_cure(error: &SetupError) -> String {
    let mut lines = section("because", &split(&error.to_string()));
    lines.push(String::new());
    lines.extend(section("next", &split(&error.hint())));
    lines.join("\n") + "\n"
}

fn split(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
