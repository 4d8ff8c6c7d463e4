//! The rows below a bench: its throughput, and what divan's `AllocProfiler` counted.

use super::cells::{bytes, count, counted, cut};
use super::output::Measured;

/// What divan calls them, and what their two rows are called here.
const TALLIES: [(&str, &str, &str); 5] = [
    ("max alloc:", "max alloc count", "max alloc bytes"),
    ("alloc:", "alloc count", "alloc bytes"),
    ("dealloc:", "dealloc count", "dealloc bytes"),
    ("grow:", "grow count", "grow bytes"),
    ("shrink:", "shrink count", "shrink bytes"),
];

/// Where the rows of a bench have got to.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    /// Any row may come, or none.
    Open,
    /// A label was read: two rows of numbers follow.
    Counts {
        counts: &'static str,
        sizes: &'static str,
    },
    /// The second of them.
    Sizes { sizes: &'static str },
}

impl Rows {
    /// Nothing is missing.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }

    /// One row more. None where it is no such row.
    pub(super) fn take(self, line: &str, measured: &mut Measured) -> Option<Self> {
        let cells = cut(line)?;
        let [first, slowest, median, mean, "", ""] = cells else {
            return None;
        };
        let first = first.trim_matches(['│', ' ']);
        let values = [first, slowest, median, mean];
        match self {
            Self::Counts { counts, sizes } => {
                measured.tally(counts, each(values, count)?)?;
                Some(Self::Sizes { sizes })
            }
            Self::Sizes { sizes } => {
                measured.tally(sizes, each(values, bytes)?)?;
                Some(Self::Open)
            }
            Self::Open if [slowest, median, mean] == [""; 3] => labelled(first),
            Self::Open => throughput(values, measured),
        }
    }
}

fn labelled(label: &str) -> Option<Rows> {
    let mut tallies = TALLIES.into_iter();
    let (_, counts, sizes) = tallies.find(|(known, _, _)| *known == label)?;
    Some(Rows::Counts { counts, sizes })
}

fn throughput(values: [&str; 4], measured: &mut Measured) -> Option<Rows> {
    let [name, others @ ..] = each(values, counted)?;
    if others.iter().any(|other| *other != name) {
        return None;
    }
    let before = measured
        .counters
        .insert(name.to_owned(), values.map(str::to_owned));
    before.is_none().then_some(Rows::Open)
}

fn each<T>(texts: [&str; 4], read: impl Fn(&str) -> Option<T>) -> Option<[T; 4]> {
    let [fastest, slowest, median, mean] = texts.map(read);
    Some([fastest?, slowest?, median?, mean?])
}

impl Measured {
    /// None where it is told twice.
    fn tally(&mut self, name: &str, [fastest, slowest, median, mean]: [f64; 4]) -> Option<()> {
        let is_steady = [slowest, median, mean]
            .iter()
            .all(|value| value.total_cmp(&fastest).is_eq());
        let kept = if is_steady {
            &mut self.allocations
        } else {
            &mut self.unsteady
        };
        kept.insert(name.to_owned(), mean).is_none().then_some(())
    }
}
