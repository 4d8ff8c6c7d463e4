//! What the file of budgets can limit.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::latency::Statistic;
use super::limit::Metric;

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

    /// Can work that asks a database be without it?
    #[must_use]
    pub const fn may_be_zero(self) -> bool {
        match self {
            Self::Work(metric) => metric.may_be_zero(),
            Self::Latency(_) => false,
        }
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
    fn every_key_is_one_limit_s() {
        for one in Measured::all() {
            assert_eq!(Measured::of_key(one.key()), Some(one));
        }
    }
}
