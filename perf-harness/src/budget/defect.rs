//! The defects that need no number: what is wrong however few queries it costs.

use super::known::{Key, KnownKind, Occurrence};
use super::texts::{changing_lists, literals};
use super::transactions::{are_several, open_transactions, untransacted_writes};
use super::{duplicates, n_plus_ones};
use crate::record::{Shape, Traffic};

/// What makes a piece of work less than efficient, whatever the number of its queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Defect {
    /// One question, asked from one place for each of many values.
    NPlusOne,
    /// One question, asked from one place again with the same values.
    Duplicate,
    /// `IN ($1, $2, ..)` of another width each time: a statement to be prepared for each width.
    ChangingList,
    /// Values written into the text, where parameters belong.
    Literal,
    /// Several writes, each a transaction of its own.
    UntransactedWrites,
    /// A transaction that began and was not ended.
    OpenTransaction,
}

impl Defect {
    pub(crate) const ALL: [Self; 6] = [
        Self::NPlusOne,
        Self::Duplicate,
        Self::ChangingList,
        Self::Literal,
        Self::UntransactedWrites,
        Self::OpenTransaction,
    ];

    /// The macro that asserts that there is none.
    pub(crate) fn assertion(self) -> &'static str {
        match self {
            Self::NPlusOne => "assert_no_n_plus_one",
            Self::Duplicate => "assert_no_duplicate_queries",
            Self::ChangingList => "assert_no_changing_lists",
            Self::Literal => "assert_no_literals",
            Self::UntransactedWrites => "assert_no_untransacted_writes",
            Self::OpenTransaction => "assert_no_open_transactions",
        }
    }

    /// All of this kind, the biggest first.
    pub(crate) fn find(self, traffic: &Traffic) -> Found<'_> {
        let shapes = match self {
            Self::NPlusOne => n_plus_ones(traffic),
            Self::Duplicate => duplicates(traffic),
            Self::ChangingList => changing_lists(traffic),
            Self::Literal => literals(traffic),
            Self::UntransactedWrites => untransacted_writes(traffic),
            Self::OpenTransaction => return open_transactions(traffic),
        };
        Found {
            defect: self,
            count: shapes.len(),
            shapes,
        }
    }
}

/// The defects of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) defect: Defect,
    /// How many.
    pub(crate) count: usize,
    /// What they consist of: not always a shape for each.
    pub(crate) shapes: Vec<Shape<'a>>,
}

impl Found<'_> {
    /// Keeps only some of the shapes, and counts what they stand for.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&Shape<'_>) -> bool) {
        let defect = self.defect;
        let mut gone = 0;
        self.shapes.retain(|shape| {
            let kept = is_kept(shape);
            // Each query that was the last of an open transaction stands for one.
            gone += match defect {
                _ if kept => 0,
                Defect::OpenTransaction => shape.count(),
                _ => 1,
            };
            kept
        });
        self.count = self.count.saturating_sub(gone);
        let left = self.shapes.iter().flat_map(Shape::queries).copied();
        if defect == Defect::UntransactedWrites && !are_several(left) {
            // One write needs no transaction around it.
            self.shapes.clear();
            self.count = 0;
        }
    }

    /// What was found as a baseline knows it, each key once.
    pub(crate) fn occurrences(&self) -> Vec<Occurrence> {
        let kind = KnownKind::Defect(self.defect);
        Occurrence::sum(self.shapes.iter().map(|shape| Occurrence {
            key: Key::of(kind, shape),
            count: shape.count(),
        }))
    }
}
