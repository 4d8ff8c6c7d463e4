//! What the file says, as plain data.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::key;
use crate::budget::{LatencyRule, Limit, Statistic};
use crate::error::SetupError;
use crate::nearest::nearest;

/// All budgets of a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Budgets {
    /// The file, whether it is there or not.
    pub file: PathBuf,
    /// Is there one?
    pub is_there: bool,
    /// What holds for an entry that does not say otherwise.
    pub limits: Vec<Ruled<Limit>>,
    /// The same of latency.
    pub latency: Vec<Ruled<LatencyRule>>,
    /// In the order of the file.
    pub entries: Vec<Entry>,
    /// The table `[frontend]`, kept as it is.
    pub frontend: Map<String, Value>,
}

/// What one endpoint or piece of work may cost, the defaults included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `GET /api/users/`, or any name.
    pub name: String,
    /// The line of its head, from 1.
    pub line: usize,
    /// Its limits on work, in the order of [`Metric::ALL`](crate::Metric::ALL).
    pub limits: Vec<Ruled<Limit>>,
    /// Its limits on latency, in the order of [`Statistic::ALL`].
    pub latency: Vec<Ruled<LatencyRule>>,
    /// How large tables are taken to be: a table, with or without its schema, and its rows.
    pub rows: Vec<(String, u64)>,
}

/// A rule, and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled<T> {
    /// The rule.
    pub rule: T,
    /// Where it is written.
    pub source: Source,
}

/// Where a rule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the entry, at this line.
    Entry(usize),
    /// In `[defaults]`, at this line.
    Defaults(usize),
    /// Nowhere: it holds where nothing else is said.
    Mission,
}

impl Source {
    /// Its line, if it is written.
    #[must_use]
    pub const fn line(self) -> Option<usize> {
        match self {
            Self::Entry(line) | Self::Defaults(line) => Some(line),
            Self::Mission => None,
        }
    }
}

/// The rules for the latency of an entry's work.
#[must_use]
pub fn latency_rules(entry: &Entry) -> Vec<LatencyRule> {
    entry.latency.iter().map(|ruled| ruled.rule).collect()
}

impl Budgets {
    /// The entry of this name. That there is none is an error with near names and the place to add it at.
    pub fn entry(&self, name: &str) -> Result<&Entry, SetupError> {
        let found = self.entries.iter().find(|entry| entry.name == name);
        found.ok_or_else(|| self.no_such(name))
    }

    fn no_such(&self, name: &str) -> SetupError {
        let file = self.file.display();
        let names: Vec<&str> = self
            .entries
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        let place = match self.entries.iter().map(|entry| entry.line).max() {
            Some(line) => format!("{file}, for instance above line {line}"),
            None if self.is_there => format!("{file}"),
            None => format!("{file}, which is not there yet"),
        };
        let guess = nearest(name, names.iter().copied());
        let guess = guess.map(|guess| format!("did you mean \"{guess}\"?"));
        let add = format!("add it to {place}:\n  [budgets.{}]", key::written(name));
        let known = (!names.is_empty()).then(|| format!("known: {}", some_of(&names)));
        let cure: Vec<String> = guess.into_iter().chain([add]).chain(known).collect();
        SetupError::Budgets {
            cause: format!("no budget is called \"{name}\" in {file}"),
            cure: cure.join("\n"),
        }
    }
}

/// The first few, quoted.
fn some_of(names: &[&str]) -> String {
    const MOST: usize = 8;
    let told: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("\"{name}\""))
        .collect();
    let more = names.len().saturating_sub(MOST);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    told.join(", ") + &more
}

impl Entry {
    /// Is it a method and a route, as in `GET /api/users/`?
    #[must_use]
    pub fn is_endpoint(&self) -> bool {
        self.name.split_once(" /").is_some()
    }

    /// What is said of one statistic.
    #[must_use]
    pub fn rule(&self, statistic: Statistic) -> Option<&Ruled<LatencyRule>> {
        let mut rules = self.latency.iter();
        rules.find(|ruled| ruled.rule.statistic() == statistic)
    }
}
