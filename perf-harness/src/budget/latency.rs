//! A limit on how long a piece of work takes.

mod judge;
mod terms;

pub(crate) use judge::{Decided, Judge, Ruling};
pub use terms::{Latency, Undecided};

use std::fmt;
use std::time::Duration;

use crate::units::as_written;

/// What is told of many samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Statistic {
    /// The median.
    P50,
    /// The time that 90 % of the work stays within.
    P90,
    /// The time that 95 % of the work stays within.
    P95,
    /// The time that 99 % of the work stays within.
    P99,
    /// The time that 99.9 % of the work stays within.
    P999,
    /// The longest time seen.
    Max,
    /// The mean.
    Mean,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::P50,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::P999,
        Self::Max,
        Self::Mean,
    ];

    /// As it is written in a rule: `p95`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p999",
            Self::Max => "max",
            Self::Mean => "mean",
        }
    }

    /// Its key in `perf-budgets.toml`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::P50 => "latency_p50_ms",
            Self::P90 => "latency_p90_ms",
            Self::P95 => "latency_p95_ms",
            Self::P99 => "latency_p99_ms",
            Self::P999 => "latency_p999_ms",
            Self::Max => "latency_max_ms",
            Self::Mean => "latency_mean_ms",
        }
    }

    /// Is it of no samples more than the other one is? A mean can be more than a percentile, and less.
    pub(crate) fn is_never_longer_than(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Mean) => false,
            (Self::Mean, other) => other == Self::Max,
            (this, other) => this < other,
        }
    }

    /// The share of the work that stays within it, if it is a percentile.
    #[must_use]
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.5),
            Self::P90 => Some(0.9),
            Self::P95 => Some(0.95),
            Self::P99 => Some(0.99),
            Self::P999 => Some(0.999),
            Self::Max | Self::Mean => None,
        }
    }
}

/// How long a piece of work may take: `p95 < 200ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LatencyRule {
    statistic: Statistic,
    most: Duration,
}

impl LatencyRule {
    /// The statistic is to be below this.
    #[must_use]
    pub const fn new(statistic: Statistic, most: Duration) -> Self {
        Self { statistic, most }
    }

    /// What is judged.
    #[must_use]
    pub const fn statistic(&self) -> Statistic {
        self.statistic
    }

    /// What it is to be below.
    #[must_use]
    pub const fn most(&self) -> Duration {
        self.most
    }
}

impl fmt::Display for LatencyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} < {}", self.statistic.name(), as_written(self.most))
    }
}
