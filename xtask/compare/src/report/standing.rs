//! Where a benchmark stands among the others: the changed ones come first.

use crate::outcome::{Compared, Comparison, Kind, Mode, Verdict};

use super::number::differ;

/// In the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Slower,
    /// Less was gained than was asked for.
    TooLittle,
    /// Slower, and it may be.
    Allowed,
    Faster,
    Undecided,
    Same,
    Identical,
}

impl Standing {
    pub(super) const ALL: [Self; 7] = [
        Self::Slower,
        Self::TooLittle,
        Self::Allowed,
        Self::Faster,
        Self::Undecided,
        Self::Same,
        Self::Identical,
    ];

    pub(super) fn of(one: &Compared) -> Self {
        match one.verdict {
            Verdict::Slower if one.allowed.is_some() => Self::Allowed,
            Verdict::Slower => Self::Slower,
            _ if one
                .required
                .as_ref()
                .is_some_and(|required| !required.is_met) =>
            {
                Self::TooLittle
            }
            Verdict::Faster => Self::Faster,
            Verdict::Undecided => Self::Undecided,
            Verdict::Same if one.mode == Mode::Identical => Self::Identical,
            Verdict::Same => Self::Same,
        }
    }

    /// For who cannot read the words beside it at a glance. A rising sign is a longer time.
    pub(super) fn mark(self) -> char {
        match self {
            Self::Slower => '▲',
            Self::TooLittle => '✗',
            Self::Allowed => '△',
            Self::Faster => '▼',
            Self::Undecided => '?',
            Self::Same | Self::Identical => '=',
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::TooLittle => "too little",
            Self::Allowed => "allowed",
            Self::Faster => "faster",
            Self::Undecided => "undecided",
            Self::Same => "same",
            Self::Identical => "identical",
        }
    }

    /// It makes a comparison of that kind fail. Of two variants one may be slower, and of one version twice it is noise.
    pub(super) fn is_failure(self, kind: Kind) -> bool {
        match self {
            Self::Slower => kind == Kind::Versions,
            standing => standing == Self::TooLittle,
        }
    }
}

/// All benchmarks, each with its standing: the largest change first, then by name.
pub(super) fn in_order(comparison: &Comparison) -> Vec<(Standing, &Compared)> {
    let mut all: Vec<_> = comparison.benchmarks.iter().map(with_standing).collect();
    all.sort_by(|(standing, one), (its, other)| {
        let by_size = size(other).total_cmp(&size(one));
        let by_name = one.name.cmp(&other.name);
        standing.cmp(its).then(by_size).then(by_name)
    });
    all
}

fn with_standing(one: &Compared) -> (Standing, &Compared) {
    (Standing::of(one), one)
}

/// How far from no change at all, either way.
fn size(one: &Compared) -> f64 {
    one.change
        .map_or(0.0, |change| change.estimate.ln_1p().abs())
}

/// It shows a difference, in time or in what is counted.
pub(super) fn is_changed(standing: Standing, one: &Compared) -> bool {
    standing <= Standing::Faster || has_changed_counts(one)
}

pub(super) fn has_changed_counts(one: &Compared) -> bool {
    let mut counts = one.counts.values();
    counts.any(|counted| differ(counted.base, counted.head))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn changed_ones_come_first_and_the_largest_of_them_before_all() {
        let comparison = sample::every_case();
        let told: Vec<_> = in_order(&comparison)
            .into_iter()
            .map(|(standing, one)| (standing.word(), one.name.as_str()))
            .collect();
        let expected = [
            ("slower", "users::page"),
            ("slower", "names::a│b c|d`e`<f>&\"g\"\\"),
            ("slower", "dashboard::load"),
            ("allowed", "articles::rank"),
            ("faster", "pages::depth::100"),
            ("undecided", "memory::walk"),
            ("undecided", "startup::cold"),
            ("same", "text::parse"),
            ("same", "old::style"),
            ("same", "recorder::forward"),
            ("identical", "fingerprint::long"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_gain_that_is_too_small_is_a_failure_even_where_it_is_faster() {
        let comparison = sample::variants(false);
        let standings: Vec<_> = comparison.benchmarks.iter().map(Standing::of).collect();
        assert_eq!(standings, [Standing::Faster, Standing::TooLittle]);
        assert!(standings[1].is_failure(Kind::Variants));
        assert!(Standing::Slower.is_failure(Kind::Versions));
        assert!(!Standing::Slower.is_failure(Kind::Variants));
    }

    #[test]
    fn what_is_counted_changes_a_benchmark_whose_time_is_the_same() {
        let comparison = sample::every_case();
        let find = |name: &str| {
            let mut all = comparison.benchmarks.iter();
            let one = all.find(|one| one.name == name).unwrap();
            is_changed(Standing::of(one), one)
        };
        assert!(find("text::parse"));
        assert!(!find("recorder::forward"));
    }
}
