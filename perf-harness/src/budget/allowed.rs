//! How many of a thing are allowed.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeToInclusive};

/// A range of counts, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Allowed {
    /// The least that is allowed.
    pub(crate) min: usize,
    /// The most that is allowed; `None` is any number.
    pub(crate) max: Option<usize>,
}

impl Allowed {
    /// The least that is allowed.
    #[must_use]
    pub fn min(&self) -> usize {
        self.min
    }

    /// The most that is allowed; `None` is any number.
    #[must_use]
    pub fn max(&self) -> Option<usize> {
        self.max
    }

    pub(crate) fn contains(&self, count: usize) -> bool {
        count >= self.min && self.max.is_none_or(|max| count <= max)
    }

    /// Does it allow nothing but zero?
    pub(crate) fn is_none(&self) -> bool {
        self.max == Some(0)
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, Some(max)) if min == max => write!(f, "exactly {min}"),
            (0, Some(max)) => write!(f, "at most {max}"),
            (min, Some(max)) => write!(f, "{min} to {max}"),
            (min, None) => write!(f, "at least {min}"),
        }
    }
}

/// What can be written where a number of queries is expected: `3`, `1..=3`, `..=3`, `1..4`, `2..`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number of queries",
    label = "expected a `usize` or a range of them: `3`, `1..=3`, `..=3`, `2..`"
)]
pub trait Allowance {
    /// The range it stands for.
    fn allowed(self) -> Allowed;
}

impl Allowance for usize {
    fn allowed(self) -> Allowed {
        Allowed {
            min: self,
            max: Some(self),
        }
    }
}

impl Allowance for RangeInclusive<usize> {
    fn allowed(self) -> Allowed {
        Allowed {
            min: *self.start(),
            max: Some(*self.end()),
        }
    }
}

impl Allowance for RangeToInclusive<usize> {
    fn allowed(self) -> Allowed {
        Allowed {
            min: 0,
            max: Some(self.end),
        }
    }
}

impl Allowance for Range<usize> {
    /// An empty range allows nothing: no count is in it.
    fn allowed(self) -> Allowed {
        match self.end.checked_sub(1) {
            Some(max) => Allowed {
                min: self.start,
                max: Some(max),
            },
            None => Allowed {
                min: 1,
                max: Some(0),
            },
        }
    }
}

impl Allowance for RangeFrom<usize> {
    fn allowed(self) -> Allowed {
        Allowed {
            min: self.start,
            max: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(allowed: Allowed, told: &str, inside: &[usize], outside: &[usize]) {
        assert_eq!(allowed.to_string(), told);
        for count in inside {
            assert!(allowed.contains(*count), "{count} in {told}");
        }
        for count in outside {
            assert!(!allowed.contains(*count), "{count} not in {told}");
        }
    }

    #[test]
    fn every_way_to_write_a_number_of_queries() {
        check(3.allowed(), "exactly 3", &[3], &[2, 4]);
        check((1..=3).allowed(), "1 to 3", &[1, 3], &[0, 4]);
        check((..=3).allowed(), "at most 3", &[0, 3], &[4]);
        check((1..4).allowed(), "1 to 3", &[1, 3], &[0, 4]);
        check((2..).allowed(), "at least 2", &[2, 1000], &[1]);
        check(0.allowed(), "exactly 0", &[0], &[1]);
    }

    #[test]
    #[expect(
        clippy::reversed_empty_ranges,
        reason = "a range that a user can write"
    )]
    fn an_empty_range_allows_nothing() {
        check((0..0).allowed(), "1 to 0", &[], &[0, 1]);
        check((3..=2).allowed(), "3 to 2", &[], &[2, 3]);
    }
}
