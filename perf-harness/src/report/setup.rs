//! What kept a test from being measured, as text: the cause and the cure.

use super::failure::section;
use crate::error::SetupError;

/// A test that could not begin.
pub(crate) fn not_measured(test: &str, error: &SetupError) -> String {
    format!("{test} could not be measured\n\n{}", cause_and_cure(error))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that a test run cannot bring about on a machine that has Postgres.
    #[test]
    fn each_error_names_the_cause_and_the_cure() {
        let text = |text: &str| text.to_owned();
        let errors = [
            SetupError::PostgresNotFound {
                looked_in: vec![text("PATH"), text("/usr/lib/postgresql/*/bin")],
            },
            SetupError::PostgresTooOld {
                place: text("/usr/lib/postgresql/13/bin"),
                version: text("13.22"),
            },
            SetupError::Cluster {
                step: "started",
                cause: text("its log ends with\nFATAL:  could not create shared memory segment"),
            },
            SetupError::Database {
                database: text("ph_1_test_2"),
                step: "created",
                cause: text("could not extend file: No space left on device (SQLSTATE 53100)"),
            },
            SetupError::system("/dev/shm/perf-harness-0 cannot be used", &"it is a link"),
            SetupError::Undecoded { messages: 2 },
        ];
        let told: Vec<String> = errors
            .iter()
            .map(|error| not_measured("a::test", error))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
