//! How the work of a plan grows with its tables: facts and a little mathematics. Pure.

use std::ops::RangeInclusive;

use super::access::Access;
use super::plans::Plans;
use super::tree::Plan;

/// At which sizes plans are asked for, and how fast their work may grow.
///
/// ```
/// use perf_harness::{PlanGrowth, Scale};
///
/// let scale = Scale::of(1_000..=10_000_000).table("articles").at_most(PlanGrowth::Linear);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    pub(crate) sizes: RangeInclusive<u64>,
    /// The tables that grow. Where none is named, all do that are read.
    pub(crate) tables: Vec<String>,
    pub(crate) allowed: PlanGrowth,
}

impl Scale {
    /// From so many rows to so many, by tens. All tables grow that the queries read, and the work may grow with the logarithm.
    #[must_use]
    pub fn of(sizes: RangeInclusive<u64>) -> Self {
        Self {
            sizes,
            tables: Vec::new(),
            allowed: PlanGrowth::Logarithmic,
        }
    }

    /// Only this table grows, and others that are named so. The rest is as large as the test says, or as it is.
    #[must_use]
    pub fn table(mut self, name: &str) -> Self {
        self.tables.push(name.to_owned());
        self
    }

    /// How fast the work may grow at most.
    #[must_use]
    pub fn at_most(mut self, growth: PlanGrowth) -> Self {
        self.allowed = growth;
        self
    }

    /// The sizes: the first, each ten times the one before, and the last.
    pub(crate) fn steps(&self) -> Vec<u64> {
        let (first, last) = (*self.sizes.start(), *self.sizes.end());
        let tens = std::iter::successors(Some(first), |size| size.checked_mul(10));
        let mut steps: Vec<u64> = tens.take_while(|size| *size > 0 && *size < last).collect();
        steps.push(last);
        steps
    }
}

impl From<RangeInclusive<u64>> for Scale {
    fn from(sizes: RangeInclusive<u64>) -> Self {
        Self::of(sizes)
    }
}

/// How the work of a query grows with the rows of its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanGrowth {
    /// It does not.
    Constant,
    /// By a little for ten times the rows.
    Logarithmic,
    /// Ten times for ten times the rows.
    Linear,
    /// Faster than that.
    Worse,
}

impl PlanGrowth {
    /// From the work at rising sizes: the steepest of the last two steps, by its exponent, log(work) for log(rows). What is
    /// constant in it hides the growth at small sizes, so they do not count. Up to 0.05 it is constant, up to 0.3 logarithmic
    /// (a tenth more digits), up to 1.15 linear: sorting, n log n, has 1.07 from a million rows on.
    pub(crate) fn of(points: &[(u64, f64)]) -> Self {
        let exponents = points.windows(2).map(|pair| {
            let ((from, before), (to, after)) = (pair[0], pair[1]);
            #[expect(clippy::cast_precision_loss, reason = "a ratio")]
            let rows = (to as f64 / from as f64).ln();
            (after.max(1.0) / before.max(1.0)).ln() / rows
        });
        let exponents: Vec<f64> = exponents.collect();
        let last = &exponents[exponents.len().saturating_sub(2)..];
        match last.iter().copied().fold(f64::NEG_INFINITY, f64::max) {
            steepest if steepest <= 0.05 => Self::Constant,
            steepest if steepest <= 0.3 => Self::Logarithmic,
            steepest if steepest <= 1.15 => Self::Linear,
            _ => Self::Worse,
        }
    }
}

/// How the plans of a recording's queries fare at rising sizes.
#[derive(Clone, Debug)]
pub(crate) struct Scaling {
    pub(crate) sizes: Vec<u64>,
    /// The tables that grow.
    pub(crate) tables: Vec<String>,
    pub(crate) queries: Vec<QueryScaling>,
}

