//! The time series of what tests cost: points in, a file per run below the target directory; files in, points out.
//!
//! It never fails a test: what could not be written is a warning of who asked for it. It holds no SQL and no values of it.
//! The format is `docs/history.md`.

mod commit;
mod machine;
mod moment;
mod point;
mod process;
mod read;
mod series;
mod store;

use std::io;
use std::path::{Path, PathBuf};

use crate::clock;
use crate::config;

pub(crate) use commit::Commit;
pub(crate) use machine::Machine;
#[cfg(test)]
pub(crate) use point::tests::point as sample_point;
pub(crate) use point::{Fact, Point, Verdict};
pub(crate) use read::{History, read};
pub(crate) use series::{Run, Series, runs, series};

/// Where points are kept, below cargo's target directory, unless it is said otherwise.
pub(crate) const PLACE: &str = "perf-harness/history";

/// Writes what a test found, in one go. Nothing, where nothing is to be kept.
pub(crate) fn append(target: Option<&Path>, facts: Vec<Fact>) -> io::Result<()> {
    let Some(directory) = directory(target) else {
        return Ok(());
    };
    if facts.is_empty() {
        return Ok(());
    }
    let process = process::run();
    let run = config::run_name().unwrap_or_else(|| process.clone());
    let file = store::file(&directory, clock::today(), &process);
    let commit = match store::first(&file).filter(|first| first.run == run) {
        Some(first) => first.commit,
        None => config::workspace().and_then(|workspace| Commit::of(&workspace)),
    };
    let at = moment::written(clock::wall());
    let points = facts.into_iter().map(|fact| Point {
        schema: point::SCHEMA.to_owned(),
        run: run.clone(),
        at: at.clone(),
        commit: commit.clone(),
        machine: Machine::this().clone(),
        profile: config::profile(),
        fact,
    });
    store::append(&file, &points.collect::<Vec<_>>())
}

/// Where they are, if they are kept.
fn directory(target: Option<&Path>) -> Option<PathBuf> {
    match config::history() {
        config::History::Off => None,
        config::History::At(directory) => Some(directory),
        config::History::Usual => target.map(|target| target.join(PLACE)),
    }
}
