//! What a person asks of the baselines of a workspace: facts in, facts out. The program tells them.

use std::path::{Path, PathBuf};

use super::entry::Entry;
use super::read::{self, Mistake, is_link};
use super::runs::{Failed, Runs};
use super::workspace::Workspace;
use super::{entries, text};
use crate::budget::{Known, Occurrence, Standing};
use crate::clock;
use crate::date::Date;
use crate::error::SetupError;
use crate::nearest::nearest;

/// So many days after today something new expires, unless another day is named.
const DAYS: i64 = 90;

/// One entry and what became of it.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The baseline that it stands in.
    pub file: PathBuf,
    /// The program and the test's path.
    pub test: String,
    /// Its kind.
    pub finding: String,
    /// The query, or the assertion on a number of queries.
    pub subject: String,
    /// The way to it through the user's functions.
    pub function: Option<String>,
    /// The most queries that it may cost.
    pub ceiling: usize,
    /// What it cost in the last run.
    pub last: Option<usize>,
    /// Where it is written that it shall go.
    pub issue: String,
    /// The last day on which it may stay.
    pub expires: String,
    /// What became of it.
    pub state: State,
}

/// What became of an entry in the last run, and what the calendar says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was needed.
    Used,
    /// It costs more than it may.
    Exceeded,
    /// Nothing needed it.
    Stale,
    /// Its last day is over.
    Expired,
    /// The last run of its test ended before it could tell.
    Unreached,
    /// No run of its test has left a trace.
    NotRun,
}

/// All entries of the workspace.
pub fn list() -> Result<Vec<Fact>, SetupError> {
    let workspace = Workspace::here()?;
    let runs = Runs::below(&workspace.target);
    let mut facts = Vec::new();
    for file in &workspace.files {
        let (_, entries) = entries(file)?;
        facts.extend(entries.iter().map(|entry| fact(file, entry, &runs)));
    }
    Ok(facts)
}

fn fact(file: &Path, entry: &Entry, runs: &Runs) -> Fact {
    let known = &entry.known;
    let stood = runs.standing(file, &entry.test, &known.key);
    let last = stood.and_then(|(_, count)| count);
    let state = match (stood, last) {
        (Some((Standing::Stale, _)), _) => State::Stale,
        _ if known.expires < clock::today() => State::Expired,
        (None, _) => State::NotRun,
        (_, None) => State::Unreached,
        // The ceiling may be another by now.
        (_, Some(count)) if count > known.ceiling => State::Exceeded,
        _ => State::Used,
    };
    Fact {
        file: file.to_owned(),
        test: entry.test.clone(),
        finding: known.key.kind.word(),
        subject: known.key.subject.clone(),
        function: known.key.function.clone(),
        ceiling: known.ceiling,
        last,
        issue: known.issue.clone(),
        expires: known.expires.to_string(),
        state,
    }
}

/// What was taken away, and what cannot be told.
#[derive(Debug)]
pub struct Pruned {
    /// The entries that nothing needed.
    pub removed: Vec<Fact>,
    /// The entries whose test has not been run, or not to its end.
    pub untold: Vec<Fact>,
}

/// Takes away what the last run did not need.
pub fn prune() -> Result<Pruned, SetupError> {
    let workspace = Workspace::here()?;
    let runs = Runs::below(&workspace.target);
    let mut pruned = Pruned {
        removed: Vec::new(),
        untold: Vec::new(),
    };
    for file in &workspace.files {
        let (text, entries) = entries(file)?;
        let mut gone = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let fact = fact(file, entry, &runs);
            match fact.state {
                State::Stale => {
                    gone.push(at);
                    pruned.removed.push(fact);
                }
                State::NotRun | State::Unreached => pruned.untold.push(fact),
                State::Expired if fact.last.is_none() => pruned.untold.push(fact),
                _ => {}
            }
        }
        let kept = entries.into_iter().enumerate();
        let kept = kept.filter(|(at, _)| !gone.contains(at));
        let kept: Vec<Entry> = kept.map(|(_, entry)| entry).collect();
        if !gone.is_empty() {
            save(file, &text::without(&text, &gone), &kept)?;
        }
    }
    Ok(pruned)
}

