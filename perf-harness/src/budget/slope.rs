//! How much more may be asked the more there is.

use std::fmt;

/// So many queries of one shape more for so much more in size: `+1 per 100`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slope {
    more: usize,
    per: usize,
}

impl Slope {
    /// None: the same number at every size.
    pub(crate) const NONE: Self = Self { more: 0, per: 1 };

    /// `more` queries for each `per` of size. `per` counts as 1 where it is 0.
    #[must_use]
    pub fn new(more: usize, per: usize) -> Self {
        Self {
            more,
            per: per.max(1),
        }
    }

    /// The least slope that allows so many more for so much more.
    pub(crate) fn of(more: usize, wider: usize) -> Self {
        let mut divisor = (more.max(1), wider.max(1));
        while divisor.1 > 0 {
            divisor = (divisor.1, divisor.0 % divisor.1);
        }
        Self::new(more / divisor.0, wider / divisor.0)
    }

    /// Does it allow so many more for so much more? A part of a query counts as one.
    pub(crate) fn allows(&self, more: usize, wider: usize) -> bool {
        let allowed = (wider as u128 * self.more as u128).div_ceil(self.per as u128);
        more as u128 <= allowed
    }
}

impl fmt::Display for Slope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{} per {}", self.more, self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_allows_what_lies_on_it_and_no_more() {
        let check = |slope: Slope, more: usize, wider: usize, expected: bool| {
            assert_eq!(
                slope.allows(more, wider),
                expected,
                "{slope}: {more} of {wider}"
            );
        };
        let slope = Slope::new(1, 100);
        check(slope, 0, 900, true);
        check(slope, 9, 900, true);
        check(slope, 10, 900, false);
        check(slope, 1, 50, true);
        check(slope, 2, 50, false);
        check(Slope::new(3, 1), 270, 90, true);
        check(Slope::new(3, 1), 271, 90, false);
        check(Slope::new(0, 1), 0, 90, true);
        check(Slope::new(0, 1), 1, 90, false);
    }

    #[test]
    fn the_least_slope_is_told_in_its_lowest_terms() {
        assert_eq!(Slope::of(90, 90).to_string(), "+1 per 1");
        assert_eq!(Slope::of(9, 900).to_string(), "+1 per 100");
        assert_eq!(Slope::of(6, 90).to_string(), "+1 per 15");
        assert_eq!(Slope::of(4, 6).to_string(), "+2 per 3");
        assert_eq!(Slope::new(1, 0).to_string(), "+1 per 1");
    }
}
