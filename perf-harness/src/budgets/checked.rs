//! What was held against a budget: one fact for each check, whether it held or not.

use serde::{Deserialize, Serialize};

use crate::budget::Measured;

/// One check of an entry, by one test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The entry's name: `GET /api/users/`.
    pub entry: String,
    /// The program and the test's path: `perf users::list`.
    pub test: String,
    /// Each limit that was judged, with what was measured.
    pub values: Vec<CheckedValue>,
    /// Limits of the entry that this check did not judge: work that cannot be repeated has no latency, and what could not be
    /// measured has no value.
    pub unjudged: Vec<Measured>,
}

/// One value beside its limit: counts, bytes, or microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedValue {
    /// What was measured.
    pub of: Measured,
    /// What came.
    pub value: u64,
    /// The most that is allowed.
    pub limit: u64,
}

impl CheckedValue {
    /// Is it more than is allowed?
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.value > self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Metric, Statistic};

    #[test]
    fn a_check_is_written_by_the_keys_of_the_file_and_read_again() {
        let checked = Checked {
            entry: "GET /api/users/".to_owned(),
            test: "perf users::list".to_owned(),
            values: vec![CheckedValue {
                of: Measured::Work(Metric::Queries),
                value: 4,
                limit: 3,
            }],
            unjudged: vec![Measured::Latency(Statistic::P95)],
        };
        let json = serde_json::to_string(&checked).unwrap();
        assert_eq!(
            json,
            r#"{"entry":"GET /api/users/","test":"perf users::list","values":[{"of":"max_queries","value":4,"limit":3}],"unjudged":["latency_p95_ms"]}"#
        );
        assert_eq!(serde_json::from_str::<Checked>(&json).unwrap(), checked);
        assert!(checked.values[0].is_over());
        assert!(serde_json::from_str::<Measured>("\"latency_p97_ms\"").is_err());
    }
}
