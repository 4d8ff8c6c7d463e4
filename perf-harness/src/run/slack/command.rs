//! What a person asks of the budgets of a workspace: facts out. The program tells them.

use std::io;
use std::path::{Path, PathBuf};

pub use super::table::{Before, Row, RunFact, State, Table};
pub use super::tighten::{Change, Margin};
use super::{table, tighten};
use crate::baseline;
use crate::budget::Measured;
use crate::budgets::{self, Budgets};
use crate::config;
use crate::error::SetupError;
use crate::run::history::command::whatever_of;
use crate::units::micros;

/// What each limit allows, and what it came to in the last run.
pub fn table(directories: &[PathBuf]) -> Result<Table, SetupError> {
    let (_, budgets, told) = file()?;
    table_of(&budgets, &told, directories)
}

/// What allows less now, and the table before that.
pub fn tighten(
    directories: &[PathBuf],
    margin: Margin,
) -> Result<(Table, Vec<Change>), SetupError> {
    let (path, budgets, told) = file()?;
    let table = table_of(&budgets, &told, directories)?;
    let text = std::fs::read_to_string(&path).map_err(|error| unwritten(&path, &error))?;
    let changes = tighten::changes(&table.rows, margin);
    let new = tighten::rewritten(&text, &changes);
    let changes = must_be_as_wished(&path, &budgets, &new, changes)?;
    if !changes.is_empty() {
        replace(&path, &new).map_err(|error| unwritten(&path, &error))?;
    }
    Ok((table, changes))
}

/// Whole, or as it was.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let aside = path.with_extension(format!("part-{}", std::process::id()));
    std::fs::write(&aside, text)?;
    std::fs::rename(&aside, path)
}

/// The file of this workspace, and its name as the history has it: from the workspace's root.
fn file() -> Result<(PathBuf, Budgets, String), SetupError> {
    let (root, _) = baseline::workspace_and_target()?;
    let (path, told) = config::budgets_in(root)?;
    let budgets = budgets::of_file(&path, &told)?;
    if budgets.entries.is_empty() {
        return Err(SetupError::Budgets {
            cause: format!("{} has no entry", told.display()),
            cure: "add one: [budgets.\"GET /api/users/\"]".to_owned(),
        });
    }
    let told = told.display().to_string();
    Ok((path, budgets, told))
}

/// Without a history nothing was checked, and that is what is told.
fn table_of(budgets: &Budgets, file: &str, directories: &[PathBuf]) -> Result<Table, SetupError> {
    let history = whatever_of(directories)?;
    let mut table = table::table(budgets, file, &history.points);
    table.passed_over = history.passed_over;
    Ok(table)
}

fn unwritten(path: &Path, error: &io::Error) -> SetupError {
    SetupError::system(format!("{} cannot be written", path.display()), error)
}

/// The changes that the new text has. It says what it should, and nothing else.
fn must_be_as_wished(
    path: &Path,
    old: &Budgets,
    new: &str,
    changes: Vec<Change>,
) -> Result<Vec<Change>, SetupError> {
    let read = budgets::budgets(new, path)?;
    let (before, after) = (said(old), said(&read));
    let is_done = |change: &Change| {
        let is_it = |(entry, key, most): &Said| {
            entry == &change.entry && *key == change.limit && *most == change.to
        };
        after.iter().any(is_it)
    };
    let (done, left): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_done);
    let expected = before.into_iter().map(|(entry, key, most)| {
        let change = done
            .iter()
            .find(|change| change.entry == entry && change.limit == key);
        let most = change.map_or(most, |change| change.to);
        (entry, key, most)
    });
    let is_as_wished = expected.eq(after);
    // What an entry in one line has by default stays as it is: there is no place for it.
    if !is_as_wished || left.iter().any(|change| !change.is_new) {
        return Err(SetupError::Budgets {
            cause: format!(
                "{} is written in a form that cannot be changed here",
                path.display()
            ),
            cure: "change it by hand, or write each limit on a line of its own below a line [budgets.\"..\"]"
                .to_owned(),
        });
    }
    Ok(done)
}

type Said = (String, &'static str, u64);

fn said(budgets: &Budgets) -> Vec<Said> {
    let of_entry = budgets.entries.iter().flat_map(|entry| {
        let work = entry.limits.iter().map(|ruled| {
            let measured = Measured::Work(ruled.rule.metric());
            (entry.name.clone(), measured.key(), ruled.rule.most())
        });
        let latency = entry.latency.iter().map(|ruled| {
            let most = micros(ruled.rule.most());
            let measured = Measured::Latency(ruled.rule.statistic());
            (entry.name.clone(), measured.key(), most)
        });
        work.chain(latency).collect::<Vec<_>>()
    });
    of_entry.collect()
}
