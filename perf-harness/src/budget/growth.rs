//! Growth: shapes that are not asked as often at every size of the data.

use super::known::{Baseline, Key, KnownKind, Occurrence};
use super::slope::Slope;
use crate::record::{CallPath, Sample, Shape};

/// A shape whose number changes with the size.
#[derive(Clone, Debug)]
pub(crate) struct Grown<'a> {
    /// How often it was asked at each size.
    pub(crate) counts: Vec<usize>,
    /// Its queries at the size where it was asked most.
    pub(crate) most: Shape<'a>,
}

impl Grown<'_> {
    /// Is it asked at most so much more often at each size, and never less often?
    pub(crate) fn is_within(&self, slope: Slope, samples: &[Sample]) -> bool {
        let steps = samples.windows(2).zip(self.counts.windows(2));
        steps.into_iter().all(|(samples, counts)| {
            let wider = samples[1].size().saturating_sub(samples[0].size());
            let more = counts[1].checked_sub(counts[0]);
            more.is_some_and(|more| slope.allows(more, wider))
        })
    }

    /// Is it asked more often the more there is? Otherwise its number is unstable, as behind a cache.
    pub(crate) fn is_growing(&self) -> bool {
        self.counts.first() < self.counts.last()
    }
}

impl Grown<'_> {
    /// As a baseline knows it: its queries at the largest size, and the place that most of them came from.
    pub(crate) fn occurrence(&self, places: &[Shape<'_>]) -> Occurrence {
        let fingerprint = self.most.fingerprint();
        let mut places = places
            .iter()
            .filter(|place| place.fingerprint() == fingerprint);
        let key = Key {
            function: places.find_map(Shape::path).map(CallPath::functions),
            ..Key::of(KnownKind::Growth, &self.most)
        };
        let count = self.counts.last().copied().unwrap_or_default();
        Occurrence { key, count }
    }
}

/// How a baseline knows each of them.
pub(crate) fn occurrences(samples: &[Sample], grown: &[Grown<'_>]) -> Vec<Occurrence> {
    let places = samples.last().map(|last| last.traffic().repeated());
    let places = places.unwrap_or_default();
    grown.iter().map(|one| one.occurrence(&places)).collect()
}

/// What is left of them beside those that are known.
pub(crate) fn unknown_growth<'a>(
    samples: &'a [Sample],
    allowed: Slope,
    baseline: &Baseline,
) -> Vec<Grown<'a>> {
    let all = grown(samples, allowed);
    if baseline.is_empty() {
        return all;
    }
    let each = occurrences(samples, &all);
    let sums = Occurrence::sum(each.iter().cloned());
    let known: Vec<Key> = sums
        .into_iter()
        .filter(|one| baseline.allows(one))
        .map(|one| one.key)
        .collect();
    let pairs = all.into_iter().zip(each);
    let left = pairs.filter(|(_, one)| !known.contains(&one.key));
    left.map(|(grown, _)| grown).collect()
}

