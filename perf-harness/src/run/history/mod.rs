//! What is noted of each recording that a test asserts on, and written to the history when the test ends.
//!
//! Only what is known anyway: no plan is asked for.

pub mod command;

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use super::artefacts::Files;
use super::tell;
use crate::budget::{Assertion, Form, Problem};
use crate::budgets::Measured;
use crate::history::{self, Fact, Verdict};
use crate::record::{Sample, Traffic};

/// What one assertion adds to what is known of a recording.
#[derive(Debug)]
pub(super) struct Note {
    /// The recording's name in the test.
    pub(super) name: String,
    pub(super) location: &'static Location<'static>,
    /// The entry of the budgets and their file, if it is held against one.
    pub(super) entry: Option<(String, String)>,
    pub(super) verdict: Verdict,
    pub(super) values: BTreeMap<String, u64>,
    pub(super) limits: BTreeMap<String, u64>,
}

/// The notes of one test, in the order of the first assertion on each recording.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Vec<(Weak<Traffic>, Note)>>);

impl Notes {
    /// An assertion was made about a recording.
    pub(super) fn judged(
        &self,
        traffic: &Arc<Traffic>,
        form: &Form,
        location: &'static Location<'static>,
        assertion: &Assertion,
        problems: &[Problem],
    ) {
        let (Form::OfRecording(name) | Form::OneStep(name)) = form;
        self.add(
            traffic,
            Note {
                name: name.clone(),
                location,
                entry: None,
                verdict: verdict(problems),
                values: values(traffic),
                limits: limits(assertion),
            },
        );
    }

    /// An assertion was made about one piece of work at several sizes.
    pub(super) fn judged_at_sizes(
        &self,
        samples: &[Sample],
        form: &Form,
        location: &'static Location<'static>,
        problems: &[Problem],
    ) {
        let (Form::OfRecording(name) | Form::OneStep(name)) = form;
        for sample in samples {
            let note = Note {
                name: format!("{name} at {}", sample.size()),
                location,
                entry: None,
                verdict: verdict(problems),
                values: values(&sample.traffic),
                limits: BTreeMap::new(),
            };
            self.add(&sample.traffic, note);
        }
    }

    /// One recording is one note, unless it is held against several entries.
    pub(super) fn add(&self, traffic: &Arc<Traffic>, note: Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let this = Arc::downgrade(traffic);
        let known = notes
            .iter_mut()
            .find(|(of, known)| of.ptr_eq(&this) && known.is_about_one_with(&note));
        match known {
            Some((_, known)) => known.take(note),
            None => notes.push((this, note)),
        }
    }

    fn take(&self) -> Vec<Note> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *notes)
            .into_iter()
            .map(|(_, note)| note)
            .collect()
    }
}

impl Note {
    fn is_about_one_with(&self, other: &Self) -> bool {
        self.entry.is_none() || other.entry.is_none() || self.entry == other.entry
    }

    fn take(&mut self, other: Self) {
        self.entry = self.entry.take().or(other.entry);
        self.verdict = self.verdict.max(other.verdict);
        self.values.extend(other.values);
        for (metric, most) in other.limits {
            let known = self.limits.entry(metric).or_insert(most);
            *known = most.min(*known);
        }
    }
}

/// What the history calls the value of a limit: its key without `max_`, times in microseconds.
pub(in crate::run) fn metric(limit: Measured) -> String {
    let key = limit.key();
    let key = key.strip_prefix("max_").unwrap_or(key);
    match key.strip_suffix("_ms") {
        Some(time) => format!("{time}_us"),
        None => key.to_owned(),
    }
}

fn verdict(problems: &[Problem]) -> Verdict {
    let of = |problem: &Problem| match problem {
        Problem::Violation(_) => Verdict::Failed,
        Problem::Unmeasured(_) => Verdict::Unmeasured,
    };
    problems.iter().map(of).max().unwrap_or(Verdict::Passed)
}

/// What was counted. Nothing, where no count is certain. Of queries that were chosen only what was counted anew.
fn values(traffic: &Traffic) -> BTreeMap<String, u64> {
    let counts = traffic.counts();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let us = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let chosen = [("queries", count(counts.queries)), ("rows", counts.rows)];
    let whole = [
        ("bytes", counts.bytes_sent + counts.bytes_received),
        ("statements_at_once", count(counts.at_once)),
        ("transaction_control", count(counts.transaction_control)),
        ("driver_queries", count(counts.driver)),
        ("round_trips_with_pings", count(counts.round_trips)),
        ("pings", count(counts.pings)),
        ("prepares", count(counts.prepares)),
        ("connects", count(counts.connects)),
        ("errors", count(counts.errors)),
        ("on_the_wire_us", us(traffic.wire_time())),
        ("elapsed_us", us(traffic.elapsed())),
    ];
    let whole = whole.into_iter().filter(|_| traffic.chosen.is_none());
    let values = chosen.into_iter().chain(whole);
    values
        .filter(|_| counts.undecoded == 0)
        .map(|(metric, value)| (metric.to_owned(), value))
        .collect()
}

/// What is allowed at most, where that is a number.
fn limits(assertion: &Assertion) -> BTreeMap<String, u64> {
    let most = match assertion {
        Assertion::Queries(budget) => budget.most(),
        _ => None,
    };
    let most = most.and_then(|most| u64::try_from(most).ok());
    most.map(|most| ("queries".to_owned(), most))
        .into_iter()
        .collect()
}