/// What to add, and how.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The link of the issue that says that it shall go.
    pub issue: Option<String>,
    /// The last day on which it may stay.
    pub expires: Option<String>,
    /// Why it may stay until then.
    pub reason: Option<String>,
    /// The tests, or all that failed.
    pub tests: Vec<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Added {
    /// Each change, in the order of the tests.
    pub changes: Vec<Changed>,
    /// What failed and cannot be known, and why.
    pub left_out: Vec<String>,
}

/// One change of an entry.
#[derive(Debug)]
pub struct Changed {
    /// What.
    pub change: Change,
    /// The entry as it is now.
    pub entry: Fact,
}

/// What was done to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It may cost more.
    Raised {
        /// The ceiling that it had.
        from: usize,
    },
    /// It may stay longer.
    Renewed {
        /// The last day that it had.
        from: String,
    },
}

/// Adds what failed in the last run, or has what is known of it cost more or stay longer.
pub fn add(wish: &Wish) -> Result<Added, SetupError> {
    let today = clock::today();
    let terms = Terms::of(wish, today)?;
    let workspace = Workspace::here()?;
    let runs = Runs::below(&workspace.target);
    let failures = chosen(&runs.failures, &wish.tests)?;
    let mut added = Added::default();
    for file in &workspace.files {
        let of_file = failures.iter().filter(|failed| {
            let baseline = failed.baseline.as_deref();
            baseline.and_then(|baseline| workspace.file(baseline)) == Some(file.as_path())
        });
        let of_file: Vec<&Failed> = of_file.copied().collect();
        if of_file.iter().any(|failed| !failed.occurrences.is_empty()) {
            let (text, entries) = entries(file)?;
            let mut draft = Draft {
                text,
                entries,
                new: Vec::new(),
                done: Vec::new(),
            };
            for failed in &of_file {
                for found in &failed.occurrences {
                    draft.take(&failed.test, found, &terms, today);
                }
            }
            added.changes.extend(draft.save(file, &terms, &runs)?);
        }
        for failed in of_file {
            let others = failed.others.iter();
            added
                .left_out
                .extend(others.map(|why| format!("{}: {why}", failed.test)));
        }
    }
    Ok(added)
}

/// How something new is written.
struct Terms {
    issue: Option<String>,
    expires: Date,
    reason: Option<String>,
}

impl Terms {
    fn of(wish: &Wish, today: Date) -> Result<Self, SetupError> {
        if let Some(issue) = wish.issue.as_ref().filter(|issue| !is_link(issue)) {
            return Err(option(
                "--issue",
                &format!("`{issue}` is no link"),
                "for instance --issue https://example.com/issues/7",
            ));
        }
        let expires = match &wish.expires {
            None => today.after(DAYS),
            Some(text) => Date::read(text)
                .filter(|day| *day >= today)
                .ok_or_else(|| {
                    option(
                        "--expires",
                        &format!("`{text}` is no day from today on"),
                        &format!("for instance --expires {}", today.after(DAYS)),
                    )
                })?,
        };
        Ok(Self {
            issue: wish.issue.clone(),
            expires,
            reason: wish
                .reason
                .clone()
                .filter(|reason| !reason.trim().is_empty()),
        })
    }
}

fn option(name: &str, cause: &str, cure: &str) -> SetupError {
    SetupError::Baseline {
        cause: format!("{name}: {cause}"),
        cure: cure.to_owned(),
    }
}

