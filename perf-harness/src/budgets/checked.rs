//! What was held against a budget: one fact for each check, whether it held or not.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::budget::{Metric, Statistic};

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

/// What a limit is about. Told, read and written as its key in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measured {
    /// What work costs.
    Work(Metric),
    /// How long it takes, in microseconds.
    Latency(Statistic),
}

impl Measured {
    /// All that the file can limit, in the order of its documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        let work = Metric::ALL.into_iter().map(Self::Work);
        work.chain(Statistic::ALL.into_iter().map(Self::Latency))
    }

    /// Its key in `perf-budgets.toml`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Work(metric) => metric.key(),
            Self::Latency(statistic) => statistic.key(),
        }
    }

    /// The one with this key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::all().find(|one| one.key() == key)
    }

    /// Is its value in microseconds, and in milliseconds in the file?
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(
            self,
            Self::Work(Metric::IdleInTransaction) | Self::Latency(_)
        )
    }
}

impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("`{key}` is no limit"));
        Self::of_key(&key).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn every_key_is_one_limit_s() {
        for one in Measured::all() {
            assert_eq!(Measured::of_key(one.key()), Some(one));
        }
    }
}