/// A test is not failed by what could not be written. It is told, once in a process.
pub(super) fn write(notes: &Notes, files: &Files, test: &str) {
    let facts = facts(notes.take(), files, test);
    if let Err(error) = history::append(files.target.as_deref(), facts) {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            tell::warning(&format!(
                "the history of this run cannot be written: {error}; PERF_HARNESS_HISTORY=off keeps none"
            ));
        });
    }
}

fn facts(notes: Vec<Note>, files: &Files, test: &str) -> Vec<Fact> {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    let facts = notes.into_iter().map(|note| {
        let times = named.entry(note.name.clone()).or_default();
        *times += 1;
        let (entry, budgets) = note.entry.unzip();
        Fact {
            package: files.package.clone(),
            program: files.program.clone(),
            test: test.to_owned(),
            recording: match *times {
                1 => note.name,
                again => format!("{} {again}", note.name),
            },
            location: format!("{}:{}", note.location.file(), note.location.line()),
            entry,
            budgets,
            verdict: note.verdict,
            values: note.values,
            intervals: BTreeMap::new(),
            samples: None,
            limits: note.limits,
        }
    });
    facts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Defect, Queries, Violation};
    use crate::error::SetupError;
    use crate::record::Counts;

    fn traffic(queries: usize, undecoded: usize) -> Arc<Traffic> {
        Arc::new(Traffic {
            counts: Counts {
                queries,
                undecoded,
                ..Counts::default()
            },
            ..Traffic::default()
        })
    }

    fn form(name: &str) -> Form {
        Form::OfRecording(name.to_owned())
    }

    fn over() -> Problem {
        let violation = Violation::Defects {
            defect: Defect::NPlusOne,
            found: 1,
        };
        Problem::Violation(violation)
    }

    fn told(notes: &Notes) -> Vec<Fact> {
        facts(notes.take(), &Files::of("a"), "a")
    }

    #[test]
    fn all_assertions_on_one_recording_are_one_fact_with_the_worst_verdict() {
        let notes = Notes::default();
        let (here, recording) = (Location::caller(), traffic(7, 0));
        let no = Assertion::No(Defect::NPlusOne);
        notes.judged(&recording, &form("list"), here, &no, &[]);
        for most in [9, 8] {
            let budget = Queries::at_most(most).into();
            notes.judged(&recording, &form("list"), here, &budget, &[]);
        }
        notes.judged(&recording, &form("list"), here, &no, &[over()]);
        notes.judged(&recording, &form("list"), here, &no, &[]);
        let facts = told(&notes);
        assert_eq!(facts.len(), 1);
        assert_eq!(
            (facts[0].verdict, facts[0].values["queries"]),
            (Verdict::Failed, 7)
        );
        assert_eq!(facts[0].limits, [("queries".to_owned(), 8)].into());
        assert_eq!(facts[0].location, format!("{}:{}", file!(), here.line()));
    }

    #[test]
    fn recordings_of_one_name_are_told_apart_also_when_the_first_is_gone() {
        let notes = Notes::default();
        for queries in 1..=3 {
            let budget = Queries::at_most(3).into();
            notes.judged(
                &traffic(queries, 0),
                &form("db"),
                Location::caller(),
                &budget,
                &[],
            );
        }
        let facts = told(&notes);
        let names: Vec<_> = facts
            .iter()
            .map(|fact| (fact.recording.as_str(), fact.values["queries"]))
            .collect();
        assert_eq!(names, [("db", 1), ("db 2", 2), ("db 3", 3)]);
    }

    #[test]
    fn a_limit_and_its_value_have_one_name() {
        let told: Vec<String> = Measured::all().map(metric).collect();
        for name in [
            "queries",
            "round_trips",
            "idle_in_transaction_us",
            "latency_p95_us",
        ] {
            assert!(told.iter().any(|told| told == name), "{name} in {told:?}");
        }
        assert!(
            !told
                .iter()
                .any(|told| told.starts_with("max_") || told.ends_with("_ms")),
            "{told:?}"
        );
    }

    #[test]
    fn what_no_count_is_certain_of_has_no_values() {
        let notes = Notes::default();
        let problem = Problem::Unmeasured(SetupError::Undecoded { messages: 1 });
        let budget = Queries::at_most(3).into();
        notes.judged(
            &traffic(1, 1),
            &form("db"),
            Location::caller(),
            &budget,
            &[problem],
        );
        let facts = told(&notes);
        assert_eq!(facts[0].verdict, Verdict::Unmeasured);
        assert!(facts[0].values.is_empty());
    }

    #[test]
    fn of_chosen_queries_only_what_was_counted_anew_is_kept() {
        let chosen = traffic(3, 0).choose(|_| true);
        let kept: Vec<String> = values(&chosen).into_keys().collect();
        assert_eq!(kept, ["queries", "rows"]);
        assert!(values(&traffic(3, 0)).contains_key("bytes"));
    }

    #[test]
    fn one_recording_that_is_held_against_two_entries_is_two_facts() {
        let notes = Notes::default();
        let recording = traffic(1, 0);
        let entry = |entry: Option<&str>| Note {
            name: "list".to_owned(),
            location: Location::caller(),
            entry: entry.map(|entry| (entry.to_owned(), "perf-budgets.toml".to_owned())),
            verdict: Verdict::Passed,
            values: BTreeMap::new(),
            limits: BTreeMap::new(),
        };
        for name in [None, Some("a"), Some("b"), None, Some("a")] {
            notes.add(&recording, entry(name));
        }
        let entries: Vec<_> = told(&notes).into_iter().map(|fact| fact.entry).collect();
        assert_eq!(entries, [Some("a".to_owned()), Some("b".to_owned())]);
    }
}
