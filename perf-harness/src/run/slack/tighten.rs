//! The file of budgets with what holds today. Only values change, and limits that an entry has by default are written into
//! it; comments, order and blanks stay. No limit is ever loosened.

use std::ops::Range;

use serde::Serialize;

use super::table::{Row, State};
use crate::budget::{Measured, Metric};
use crate::budgets::{Place, places};
use crate::units::milliseconds;

/// How much more than today's value is allowed from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margin(Option<f64>);

/// Where nothing is said: times vary from machine to machine, counts do not.
const TIME_PERCENT: f64 = 50.0;

/// What drivers and pools do not do the same each time.
const NEARLY_PERCENT: f64 = 10.0;

impl Margin {
    /// So much in a hundred of everything.
    #[must_use]
    pub const fn percent(percent: f64) -> Self {
        Self(Some(percent))
    }

    fn of(self, limit: Measured) -> f64 {
        match limit {
            Measured::Latency(_) => self.0.unwrap_or(TIME_PERCENT),
            Measured::Work(_) if limit.is_time() => self.0.unwrap_or(TIME_PERCENT),
            Measured::Work(
                Metric::Bytes
                | Metric::RoundTripsInAll
                | Metric::Allocations
                | Metric::AllocatedBytes,
            ) => self.0.unwrap_or(NEARLY_PERCENT),
            Measured::Work(_) => self.0.unwrap_or(0.0),
        }
    }
}

/// One limit that allows less now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The entry's name.
    pub entry: String,
    /// The key.
    pub limit: &'static str,
    /// Are the values microseconds?
    pub is_time: bool,
    /// What was allowed.
    pub from: u64,
    /// What is allowed from now on.
    pub to: u64,
    /// Was it written into the entry, which had it by default?
    pub is_new: bool,
}

/// What allows less, by what was measured.
pub(super) fn changes(rows: &[Row], margin: Margin) -> Vec<Change> {
    let changes = rows.iter().filter_map(|row| {
        let to = tighter(row, margin)?.max(never_longer(row, rows, margin));
        (to < row.most).then(|| Change {
            entry: row.entry.clone(),
            limit: row.limit,
            is_time: row.is_time,
            from: row.most,
            to,
            is_new: !row.is_own,
        })
    });
    changes.collect()
}

/// What a limit comes to by what was measured of it alone.
fn tighter(row: &Row, margin: Margin) -> Option<u64> {
    let limit = Measured::of_key(row.limit)?;
    let today = row.today.filter(|_| row.state == State::Holds)?;
    let to = with_margin(limit, row.today_high.unwrap_or(today).max(today), margin);
    Some(to.min(row.most))
}

/// What is allowed of an entry's percentiles below this one: a p95 below its p50 would be refused when the file is read.
fn never_longer(row: &Row, rows: &[Row], margin: Margin) -> u64 {
    let statistic = |row: &Row| match Measured::of_key(row.limit)? {
        Measured::Latency(statistic) => Some(statistic),
        Measured::Work(_) => None,
    };
    let Some(this) = statistic(row) else { return 0 };
    let below = rows.iter().filter(|other| {
        let is_below = statistic(other).is_some_and(|other| other.is_never_longer_than(this));
        other.entry == row.entry && is_below
    });
    let allowed = below.map(|other| tighter(other, margin).unwrap_or(other.most));
    allowed.max().unwrap_or_default()
}

/// What can be none may be allowed to be none; of what else there is one at least.
fn with_margin(limit: Measured, today: u64, margin: Margin) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "values are far below 2^52, and a margin is not negative"
    )]
    let more = (today as f64 * (100.0 + margin.of(limit)) / 100.0 - 1e-6).ceil() as u64;
    let more = more.max(today);
    if limit.is_time() {
        readable(more).max(1)
    } else if limit.may_be_zero() {
        more
    } else {
        more.max(1)
    }
}

/// Rounded up to two digits.
fn readable(value: u64) -> u64 {
    let digits = value.checked_ilog10().unwrap_or_default();
    let unit = 10_u64.pow(digits.saturating_sub(1));
    value.div_ceil(unit) * unit
}

/// The text with the changes, as far as it has a place for them.
pub(super) fn rewritten(text: &str, changes: &[Change]) -> String {
    let places = places(text);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for change in changes {
        let value = written(change);
        if change.is_new {
            if let Some(at) = below_head(text, &places, &change.entry) {
                edits.push((at..at, format!("{} = {value}\n", change.limit)));
            }
        } else {
            let path = ["budgets", &change.entry, change.limit];
            let place = places.iter().find(|place| place.path == path);
            edits.extend(place.and_then(|place| Some((place.value.clone()?, value))));
        }
    }
    // From the end on, so that what is changed moves nothing that is still to be changed. Lines that are new keep their order.
    edits.reverse();
    edits.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut text = text.to_owned();
    for (at, new) in edits {
        text.replace_range(at, &new);
    }
    text
}

/// The first byte of the line below an entry's head, if it has one of its own.
fn below_head(text: &str, places: &[Place], entry: &str) -> Option<usize> {
    let path = ["budgets", entry];
    let head = places
        .iter()
        .find(|place| place.path == path && place.value.is_none())?;
    let mut ends = text.match_indices('\n').map(|(at, _)| at + 1);
    ends.nth(head.line - 1)
}

/// As the file has it: times in milliseconds.
fn written(change: &Change) -> String {
    if change.is_time {
        return milliseconds(change.to);
    }
    let digits = change.to.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests;