/// The failures of the tests that were named, by their path, with or without the program, or by its last part.
fn chosen<'a>(failures: &'a [Failed], tests: &[String]) -> Result<Vec<&'a Failed>, SetupError> {
    let path = |failed: &'a Failed| failed.test.split_once(' ').map_or("", |(_, path)| path);
    let is_named = |failed: &'a Failed, test: &str| {
        let path = path(failed);
        failed.test == test || path == test || path.ends_with(&format!("::{test}"))
    };
    for test in tests {
        if !failures.iter().any(|failed| is_named(failed, test)) {
            let known = failures.iter().map(path);
            let guess = nearest(test, known).map(|guess| format!("did you mean `{guess}`? "));
            let cure = format!(
                "{}run it first: what failed lies below target/perf-harness",
                guess.unwrap_or_default()
            );
            return Err(option(
                "baseline add",
                &format!("no failure of `{test}` was recorded"),
                &cure,
            ));
        }
    }
    let is_chosen =
        |failed: &&'a Failed| tests.is_empty() || tests.iter().any(|test| is_named(failed, test));
    Ok(failures.iter().filter(is_chosen).collect())
}

/// A file that is being changed.
struct Draft {
    text: String,
    entries: Vec<Entry>,
    new: Vec<Entry>,
    /// The entries that changed, and how.
    done: Vec<(usize, Change)>,
}

impl Draft {
    fn take(&mut self, test: &str, found: &Occurrence, terms: &Terms, today: Date) {
        let is_it = |entry: &Entry| entry.test == test && entry.known.key == found.key;
        if let Some(at) = self.entries.iter().position(is_it) {
            return self.loosen(at, found.count, terms, today);
        }
        if let Some(known) = self.new.iter_mut().find(|entry| is_it(entry)) {
            known.known.ceiling = known.known.ceiling.max(found.count);
            return;
        }
        self.new.push(Entry {
            test: test.to_owned(),
            known: Known {
                key: found.key.clone(),
                ceiling: found.count,
                issue: terms.issue.clone().unwrap_or_default(),
                expires: terms.expires,
            },
            reason: terms.reason.clone(),
        });
    }

    fn loosen(&mut self, at: usize, count: usize, terms: &Terms, today: Date) {
        let known = &mut self.entries[at].known;
        if count > known.ceiling {
            let from = std::mem::replace(&mut known.ceiling, count);
            self.text = text::with_value(&self.text, at, "ceiling", &count.to_string());
            self.done.push((at, Change::Raised { from }));
        }
        if known.expires < today {
            let from = std::mem::replace(&mut known.expires, terms.expires).to_string();
            let day = format!("\"{}\"", terms.expires);
            self.text = text::with_value(&self.text, at, "expires", &day);
            self.done.push((at, Change::Renewed { from }));
        }
    }

    fn save(mut self, file: &Path, terms: &Terms, runs: &Runs) -> Result<Vec<Changed>, SetupError> {
        if terms.issue.is_none() && !self.new.is_empty() {
            let cause = match self.new.len() {
                1 => "a finding is new, and no issue says that it shall go".to_owned(),
                new => format!("{new} findings are new, and no issue says that they shall go"),
            };
            let cure = "add --issue https://..: who meets the entry later must find out why it is there, and when it can go";
            return Err(Mistake {
                cause,
                cure: cure.to_owned(),
            }
            .of(file));
        }
        let old = self.entries.len();
        let new = (old..old + self.new.len()).map(|at| (at, Change::Added));
        self.done.extend(new);
        let text = text::with_entries(&self.text, &self.new);
        self.entries.append(&mut self.new);
        if !self.done.is_empty() {
            save(file, &text, &self.entries)?;
        }
        let changes = self.done.into_iter().map(|(at, change)| Changed {
            change,
            entry: fact(file, &self.entries[at], runs),
        });
        Ok(changes.collect())
    }
}

/// Writes a text that says what it should, and nothing else.
fn save(file: &Path, text: &str, expected: &[Entry]) -> Result<(), SetupError> {
    if read::entries(text).as_deref() != Ok(expected) {
        let mistake = Mistake {
            cause: "an entry is written in a form that cannot be changed here".to_owned(),
            cure:
                "change it by hand; each key on a line of its own, below a line [[known]], can be"
                    .to_owned(),
        };
        return Err(mistake.of(file));
    }
    std::fs::write(file, text).map_err(|error| {
        SetupError::system(format!("{} cannot be written", file.display()), &error)
    })
}
