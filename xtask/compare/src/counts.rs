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

/// By name the value, or none where it was not always the same: that is no count, but chance.
#[derive(Default)]
struct Tally(BTreeMap<String, Option<f64>>);

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
        let both = self.base.0.iter().filter_map(|(name, base)| {
            let counted = Counted {
                base: (*base)?,
                head: (*self.head.0.get(name)?)?,
                is_cost: true,
            };
            Some((name.clone(), counted))
        });
        both.collect()
    }
}

impl Tally {
    fn add(&mut self, facts: &Facts) {
        for (name, value) in &facts.counts {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            self.note(name, *value as f64);
        }
        for (name, value) in &facts.allocations {
            self.note(name, *value);
        }
    }

    fn note(&mut self, name: &str, value: f64) {
        let known = self.0.entry(name.to_owned()).or_insert(Some(value));
        if *known != Some(value) {
            *known = None;
        }
    }

    fn take(&mut self, other: Self) {
        for (name, value) in other.0 {
            match value {
                Some(value) => self.note(&name, value),
                None => {
                    self.0.insert(name, None);
                }
            }
        }
    }
}

/// Whether one operation costs more of anything.
pub(crate) fn became_more(counts: &BTreeMap<String, Counted>) -> bool {
    counts
        .values()
        .any(|counted| counted.is_cost && counted.head > counted.base)
}
