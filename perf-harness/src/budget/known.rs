//! What is known to be wrong and may stay for a while, and which of it a test still needed.

use std::sync::{Mutex, PoisonError};

use super::defect::{Defect, Found};
use crate::date::Date;
use crate::record::{CallPath, Shape};

/// The kind of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KnownKind {
    /// A shape that is not asked as often at every size.
    Growth,
    /// More queries than an assertion allows.
    Queries,
    #[serde(untagged)]
    Defect(Defect),
}

impl KnownKind {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let defects = Defect::ALL.into_iter().map(Self::Defect);
        defects.chain([Self::Growth, Self::Queries])
    }

    /// The word that it has in files.
    pub(crate) fn word(self) -> String {
        let word = serde_json::to_value(self).ok();
        word.as_ref()
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }
}

/// By what a finding is known again in another build: no line and no value is a part of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Key {
    #[serde(rename = "finding")]
    pub(crate) kind: KnownKind,
    /// The fingerprint that is kept of the query; of a number of queries, the assertion.
    pub(crate) subject: String,
    /// The way to it through the user's functions. `None` where that is not known, and for a number of queries.
    pub(crate) function: Option<String>,
}

impl Key {
    pub(crate) fn of(kind: KnownKind, shape: &Shape<'_>) -> Self {
        Self {
            kind,
            subject: shape.stored_fingerprint(),
            function: shape.path().map(CallPath::functions),
        }
    }
}

/// What was found of one key, and how many queries it cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Occurrence {
    #[serde(flatten)]
    pub(crate) key: Key,
    pub(crate) count: usize,
}

impl Occurrence {
    /// Each key once: two loops of one function that ask the same are one.
    pub(crate) fn sum(found: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut sums: Vec<Self> = Vec::new();
        for one in found {
            match sums.iter_mut().find(|sum| sum.key == one.key) {
                Some(sum) => sum.count += one.count,
                None => sums.push(one),
            }
        }
        sums
    }
}

/// A finding that may stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) key: Key,
    /// As long as it costs no more queries than so many.
    pub(crate) ceiling: usize,
    /// Where it is written that it shall go.
    pub(crate) issue: String,
    /// The last day on which it may stay.
    pub(crate) expires: Date,
}

/// Why something known may not stay all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Objection<'a> {
    Exceeded { known: &'a Known, count: usize },
    Expired { known: &'a Known },
}

/// How a test found something known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// It is there, and may stay.
    Used,
    /// It is there, and costs more than it may.
    Exceeded,
    /// It is there, and should have gone by now.
    Expired,
    /// It is gone.
    Stale,
    /// The test ended before it could tell.
    Unreached,
}

/// All that is known of one test.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    known: Vec<Known>,
    today: Date,
    /// Of each known one, the most that it was found to cost.
    most: Mutex<Vec<Option<usize>>>,
}

