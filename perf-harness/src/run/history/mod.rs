//! What is noted of each recording that a test asserts on, and written to the history when the test ends.
//!
//! Only what is known anyway: no plan is asked for.

pub mod command;
mod latency;

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use super::artefacts::Files;
use super::recording::Recording;
use super::tell;
use crate::budget::{Assertion, Form, Held, Measured, Metric, Problem, Within, measured};
use crate::history::{self, Fact, Verdict};
use crate::record::{Sample, Traffic};
use crate::units::micros;

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
    /// Between which values it lies, of what is estimated, what came of that, and how often it was measured.
    pub(super) intervals: BTreeMap<String, (u64, u64)>,
    pub(super) verdicts: BTreeMap<String, Verdict>,
    pub(super) samples: Option<u64>,
}

/// The notes of one test, in the order of the first assertion on each recording.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Vec<(Weak<Traffic>, Note)>>);

impl<T> Recording<T> {
    /// An assertion was made about it.
    pub(super) fn note(
        &self,
        assertion: &Assertion,
        form: &Form,
        location: &'static Location<'static>,
        problems: &[Problem],
    ) {
        let mut note = Note::of(self.traffic(), form, location, verdict(problems));
        match assertion {
            Assertion::Queries(budget) => {
                let most = budget.most().map(|most| most as u64);
                let queries = metric(Measured::Work(Metric::Queries));
                note.limits.extend(most.map(|most| (queries, most)));
            }
            Assertion::Limit(limit) => {
                self.note_limit(&mut note, limit.metric(), limit.most());
            }
            Assertion::Plan(rule) => {
                if let Some((of, most)) = rule.limited() {
                    self.note_limit(&mut note, of, most);
                }
            }
            _ => {}
        }
        self.origin.ledger.notes.add(&self.traffic, note);
    }

    /// The value was asked for already, to be judged.
    fn note_limit(&self, note: &mut Note, of: Metric, most: u64) {
        let name = metric(Measured::Work(of));
        let is_known = note.verdict != Verdict::Unmeasured;
        let value = is_known.then(|| self.measure(of).ok()).flatten();
        note.values.extend(value.map(|value| (name.clone(), value)));
        note.limits.insert(name, most);
    }

    /// It was held against an entry of the budgets, or could not be.
    pub(super) fn note_within(
        &self,
        within: Option<&Within>,
        form: &Form,
        location: &'static Location<'static>,
    ) {
        let verdict = match within.map(Within::judge) {
            Some(Ok(None)) if within.is_some_and(Within::is_undecided) => Verdict::Undecided,
            Some(Ok(None)) => Verdict::Passed,
            Some(Ok(Some(_))) => Verdict::Failed,
            Some(Err(_)) | None => Verdict::Unmeasured,
        };
        let mut note = Note::of(self.traffic(), form, location, verdict);
        if let Some(within) = within {
            let file = within.place.rsplit_once(':');
            let file = file.map_or(within.place.as_str(), |(file, _)| file);
            note.entry = Some((within.entry.clone(), file.to_owned()));
            for held in &within.held {
                let name = metric(held.of);
                if let Ok(value) = &held.actual {
                    let value = held.estimate.map_or(*value, |estimate| estimate.value);
                    note.values.insert(name.clone(), value);
                }
                if let Some(estimate) = held.estimate {
                    note.samples = Some(estimate.samples);
                    note.verdicts.insert(name.clone(), of_estimate(held));
                    let interval = estimate.interval;
                    note.intervals
                        .extend(interval.map(|interval| (name.clone(), interval)));
                }
                note.limits.insert(name, held.most);
            }
        }
        self.origin.ledger.notes.add(&self.traffic, note);
    }
}

