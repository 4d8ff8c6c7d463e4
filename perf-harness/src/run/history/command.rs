//! What a person asks of the history: facts out. The program tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;

use crate::baseline;
use crate::config;
use crate::error::SetupError;
use crate::history::{self, History, Point, read, series};
use crate::nearest::nearest;

/// What one recording cost, run after run.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// The package, the program, the test and the recording.
    pub name: String,
    /// The test's path.
    pub test: String,
    /// The entry of the budgets that it was last held against.
    pub entry: Option<String>,
    /// The earliest first, one for each run.
    pub points: Vec<PointFact>,
}

/// What it cost in one run.
#[derive(Clone, Debug, Serialize)]
pub struct PointFact {
    /// The run.
    pub run: String,
    /// When its test ended, in UTC.
    pub at: String,
    /// The commit, if it is known.
    pub commit: Option<String>,
    /// Did tracked files differ from it?
    pub dirty: Option<bool>,
    /// The machine, as far as it matters.
    pub machine: String,
    /// Cargo's directory of the build.
    pub profile: String,
    /// By metric.
    pub values: BTreeMap<String, u64>,
    /// The most that was allowed.
    pub limits: BTreeMap<String, u64>,
}

/// All that was read.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// By name.
    pub series: Vec<Series>,
    /// What was not understood, and why.
    pub passed_over: Vec<String>,
}

/// All series of these directories, or of the usual one; or those of one entry, test or recording.
pub fn told(directories: &[PathBuf], name: Option<&str>) -> Result<Told, SetupError> {
    let history = of(directories)?;
    let all: Vec<Series> = series(&history.points).iter().map(fact).collect();
    let series = match name {
        None => all,
        Some(name) => chosen(all, name)?,
    };
    Ok(Told {
        series,
        passed_over: history.passed_over,
    })
}

/// What lies in directories, or in the usual one. That nothing does is an error.
fn of(directories: &[PathBuf]) -> Result<History, SetupError> {
    let directories = or_usual(directories)?;
    let history = read(&directories)?;
    if history.points.is_empty() {
        return Err(nothing(&directories, &history));
    }
    Ok(history)
}

/// The same, and it may be nothing.
pub(crate) fn whatever_of(directories: &[PathBuf]) -> Result<History, SetupError> {
    read(&or_usual(directories)?)
}

fn or_usual(directories: &[PathBuf]) -> Result<Vec<PathBuf>, SetupError> {
    if directories.is_empty() {
        return Ok(vec![usual()?]);
    }
    Ok(directories.to_vec())
}

fn usual() -> Result<PathBuf, SetupError> {
    let (root, target) = baseline::workspace_and_target()?;
    match &config::config()?.history {
        config::History::Usual => Ok(target.join(history::PLACE)),
        config::History::At(path) => Ok(root.join(path)),
        config::History::Off => Err(SetupError::History {
            cause: "PERF_HARNESS_HISTORY is `off`, so there is no history".to_owned(),
            cure: "unset it, and run the tests".to_owned(),
        }),
    }
}

fn nothing(directories: &[PathBuf], history: &History) -> SetupError {
    let places: Vec<String> = directories
        .iter()
        .map(|directory| directory.display().to_string())
        .collect();
    let cause = format!("no test has left anything in {}", places.join(", "));
    let told = [vec![cause], history.passed_over.clone()].concat();
    SetupError::History {
        cause: told.join("\n"),
        cure: "run the tests: each that asserts on a recording leaves what it cost".to_owned(),
    }
}

fn fact(series: &history::Series<'_>) -> Series {
    let last = series.points.last();
    Series {
        name: series.name.clone(),
        test: last
            .map(|point| point.fact.test.clone())
            .unwrap_or_default(),
        entry: last.and_then(|point| point.fact.entry.clone()),
        points: series.points.iter().map(|point| of_point(point)).collect(),
    }
}

fn of_point(point: &Point) -> PointFact {
    let commit = point.commit.as_ref();
    PointFact {
        run: point.run.clone(),
        at: point.at.clone(),
        commit: commit.map(|commit| commit.id.clone()),
        dirty: commit.and_then(|commit| commit.dirty),
        machine: point.machine.id.clone(),
        profile: point.profile.clone(),
        values: point.fact.values.clone(),
        limits: point.fact.limits.clone(),
    }
}

/// Those of an entry or of a test, by its path or its last part; or the one with this name.
fn chosen(all: Vec<Series>, name: &str) -> Result<Vec<Series>, SetupError> {
    let is_it = |series: &Series| {
        series.name == name
            || series.entry.as_deref() == Some(name)
            || series.test == name
            || series.test.ends_with(&format!("::{name}"))
    };
    let (chosen, others): (Vec<Series>, Vec<Series>) = all.into_iter().partition(is_it);
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let known: BTreeSet<&str> = others
        .iter()
        .flat_map(|series| [Some(series.test.as_str()), series.entry.as_deref()])
        .flatten()
        .collect();
    let guess = nearest(name, known.iter().copied());
    let guess = guess.map_or_else(String::new, |guess| format!("did you mean `{guess}`?\n"));
    Err(SetupError::History {
        cause: format!("the history knows no entry and no test `{name}`"),
        cure: format!("{guess}perf-harness history list tells all"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, test: &str, entry: Option<&str>) -> Series {
        Series {
            name: name.to_owned(),
            test: test.to_owned(),
            entry: entry.map(str::to_owned),
            points: Vec::new(),
        }
    }

    fn all() -> Vec<Series> {
        vec![
            series(
                "app perf users::list list",
                "users::list",
                Some("GET /api/users/"),
            ),
            series("app perf users::list db", "users::list", None),
            series("app perf other other", "other", None),
        ]
    }

    #[test]
    fn a_series_is_found_by_its_entry_its_test_or_its_whole_name() {
        let check = |name: &str, expected: usize| {
            assert_eq!(chosen(all(), name).unwrap().len(), expected, "{name}");
        };
        check("GET /api/users/", 1);
        check("users::list", 2);
        check("list", 2);
        check("app perf users::list db", 1);
    }

    #[test]
    fn what_is_not_known_is_told_with_what_was_probably_meant() {
        let error = chosen(all(), "users::lst").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the history knows no entry and no test `users::lst`"
        );
        let expected = "did you mean `users::list`?\nperf-harness history list tells all";
        assert_eq!(error.hint(), expected);
    }
}