/// All such shapes that grow more than is allowed, the one that grows most first.
fn grown(samples: &[Sample], allowed: Slope) -> Vec<Grown<'_>> {
    let shapes: Vec<Vec<Shape<'_>>> = samples
        .iter()
        .map(|sample| sample.traffic().shapes())
        .collect();
    let mut known: Vec<&str> = Vec::new();
    for shape in shapes.iter().flatten() {
        if !known.contains(&shape.fingerprint()) {
            known.push(shape.fingerprint());
        }
    }
    let mut grown: Vec<Grown<'_>> = known
        .into_iter()
        .filter_map(|fingerprint| {
            let found: Vec<Option<&Shape<'_>>> = shapes
                .iter()
                .map(|shapes| {
                    let mut shapes = shapes.iter();
                    shapes.find(|shape| shape.fingerprint() == fingerprint)
                })
                .collect();
            let counts: Vec<usize> = found
                .iter()
                .map(|shape| shape.map_or(0, Shape::count))
                .collect();
            let most = found
                .into_iter()
                .flatten()
                .max_by_key(|shape| shape.count())?;
            let most = most.clone();
            let grown = Grown { counts, most };
            (!grown.is_within(allowed, samples)).then_some(grown)
        })
        .collect();
    grown.sort_by_key(|grown| {
        let first = grown.counts.first().copied().unwrap_or_default();
        let last = grown.counts.last().copied().unwrap_or_default();
        std::cmp::Reverse(last.saturating_sub(first))
    });
    grown
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::known::Known;
    use super::*;
    use crate::date::Date;
    use crate::record::{Query, Traffic};

    /// At each size so many of the shapes `a` and `b`.
    fn sample(size: usize, a: usize, b: usize) -> Sample {
        let query = |sql: &str| Query::of(sql, Vec::new());
        let mut statements = vec![query("SELECT x FROM a"); a];
        statements.extend(vec![query("SELECT x FROM b"); b]);
        let traffic = Traffic {
            statements,
            ..Traffic::default()
        };
        Sample {
            size,
            rows: size as u64,
            traffic: Arc::new(traffic),
        }
    }

    fn check(samples: &[Sample], expected: &[(&str, &[usize], bool)]) {
        let found = grown(samples, Slope::NONE);
        let found: Vec<_> = found
            .iter()
            .map(|grown| {
                let fingerprint = grown.most.fingerprint();
                (fingerprint, &grown.counts[..], grown.is_growing())
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_asked_as_often_at_every_size_has_not_grown() {
        check(&[sample(10, 1, 3), sample(100, 1, 3)], &[]);
    }

    #[test]
    fn what_is_asked_more_often_has_grown_and_the_worst_comes_first() {
        check(
            &[sample(10, 2, 10), sample(100, 3, 100)],
            &[
                ("SELECT x FROM b", &[10, 100], true),
                ("SELECT x FROM a", &[2, 3], true),
            ],
        );
        check(
            &[sample(1, 0, 1), sample(2, 5, 1)],
            &[("SELECT x FROM a", &[0, 5], true)],
        );
    }

    #[test]
    fn what_grows_no_more_than_is_allowed_is_none() {
        let samples = [sample(10, 1, 10), sample(100, 1, 19)];
        let found = |slope| grown(&samples, slope).len();
        assert_eq!(found(Slope::new(1, 10)), 0);
        assert_eq!(
            found(Slope::new(1, 11)),
            0,
            "a part of a query counts as one"
        );
        assert_eq!(found(Slope::new(1, 12)), 1);
        let fewer = [sample(10, 4, 1), sample(100, 1, 1)];
        assert_eq!(
            grown(&fewer, Slope::new(9, 1)).len(),
            1,
            "fewer is unstable"
        );
    }

    #[test]
    fn what_is_known_to_grow_so_far_is_none() {
        let samples = [sample(10, 2, 10), sample(100, 3, 100)];
        let left = |ceiling: usize| -> Vec<String> {
            let found = grown(&samples, Slope::NONE);
            let known = Known {
                key: found[0].occurrence(&[]).key,
                ceiling,
                issue: String::new(),
                expires: Date::default(),
            };
            let baseline = Baseline::new(vec![known], Date::default());
            let left = unknown_growth(&samples, Slope::NONE, &baseline);
            left.iter()
                .map(|grown| grown.most.fingerprint().to_owned())
                .collect()
        };
        assert_eq!(left(100), ["SELECT x FROM a"]);
        assert_eq!(left(99), ["SELECT x FROM b", "SELECT x FROM a"]);
    }

    #[test]
    fn what_is_asked_less_often_is_no_success() {
        check(
            &[sample(10, 4, 1), sample(100, 1, 1)],
            &[("SELECT x FROM a", &[4, 1], false)],
        );
        check(
            &[sample(1, 1, 1), sample(2, 2, 1), sample(3, 1, 1)],
            &[("SELECT x FROM a", &[1, 2, 1], false)],
        );
    }
}
