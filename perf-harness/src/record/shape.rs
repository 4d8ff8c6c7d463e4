//! Queries grouped by their strict fingerprint: what was asked how often.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::parameter::Parameter;
use super::query::Query;
use super::site::CallPath;

/// All queries of one strict fingerprint, in the order they were sent.
#[derive(Clone, Debug)]
pub struct Shape<'a> {
    fingerprint: String,
    queries: Vec<&'a Query>,
    path: Option<Arc<CallPath>>,
}

/// Whether queries of one shape asked the same question or different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repetition {
    /// Asked once.
    Once,
    /// Asked more than once, and never twice with the same values: likely an N+1.
    DifferentValues,
    /// Asked more than once, always with the same values: a duplicate.
    SameValues,
    /// Some values came more than once.
    Mixed,
}

impl<'a> Shape<'a> {
    /// Groups queries by shape: most frequent first, then in the order they first appeared.
    pub(crate) fn group(queries: impl Iterator<Item = &'a Query>) -> Vec<Self> {
        let mut shapes: Vec<Self> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for query in queries {
            let fingerprint = query.fingerprint();
            let at = *index.entry(fingerprint.clone()).or_insert_with(|| {
                shapes.push(Self {
                    fingerprint,
                    queries: Vec::new(),
                    path: None,
                });
                shapes.len() - 1
            });
            shapes[at].queries.push(query);
        }
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.queries.len()));
        shapes
    }

    /// The same queries, each path of calls apart, in the order in which they first appeared.
    pub(crate) fn by_path(self, path: impl Fn(&Query) -> Option<CallPath>) -> Vec<Self> {
        let mut shapes: Vec<Self> = Vec::new();
        let mut index: HashMap<Option<Arc<CallPath>>, usize> = HashMap::new();
        for query in self.queries {
            let path = path(query).map(Arc::new);
            let at = *index.entry(path.clone()).or_insert_with(|| {
                shapes.push(Self {
                    fingerprint: self.fingerprint.clone(),
                    queries: Vec::new(),
                    path,
                });
                shapes.len() - 1
            });
            shapes[at].queries.push(query);
        }
        shapes
    }

    /// The one path of calls that sent them all. `None` where that is not known, or they were not told apart by it.
    #[must_use]
    pub fn path(&self) -> Option<&CallPath> {
        self.path.as_deref()
    }

    /// Has a driver told of one of them, and so of where it came from?
    pub(crate) fn is_told(&self) -> bool {
        self.queries.iter().any(|query| query.stack.is_some())
    }

    /// The strict fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The fingerprint that files keep to know it again: the loose one.
    pub(crate) fn stored_fingerprint(&self) -> String {
        self.queries[0].loose_fingerprint()
    }

    /// The queries of this shape.
    #[must_use]
    pub fn queries(&self) -> &[&'a Query] {
        &self.queries
    }

    /// How many queries.
    #[must_use]
    pub fn count(&self) -> usize {
        self.queries.len()
    }

    /// How many of them ran at the same time, and on how many connections: those that overlap in time, as far as it is known
    /// when they ended.
    #[must_use]
    pub fn at_once(&self) -> usize {
        let mut moments: Vec<(Duration, i32)> = Vec::new();
        for query in &self.queries {
            let Some(elapsed) = query.elapsed else {
                continue;
            };
            moments.extend([(query.started, 1), (query.started + elapsed, -1)]);
        }
        // Where one ends as another begins they do not overlap.
        moments.sort_by_key(|(at, change)| (*at, *change));
        let running = moments.iter().scan(0, |running, (_, change)| {
            *running += change;
            Some(*running)
        });
        usize::try_from(running.max().unwrap_or(0)).unwrap_or(0)
    }

    /// How many connections sent them.
    #[must_use]
    pub fn connections(&self) -> usize {
        let connections: HashSet<u64> = self.queries.iter().map(|query| query.connection).collect();
        connections.len()
    }

    /// How many different sets of values: parameters, or literals where the text holds them.
    #[must_use]
    pub fn distinct_values(&self) -> usize {
        let values: HashSet<(&str, &[Parameter])> = self
            .queries
            .iter()
            .map(|query| (query.sql(), query.parameters()))
            .collect();
        values.len()
    }

    /// Did they ask one question several times, or several questions?
    #[must_use]
    pub fn repetition(&self) -> Repetition {
        match (self.count(), self.distinct_values()) {
            (1, _) => Repetition::Once,
            (count, distinct) if count == distinct => Repetition::DifferentValues,
            (_, 1) => Repetition::SameValues,
            _ => Repetition::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str, value: i32) -> Query {
        let parameter = Parameter::new(23, true, Some(&value.to_be_bytes()));
        Query::of(sql, vec![parameter])
    }

    fn check(values: &[i32], expected: Repetition) {
        let queries: Vec<_> = values.iter().map(|v| query("SELECT $1", *v)).collect();
        let shapes = Shape::group(queries.iter());
        assert_eq!(shapes.len(), 1);
        assert_eq!(shapes[0].repetition(), expected, "{values:?}");
    }

    #[test]
    fn repetition_tells_an_n_plus_one_from_a_duplicate() {
        check(&[1], Repetition::Once);
        check(&[1, 2, 3], Repetition::DifferentValues);
        check(&[1, 1, 1], Repetition::SameValues);
        check(&[1, 2, 1], Repetition::Mixed);
    }

    #[test]
    fn literals_in_the_text_are_values_too() {
        let queries = [query("SELECT 1, $1", 1), query("SELECT 2, $1", 1)];
        let shapes = Shape::group(queries.iter());
        assert_eq!(shapes[0].repetition(), Repetition::DifferentValues);
    }

    #[test]
    fn queries_that_overlap_in_time_ran_at_once() {
        let check = |times: &[(u64, u64)], expected: usize| {
            let queries: Vec<_> = times
                .iter()
                .map(|(from, to)| Query {
                    started: Duration::from_millis(*from),
                    elapsed: Some(Duration::from_millis(to - from)),
                    ..query("SELECT $1", 1)
                })
                .collect();
            let shapes = Shape::group(queries.iter());
            assert_eq!(shapes[0].at_once(), expected, "{times:?}");
        };
        check(&[(0, 5), (5, 9)], 1);
        check(&[(0, 5), (4, 9), (8, 12)], 2);
        check(&[(0, 9), (1, 9), (2, 9)], 3);
    }

    #[test]
    fn the_most_frequent_shape_comes_first() {
        let queries = [
            query("SELECT a", 1),
            query("SELECT b", 1),
            query("SELECT c", 1),
            query("SELECT c", 2),
        ];
        let shapes = Shape::group(queries.iter());
        let order: Vec<_> = shapes.iter().map(Shape::fingerprint).collect();
        assert_eq!(order, ["SELECT c", "SELECT a", "SELECT b"]);
    }
}
