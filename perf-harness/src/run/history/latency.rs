//! What is noted of an assertion that takes times.

use std::panic::Location;
use std::sync::Arc;

use super::{Note, metric};
use crate::budget::{Decided, Form, Latency, Measured, Sampled};
use crate::error::SetupError;
use crate::history::Verdict;
use crate::run::perf_db::PerfDb;
use crate::units::micros;

impl PerfDb {
    /// Times were taken of a piece of work, or could not be.
    pub(in crate::run) fn note_latency(
        &self,
        latency: &Latency,
        form: &Form,
        location: &'static Location<'static>,
        sampled: Result<&Sampled, &SetupError>,
    ) {
        let verdict = sampled.map_or(Verdict::Unmeasured, of_rulings);
        let mut note = Note::of_nothing(form, location, verdict);
        for rule in &latency.rules {
            let name = metric(Measured::Latency(rule.statistic()));
            note.limits.insert(name, micros(rule.most()));
        }
        if let Ok(sampled) = sampled {
            note.samples = Some(sampled.timings.runs.len() as u64);
            for ruling in &sampled.rulings {
                let statistic = ruling.rule.statistic();
                let name = metric(Measured::Latency(statistic));
                note.verdicts.insert(name.clone(), of(ruling.decided));
                let interval = sampled.interval(statistic);
                let interval = interval.map(|(low, high)| (micros(low), micros(high)));
                note.intervals
                    .extend(interval.map(|interval| (name.clone(), interval)));
                note.values
                    .insert(name, micros(sampled.estimate(statistic)));
            }
        }
        self.origin.ledger.notes.add(&Arc::default(), note);
    }
}

fn of_rulings(sampled: &Sampled) -> Verdict {
    let each = sampled.rulings.iter().map(|ruling| of(ruling.decided));
    each.max().unwrap_or(Verdict::Passed)
}

fn of(decided: Option<Decided>) -> Verdict {
    match decided {
        Some(Decided::Holds) => Verdict::Passed,
        Some(Decided::IsBroken) => Verdict::Failed,
        None => Verdict::Undecided,
    }
}
