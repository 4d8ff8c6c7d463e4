//! The limits of a file beside what was measured. Pure: a file and a history in, rows out.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::budget::Measured;
use crate::budgets::{Budgets, Entry, Source};
use crate::history::{Point, Run, Verdict, runs, series};
use crate::run::history::metric;
use crate::units::micros;

/// All limits of all entries, in the order of the file.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The file of budgets.
    pub file: String,
    /// The last run that checked one of its entries.
    pub run: Option<RunFact>,
    /// The limits.
    pub rows: Vec<Row>,
    /// What was not understood of the history, and why.
    pub passed_over: Vec<String>,
}

/// A run of the tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunFact {
    /// What it is called.
    pub id: String,
    /// When the last of its tests ended, in UTC.
    pub ended: String,
    /// The commit, if it is known.
    pub commit: Option<String>,
    /// Did tracked files differ from it?
    pub dirty: Option<bool>,
    /// How many tests checked an entry.
    pub tests: usize,
    /// The machines that it ran on.
    pub machines: Vec<String>,
}

/// One limit of one entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The entry's name.
    pub entry: String,
    /// The line of the limit, or of the entry where it says nothing of its own.
    pub line: usize,
    /// Its key in the file.
    pub limit: &'static str,
    /// Is it a time? Then all values are microseconds, and milliseconds in the file.
    pub is_time: bool,
    /// Does the entry say so itself?
    pub is_own: bool,
    /// The most that is allowed.
    pub most: u64,
    /// The most that it was in the last run.
    pub today: Option<u64>,
    /// The upper end of its interval, of what is estimated.
    pub today_high: Option<u64>,
    /// What is left of it.
    pub slack: Option<i128>,
    /// The same of a hundred.
    pub slack_percent: Option<f64>,
    /// What came of it.
    pub state: State,
    /// The test that measured the most.
    pub test: Option<String>,
    /// How many other tests measured it.
    pub others: usize,
    /// The last time that it was measured, where that was in an earlier run.
    pub before: Option<Before>,
}

/// What was measured in an earlier run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Before {
    /// When.
    pub at: String,
    /// By which test.
    pub test: String,
    /// What came.
    pub value: u64,
}

/// What came of a limit in the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is within.
    Holds,
    /// It is more than is allowed.
    Over,
    /// It was too noisy to judge.
    Undecided,
    /// A test checked the entry, and did not judge this limit.
    NotJudged,
    /// No test checked the entry.
    Unchecked,
}

impl Table {
    /// Is there something that has to be done? What an entry has only by default need not be judged.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.rows.iter().any(Row::is_red)
    }
}

impl Row {
    /// Does it have to be looked at?
    #[must_use]
    pub fn is_red(&self) -> bool {
        match self.state {
            State::Holds | State::Undecided => false,
            State::Over | State::Unchecked => true,
            State::NotJudged => self.is_own,
        }
    }
}

/// The table of a file, as points name it, from points in the order of time.
pub(super) fn table(budgets: &Budgets, file: &str, points: &[Point]) -> Table {
    let ours = points.iter().filter(|point| {
        let of_file = point.fact.budgets.as_deref() == Some(file);
        of_file && point.fact.entry.is_some()
    });
    let runs = runs(ours);
    let (last, earlier) = match runs.split_last() {
        Some((last, earlier)) => (Some(last), earlier),
        None => (None, &[][..]),
    };
    let rows = budgets.entries.iter().flat_map(|entry| {
        let of_last = last.map_or_else(Vec::new, |run| of_entry(run, &entry.name));
        limits(entry)
            .into_iter()
            .map(move |limit| row(entry, limit, &of_last, earlier))
    });
    Table {
        file: file.to_owned(),
        run: last.map(run_fact),
        rows: rows.collect(),
        passed_over: Vec::new(),
    }
}

/// Of a test that was repeated, the last try.
fn of_entry<'a>(run: &Run<'a>, entry: &str) -> Vec<&'a Point> {
    let of_entry = |point: &&&Point| point.fact.entry.as_deref() == Some(entry);
    let points = run.points.iter().filter(of_entry).copied();
    let series = series(points);
    series
        .into_iter()
        .flat_map(|series| series.points)
        .collect()
}

type Stated = (Measured, u64, Source);

