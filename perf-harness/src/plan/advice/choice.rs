//! Which of the indexes that were tried is proposed. Pure.

use super::super::catalog::Table;
use super::candidate::Candidate;
use super::goal::Seen;

/// A plan that costs so little more is as good.
const NEARLY: f64 = 1.05;
/// A special index is taken where its cost is below this share of a simpler one's, and what it saves is more than this share
/// of what the statement costs now.
const CLEARLY: f64 = 0.7;
const WORTH: f64 = 0.01;
/// Two are tried where one of them alone brings the cost below this share.
const SAVED: f64 = 0.8;
/// More pairs are not tried.
const MOST_PAIRS: usize = 8;

/// A candidate that was made, and the plans with it.
pub(super) struct Good {
    pub(super) candidate: Candidate,
    pub(super) table: Table,
    pub(super) names: Vec<String>,
    pub(super) seen: Seen,
}

/// What came of one round of candidates.
#[derive(Default)]
pub(super) struct Round {
    /// With these the plan is as wanted.
    pub(super) good: Vec<Good>,
    /// With these it is not yet.
    pub(super) partly: Vec<Good>,
    /// The lowest cost with one that does not help enough.
    pub(super) lowest: Option<f64>,
}

impl Round {
    pub(super) fn add(&mut self, good: Good, helps: bool) {
        if helps {
            self.good.push(good);
            return;
        }
        let cost = good.seen.cost();
        self.lowest = Some(self.lowest.map_or(cost, |lowest| lowest.min(cost)));
        self.partly.push(good);
    }

    /// What to try next where one alone does not do: two of one table, the simplest first.
    pub(super) fn pairs(&self, before: f64) -> Vec<(Candidate, Table)> {
        if self.lowest.is_none_or(|lowest| lowest >= before * SAVED) {
            return Vec::new();
        }
        let mut pairs: Vec<(Candidate, Table)> = Vec::new();
        for (at, first) in self.partly.iter().enumerate() {
            let others = self.partly[at + 1..].iter();
            let others = others.filter(|other| other.table.full_name() == first.table.full_name());
            pairs.extend(others.map(|other| {
                let both = first.candidate.and(&other.candidate);
                (both, first.table.clone())
            }));
        }
        pairs.sort_by_key(|(pair, _)| pair.size());
        pairs.truncate(MOST_PAIRS);
        pairs
    }
}

/// The cheapest; of those that cost nearly the same the simplest; and a special one only where it is clearly cheaper.
pub(super) fn best(good: Vec<Good>, before: f64) -> Option<Good> {
    let lowest = |is_special: bool| {
        let costs = good
            .iter()
            .filter(|one| one.candidate.is_special == is_special);
        costs.map(|one| one.seen.cost()).reduce(f64::min)
    };
    let (plain, special) = (lowest(false), lowest(true));
    let takes_special = match (plain, special) {
        (Some(plain), Some(special)) => {
            special < plain * CLEARLY && plain - special > before * WORTH
        }
        (plain, _) => plain.is_none(),
    };
    let limit = if takes_special { special } else { plain }? * NEARLY;
    let mut fit: Vec<Good> = good
        .into_iter()
        .filter(|one| one.candidate.is_special == takes_special && one.seen.cost() <= limit)
        .collect();
    fit.sort_by_key(|one| one.candidate.size());
    fit.into_iter().next()
}