impl Baseline {
    pub(crate) fn new(known: Vec<Known>, today: Date) -> Self {
        Self {
            most: Mutex::new(vec![None; known.len()]),
            known,
            today,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// May it stay? That it was needed is noted.
    pub(crate) fn allows(&self, found: &Occurrence) -> bool {
        let Some(at) = self.known.iter().position(|known| known.key == found.key) else {
            return false;
        };
        let mut most = self.most.lock().unwrap_or_else(PoisonError::into_inner);
        most[at] = most[at].max(Some(found.count));
        self.objection(found).is_none()
    }

    /// Why it may not stay although it is known.
    pub(crate) fn objection(&self, found: &Occurrence) -> Option<Objection<'_>> {
        let known = self.known.iter().find(|known| known.key == found.key)?;
        if known.expires < self.today {
            return Some(Objection::Expired { known });
        }
        let count = found.count;
        (count > known.ceiling).then_some(Objection::Exceeded { known, count })
    }

    /// What is left of the defects of one kind.
    pub(crate) fn apply<'f>(&self, mut found: Found<'f>) -> Found<'f> {
        if self.is_empty() {
            return found;
        }
        let allowed: Vec<Key> = found
            .occurrences()
            .into_iter()
            .filter(|one| self.allows(one))
            .map(|one| one.key)
            .collect();
        let kind = KnownKind::Defect(found.defect);
        found.retain(|shape| !allowed.contains(&Key::of(kind, shape)));
        found
    }

    /// What became of each. A test that did not come to its end cannot tell that one is gone.
    pub(crate) fn standings(&self, is_complete: bool) -> Vec<(&Known, Standing, Option<usize>)> {
        let most = self.most.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = self.known.iter().zip(most.iter());
        let told = pairs.map(|(known, count)| {
            let standing = match count {
                None if is_complete => Standing::Stale,
                None => Standing::Unreached,
                Some(_) if known.expires < self.today => Standing::Expired,
                Some(count) if *count > known.ceiling => Standing::Exceeded,
                Some(_) => Standing::Used,
            };
            (known, standing, *count)
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Query;

    const ASSERTION: &str = "assert_max_queries!(list, 3)";

    fn key(subject: &str) -> Key {
        Key {
            kind: KnownKind::Queries,
            subject: subject.to_owned(),
            function: None,
        }
    }

    fn found(count: usize) -> Occurrence {
        Occurrence {
            key: key(ASSERTION),
            count,
        }
    }

    /// Up to 20, and until the last of January.
    fn baseline(today: &str) -> Baseline {
        let known = Known {
            key: key(ASSERTION),
            ceiling: 20,
            issue: "https://example.com/1".to_owned(),
            expires: Date::read("2026-01-31").unwrap(),
        };
        Baseline::new(vec![known], Date::read(today).unwrap())
    }

    fn check(today: &str, counts: &[usize], allowed: bool, standing: Standing) {
        let baseline = baseline(today);
        for count in counts {
            assert_eq!(baseline.allows(&found(*count)), allowed, "{count}");
        }
        let standings = baseline.standings(true);
        let told: Vec<_> = standings.iter().map(|(_, standing, _)| *standing).collect();
        assert_eq!(told, [standing], "{today} {counts:?}");
    }

    #[test]
    fn what_is_known_may_stay_up_to_its_ceiling_and_its_last_day() {
        check("2026-01-31", &[19, 20], true, Standing::Used);
        check("2026-01-31", &[21], false, Standing::Exceeded);
        check("2026-02-01", &[1], false, Standing::Expired);
        check("2026-01-31", &[], false, Standing::Stale);
        check("2026-02-01", &[], false, Standing::Stale);
    }

    #[test]
    fn the_most_that_it_was_found_to_cost_is_what_counts() {
        let baseline = baseline("2026-01-01");
        for count in [3, 21, 5] {
            baseline.allows(&found(count));
        }
        let standings = baseline.standings(true);
        assert_eq!(standings[0].1, Standing::Exceeded);
        assert_eq!(standings[0].2, Some(21));
    }

    #[test]
    fn another_subject_is_not_known() {
        let baseline = baseline("2026-01-01");
        let other = Occurrence {
            key: key("assert_max_queries!(list, 4)"),
            count: 1,
        };
        assert!(!baseline.allows(&other));
        assert_eq!(baseline.objection(&other), None);
        assert_eq!(baseline.standings(true)[0].1, Standing::Stale);
    }

    #[test]
    fn a_test_that_ended_early_cannot_tell_that_something_is_gone() {
        let baseline = baseline("2026-01-01");
        assert_eq!(baseline.standings(false)[0].1, Standing::Unreached);
        baseline.allows(&found(20));
        assert_eq!(baseline.standings(false)[0].1, Standing::Used);
    }

    #[test]
    fn what_has_one_key_is_counted_together() {
        let other = Occurrence {
            key: key("other"),
            count: 1,
        };
        let sums = Occurrence::sum([found(2), other.clone(), found(3)].into_iter());
        assert_eq!(sums, [found(5), other]);
    }

    #[test]
    fn known_defects_are_taken_from_those_that_were_found() {
        let query = |sql: &str| Query::of(sql, Vec::new());
        let statements = [
            query("SELECT x FROM a"),
            query("SELECT x FROM a"),
            query("SELECT x FROM b"),
        ];
        let found = |defect| {
            let shapes = Shape::group(statements.iter());
            Found {
                defect,
                count: shapes.len(),
                shapes,
            }
        };
        let left = |kind: Defect, subject: &str, ceiling, defect: Defect| -> usize {
            let known = Known {
                key: Key {
                    kind: KnownKind::Defect(kind),
                    ..key(subject)
                },
                ceiling,
                issue: String::new(),
                expires: Date::default(),
            };
            let baseline = Baseline::new(vec![known], Date::default());
            let left = baseline.apply(found(defect));
            assert_eq!(left.count, left.shapes.len());
            left.count
        };
        let (one, other) = (Defect::NPlusOne, Defect::Duplicate);
        assert_eq!(left(one, "SELECT ... FROM a", 2, one), 1);
        assert_eq!(
            left(one, "SELECT ... FROM a", 1, one),
            2,
            "over the ceiling"
        );
        assert_eq!(left(one, "SELECT ... FROM c", 2, one), 2, "another query");
        assert_eq!(left(other, "SELECT ... FROM a", 2, one), 2, "another kind");
    }

    #[test]
    fn each_kind_has_a_word_and_is_read_by_it() {
        let words: Vec<String> = KnownKind::all().map(KnownKind::word).collect();
        assert_eq!(words.len(), 8);
        assert_eq!(
            (words[0].as_str(), words[6].as_str()),
            ("n_plus_one", "growth")
        );
        for (word, kind) in words.into_iter().zip(KnownKind::all()) {
            let read: KnownKind = serde_json::from_value(word.into()).unwrap();
            assert_eq!(read, kind);
        }
    }
}