fn limits(entry: &Entry) -> Vec<Stated> {
    let work = entry.limits.iter().map(|ruled| {
        let measured = Measured::Work(ruled.rule.metric());
        (measured, ruled.rule.most(), ruled.source)
    });
    let latency = entry.latency.iter().map(|ruled| {
        let most = micros(ruled.rule.most());
        let measured = Measured::Latency(ruled.rule.statistic());
        (measured, most, ruled.source)
    });
    work.chain(latency).collect()
}

fn row(
    entry: &Entry,
    (limit, most, source): Stated,
    points: &[&Point],
    earlier: &[Run<'_>],
) -> Row {
    let name = metric(limit);
    let measured = measured(points, &name);
    let most_of = measured.iter().max_by_key(|(_, value)| *value);
    let today = most_of.map(|(_, value)| *value);
    let high = |(point, _): &(&Point, u64)| point.fact.intervals.get(&name).map(|(_, high)| *high);
    let slack = today.map(|today| i128::from(most) - i128::from(today));
    Row {
        entry: entry.name.clone(),
        line: source
            .line()
            .filter(|_| is_own(source))
            .unwrap_or(entry.line),
        limit: limit.key(),
        is_time: limit.is_time(),
        is_own: is_own(source),
        most,
        today,
        today_high: measured.iter().filter_map(high).max(),
        slack,
        slack_percent: slack.map(|slack| percent(slack, most)),
        state: match today {
            Some(today) => state(&measured, today, most, limit),
            None if points.is_empty() => State::Unchecked,
            None => State::NotJudged,
        },
        test: most_of.map(|(point, _)| told(point)),
        others: measured.len().saturating_sub(1),
        before: match today {
            Some(_) => None,
            None => before(earlier, &entry.name, &name),
        },
    }
}

fn is_own(source: Source) -> bool {
    matches!(source, Source::Entry(_))
}

fn measured<'a>(points: &[&'a Point], metric: &str) -> Vec<(&'a Point, u64)> {
    let of = |point: &&'a Point| Some((*point, *point.fact.values.get(metric)?));
    points.iter().filter_map(of).collect()
}

/// A latency is judged by a test of its own: its estimate may be above what a verdict took for within.
fn state(measured: &[(&Point, u64)], today: u64, most: u64, limit: Measured) -> State {
    let name = metric(limit);
    let of = |(point, _): &(&Point, u64)| point.fact.verdicts.get(&name).copied();
    match limit {
        Measured::Work(_) if today > most => State::Over,
        Measured::Work(_) => State::Holds,
        Measured::Latency(_) => match measured.iter().filter_map(of).max() {
            Some(Verdict::Passed) => State::Holds,
            Some(Verdict::Failed) => State::Over,
            _ => State::Undecided,
        },
    }
}

/// The latest of earlier runs that measured it.
fn before(earlier: &[Run<'_>], entry: &str, metric: &str) -> Option<Before> {
    earlier.iter().rev().find_map(|run| {
        let points = of_entry(run, entry);
        let (point, value) = measured(&points, metric)
            .into_iter()
            .max_by_key(|(_, value)| *value)?;
        Some(Before {
            at: point.at.clone(),
            test: told(point),
            value,
        })
    })
}

/// `perf users::list`, and the package where it helps: programs of two packages may have one name.
fn told(point: &Point) -> String {
    format!("{} {}", point.fact.program, point.fact.test)
}

#[expect(clippy::cast_precision_loss, reason = "it is told to a person")]
fn percent(slack: i128, most: u64) -> f64 {
    match most {
        0 => 0.0,
        most => (slack as f64 / most as f64 * 1_000.0).round() / 10.0,
    }
}

fn run_fact(run: &Run<'_>) -> RunFact {
    let last = run.points.last();
    let commit = last.and_then(|point| point.commit.clone());
    let of = |name: fn(&Point) -> String| {
        let all: BTreeSet<String> = run.points.iter().map(|point| name(point)).collect();
        all.into_iter().collect::<Vec<_>>()
    };
    RunFact {
        id: run.id.to_owned(),
        ended: run.ended().to_owned(),
        dirty: commit.as_ref().and_then(|commit| commit.dirty),
        commit: commit.map(|commit| commit.id),
        tests: of(told).len(),
        machines: of(|point| point.machine.id.clone()),
    }
}

#[cfg(test)]
mod tests;