impl Notes {
    /// An assertion was made about one piece of work at several sizes.
    pub(super) fn at_sizes(
        &self,
        samples: &[Sample],
        form: &Form,
        location: &'static Location<'static>,
        problems: &[Problem],
    ) {
        for sample in samples {
            let mut note = Note::of(&sample.traffic, form, location, verdict(problems));
            note.name = format!("{} at {}", note.name, sample.size());
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
    fn of(
        traffic: &Traffic,
        form: &Form,
        location: &'static Location<'static>,
        verdict: Verdict,
    ) -> Self {
        Self {
            values: values(traffic),
            ..Self::of_nothing(form, location, verdict)
        }
    }

    /// Of what did not cross the wire, or is not known by it.
    fn of_nothing(form: &Form, location: &'static Location<'static>, verdict: Verdict) -> Self {
        let (Form::OfRecording(name) | Form::OneStep(name)) = form;
        Self {
            name: name.clone(),
            location,
            entry: None,
            verdict,
            values: BTreeMap::new(),
            limits: BTreeMap::new(),
            intervals: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            samples: None,
        }
    }

    fn is_about_one_with(&self, other: &Self) -> bool {
        self.entry.is_none() || other.entry.is_none() || self.entry == other.entry
    }

    fn take(&mut self, other: Self) {
        self.entry = self.entry.take().or(other.entry);
        self.verdict = self.verdict.max(other.verdict);
        self.values.extend(other.values);
        self.intervals.extend(other.intervals);
        for (metric, verdict) in other.verdicts {
            let known = self.verdicts.entry(metric).or_insert(verdict);
            *known = verdict.max(*known);
        }
        self.samples = self.samples.or(other.samples);
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

fn of_estimate(held: &Held) -> Verdict {
    match held.actual {
        Err(_) => Verdict::Unmeasured,
        Ok(_) if held.estimate.is_some_and(|estimate| estimate.is_undecided) => Verdict::Undecided,
        Ok(actual) if actual > held.most => Verdict::Failed,
        Ok(_) => Verdict::Passed,
    }
}

fn verdict(problems: &[Problem]) -> Verdict {
    let of = |problem: &Problem| match problem {
        Problem::Violation(_) => Verdict::Failed,
        Problem::Unmeasured(_) => Verdict::Unmeasured,
    };
    problems.iter().map(of).max().unwrap_or(Verdict::Passed)
}

/// What is known without asking the server for a plan.
const OF_THE_WIRE: [Metric; 6] = [
    Metric::Queries,
    Metric::RoundTrips,
    Metric::Rows,
    Metric::Bytes,
    Metric::Connections,
    Metric::IdleInTransaction,
];

/// What was counted. Nothing, where no count is certain. Of queries that were chosen only what was counted anew.
fn values(traffic: &Traffic) -> BTreeMap<String, u64> {
    let work = OF_THE_WIRE.into_iter().filter_map(|of| {
        let value = measured(of, traffic).ok()?;
        Some((metric(Measured::Work(of)), value))
    });
    let is_whole = traffic.chosen.is_none() && traffic.counts().undecoded == 0;
    let facts = beside(traffic).into_iter().filter(|_| is_whole);
    work.chain(facts.map(|(name, value)| (name.to_owned(), value)))
        .collect()
}

/// What no limit is about.
fn beside(traffic: &Traffic) -> [(&'static str, u64); 7] {
    let counts = traffic.counts();
    [
        ("transaction_control", counts.transaction_control as u64),
        ("driver_queries", counts.driver as u64),
        ("pings", counts.pings as u64),
        ("prepares", counts.prepares as u64),
        ("connects", counts.connects as u64),
        ("on_the_wire_us", micros(traffic.wire_time())),
        ("elapsed_us", micros(traffic.elapsed())),
    ]
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
            intervals: note.intervals,
            verdicts: note.verdicts,
            samples: note.samples,
            limits: note.limits,
        }
    });
    facts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Defect, Violation};
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

    fn noted(notes: &Notes, traffic: &Arc<Traffic>, name: &str, verdict: Verdict) {
        let note = Note::of(traffic, &form(name), Location::caller(), verdict);
        notes.add(traffic, note);
    }

    #[test]
    fn all_assertions_on_one_recording_are_one_fact_with_the_worst_verdict_and_the_strictest_limit()
    {
        let notes = Notes::default();
        let recording = traffic(7, 0);
        for (most, problem) in [(9, Some(over())), (8, None), (9, None)] {
            let verdict = verdict(problem.as_slice());
            let mut note = Note::of(&recording, &form("list"), Location::caller(), verdict);
            note.limits.insert("queries".to_owned(), most);
            notes.add(&recording, note);
        }
        let facts = told(&notes);
        assert_eq!(facts.len(), 1);
        assert_eq!(
            (facts[0].verdict, facts[0].values["queries"]),
            (Verdict::Failed, 7)
        );
        assert_eq!(facts[0].limits, [("queries".to_owned(), 8)].into());
        assert!(
            facts[0].location.starts_with(file!()),
            "{}",
            facts[0].location
        );
    }

    #[test]
    fn recordings_of_one_name_are_told_apart_also_when_the_first_is_gone() {
        let notes = Notes::default();
        for queries in 1..=3 {
            noted(&notes, &traffic(queries, 0), "db", Verdict::Passed);
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
        noted(&notes, &traffic(1, 1), "db", verdict(&[problem]));
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
            intervals: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            samples: None,
        };
        for name in [None, Some("a"), Some("b"), None, Some("a")] {
            notes.add(&recording, entry(name));
        }
        let entries: Vec<_> = told(&notes).into_iter().map(|fact| fact.entry).collect();
        assert_eq!(entries, [Some("a".to_owned()), Some("b".to_owned())]);
    }
}
