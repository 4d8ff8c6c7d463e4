//! What is counted and not timed: by the bench's own word, and by divan's allocator.

use std::collections::BTreeMap;

use crate::lockstep::Facts;
use crate::outcome::Counted;

/// Of all pairs so far.
#[derive(Default)]
pub(crate) struct Counts {
    base: Tally,
    head: Tally,
}

/// What the processes of one side told.
#[derive(Default)]
struct Tally {
    processes: usize,
    by_name: BTreeMap<String, Seen>,
}

/// A value, as long as it is always the same: otherwise it is no count, but chance.
struct Seen {
    value: Option<f64>,
    processes: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, base: &Facts, head: &Facts) {
        self.base.add(base);
        self.head.add(head);
    }

    pub(crate) fn take(&mut self, other: Self) {
        self.base.take(other.base);
        self.head.take(other.head);
    }

    /// What is the same in all processes of a side, and on both sides there.
    pub(crate) fn constant(&self) -> BTreeMap<String, Counted> {
        let both = self.base.by_name.keys().filter_map(|name| {
            let counted = Counted {
                base: self.base.constant(name)?,
                head: self.head.constant(name)?,
                is_cost: true,
            };
            Some((name.clone(), counted))
        });
        both.collect()
    }
}

impl Tally {
    fn add(&mut self, facts: &Facts) {
        self.processes += 1;
        for (name, value) in &facts.counts {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            self.note(name, Some(*value as f64), 1);
        }
        for (name, value) in &facts.allocations {
            self.note(name, Some(*value), 1);
        }
    }

    fn note(&mut self, name: &str, value: Option<f64>, processes: usize) {
        let first = Seen {
            value,
            processes: 0,
        };
        let seen = self.by_name.entry(name.to_owned()).or_insert(first);
        seen.processes += processes;
        if seen.value != value {
            seen.value = None;
        }
    }

    fn take(&mut self, other: Self) {
        self.processes += other.processes;
        for (name, seen) in other.by_name {
            self.note(&name, seen.value, seen.processes);
        }
    }

    fn constant(&self, name: &str) -> Option<f64> {
        let seen = self.by_name.get(name)?;
        seen.value.filter(|_| seen.processes == self.processes)
    }
}

/// Whether one operation costs more of anything.
pub(crate) fn became_more(counts: &BTreeMap<String, Counted>) -> bool {
    counts
        .values()
        .any(|counted| counted.is_cost && counted.head > counted.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(counts: &[(&str, u64)]) -> Facts {
        let counts = counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        Facts {
            counts: counts.collect(),
            ..Facts::default()
        }
    }

    #[test]
    fn what_is_not_the_same_in_all_processes_of_a_side_is_no_count() {
        let mut counts = Counts::default();
        counts.add(
            &facts(&[("queries", 3), ("rows", 7)]),
            &facts(&[("queries", 4), ("rows", 7)]),
        );
        let all: Vec<String> = counts.constant().into_keys().collect();
        assert_eq!(all, ["queries", "rows"]);
        assert!(became_more(&counts.constant()));
        // In a fresh series one side has other rows, and the other side no queries at all.
        let mut again = Counts::default();
        again.add(
            &facts(&[("queries", 3), ("rows", 8)]),
            &facts(&[("rows", 7)]),
        );
        counts.take(again);
        assert_eq!(counts.constant().len(), 0);
        assert!(!became_more(&counts.constant()));
    }

    #[test]
    fn only_more_of_what_costs_is_worse() {
        let counted = |base, head, is_cost| {
            let counted = Counted {
                base,
                head,
                is_cost,
            };
            became_more(&BTreeMap::from([("steps".to_owned(), counted)]))
        };
        assert!(counted(3.0, 4.0, true));
        assert!(!counted(4.0, 3.0, true));
        assert!(!counted(3.0, 3.0, true));
        assert!(!counted(3.0, 4.0, false));
    }
}