/// The plan of one query at rising sizes.
#[derive(Clone, Debug)]
pub(crate) struct QueryScaling {
    /// Its place among the recording's queries.
    pub(crate) at: usize,
    /// The planner's cost at each size.
    pub(crate) costs: Vec<f64>,
    /// What the plan does at each size, in a line.
    pub(crate) plans: Vec<String>,
    /// It has an `OFFSET`, and was asked for a page that is as deep, in proportion, at each size.
    pub(crate) is_offset: bool,
}

impl QueryScaling {
    pub(crate) fn growth(&self, sizes: &[u64]) -> PlanGrowth {
        let points = sizes.iter().copied().zip(self.costs.iter().copied());
        PlanGrowth::of(&points.collect::<Vec<_>>())
    }

    /// The first size from which on the plan is another one, and what it was and is.
    pub(crate) fn flip<'s>(&'s self, sizes: &[u64]) -> Option<(u64, &'s str, &'s str)> {
        let at = self.plans.windows(2).position(|pair| pair[0] != pair[1])?;
        Some((sizes[at + 1], &self.plans[at], &self.plans[at + 1]))
    }
}

/// What a plan does with tables, in a line: `seek in articles_slug_idx, sequential scan of tags`.
pub(crate) fn outline(plans: &Plans, plan: &Plan) -> String {
    let parts = plans.reaches(plan).into_iter().map(|reach| {
        let table = &reach.table.name;
        let index = reach.indexes.first().map(|index| index.name.as_str());
        match (reach.access, index) {
            (Access::Seek, Some(index)) => format!("seek in {index}"),
            (Access::Bounded, Some(index)) => format!("beginning of {index}"),
            (Access::Pieces, Some(index)) => format!("all of {table} by seeks in {index}"),
            (Access::IndexWalk, Some(index)) => format!("all of {index}"),
            (Access::Bounded, None) => format!("beginning of {table}"),
            _ => format!("sequential scan of {table}"),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_told_by_its_exponent() {
        let check = |costs: &[f64], expected| {
            let sizes = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
            let points: Vec<_> = sizes.into_iter().zip(costs.iter().copied()).collect();
            assert_eq!(PlanGrowth::of(&points), expected, "{costs:?}");
        };
        check(&[8.0, 8.3, 8.3, 8.3, 8.3], PlanGrowth::Constant);
        check(&[8.0, 9.0, 11.0, 13.0, 16.0], PlanGrowth::Logarithmic);
        check(&[20.0, 200.0, 2_000.0, 2e4, 2e5], PlanGrowth::Linear);
        // A constant part hides it at first.
        check(
            &[1_000.0, 1_001.0, 1_010.0, 1_100.0, 2_000.0],
            PlanGrowth::Logarithmic,
        );
        check(&[10.0, 11.0, 20.0, 110.0, 1_010.0], PlanGrowth::Linear);
        check(&[20.0, 2e3, 2e5, 2e7, 2e9], PlanGrowth::Worse);
        // Sorting.
        check(&[1e4, 1.3e5, 1.6e6, 2e7, 2.3e8], PlanGrowth::Linear);
        check(&[100.0, 50.0, 20.0, 10.0, 10.0], PlanGrowth::Constant);
    }

    #[test]
    fn sizes_rise_by_tens_up_to_the_last() {
        let check = |sizes: RangeInclusive<u64>, expected: &[u64]| {
            assert_eq!(Scale::of(sizes).steps(), expected);
        };
        check(1_000..=1_000_000, &[1_000, 10_000, 100_000, 1_000_000]);
        check(500..=20_000, &[500, 5_000, 20_000]);
        check(7..=7, &[7]);
        check(0..=9, &[9]);
    }

    #[test]
    fn a_flip_is_where_the_plan_becomes_another_one() {
        let plans = ["a", "a", "b"].map(str::to_owned).to_vec();
        let query = QueryScaling {
            at: 0,
            costs: vec![1.0, 1.0, 9.0],
            plans,
            is_offset: false,
        };
        assert_eq!(query.flip(&[10, 100, 1_000]), Some((1_000, "a", "b")));
        assert_eq!(query.growth(&[10, 100, 1_000]), PlanGrowth::Linear);
    }
}
