//! What the benches saw, a line for each thing. A line that means nothing, and a work that a way did not do, is an error.

use crate::error::SetupError;

/// The ways to the server, in the order of the columns. The first is what the others are compared with.
pub(super) const WAYS: [&str; 4] = ["direct", "recorder", "recording", "pgbouncer"];

/// The works whose time is that of a round trip.
pub(super) const ROUND_TRIPS: [&str; 3] = ["select-1", "prepared", "100-rows"];

/// The works whose time is that of many bytes.
pub(super) const BULK: [&str; 3] = ["1000000-rows", "copy-out", "copy-in"];

/// All that was seen.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) server: String,
    /// Ways that are not here, and why.
    pub(super) skipped: Vec<(String, String)>,
    /// Bytes of each work's answer, or of what it sends.
    pub(super) payloads: Vec<(String, u64)>,
    pub(super) series: Vec<Series>,
    /// The processor time of the recorder's own thread, where the system tells of it.
    pub(super) processor: Vec<Series>,
    /// Bytes, and of what.
    pub(super) memory: Vec<(i64, String)>,
    /// How often memory was asked for, and for what.
    pub(super) allocations: Vec<(i64, String)>,
}

/// The times of one work by one way, in the order they were taken: those at the same place of two series are a pair.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) work: String,
    pub(super) way: String,
    pub(super) nanoseconds: Vec<u64>,
}

impl Facts {
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, SetupError> {
        let mut facts = Self::default();
        for line in lines.filter(|line| !line.is_empty()) {
            let read = facts.take(line);
            read.ok_or_else(|| SetupError::NotUnderstood(line.to_owned()))?;
        }
        facts.whole()
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        let (first, last) = rest.split_once(' ')?;
        match word {
            "server" => rest.clone_into(&mut self.server),
            "skipped" => self.skipped.push((first.to_owned(), last.to_owned())),
            "payload" => self.payloads.push((first.to_owned(), last.parse().ok()?)),
            "memory" => self.memory.push((first.parse().ok()?, last.to_owned())),
            "allocations" => self
                .allocations
                .push((first.parse().ok()?, last.to_owned())),
            "time" => add(&mut self.series, first, last)?,
            "processor" => add(&mut self.processor, first, last)?,
            _ => return None,
        }
        Some(())
    }

    /// Each work by each way that is here, as often as directly.
    fn whole(self) -> Result<Self, SetupError> {
        let is_skipped = |way: &str| self.skipped.iter().any(|(skipped, _)| skipped == way);
        for work in ROUND_TRIPS.into_iter().chain(BULK) {
            let direct = self.of(work, WAYS[0]).len();
            for way in WAYS {
                let taken = self.of(work, way).len();
                if direct == 0 || (taken != direct && !is_skipped(way)) {
                    let told = format!("{taken} times of {work} by {way}, {direct} directly");
                    return Err(SetupError::NotUnderstood(told));
                }
            }
        }
        if self.memory.is_empty() {
            return Err(SetupError::NotUnderstood("no line about memory".to_owned()));
        }
        Ok(self)
    }

    /// The times of one work by one way; none if the way is not here.
    pub(super) fn of(&self, work: &str, way: &str) -> &[u64] {
        find(&self.series, work, way)
    }

    /// What the recorder's thread used for them; none for a way that is not through it.
    pub(super) fn processor(&self, work: &str, way: &str) -> &[u64] {
        find(&self.processor, work, way)
    }

    pub(super) fn payload(&self, work: &str) -> u64 {
        let found = self.payloads.iter().find(|(known, _)| known == work);
        found.map_or(0, |(_, bytes)| *bytes)
    }
}

fn find<'a>(all: &'a [Series], work: &str, way: &str) -> &'a [u64] {
    let mut all = all.iter();
    let found = all.find(|series| series.work == work && series.way == way);
    found.map_or(&[], |series| &series.nanoseconds)
}

/// Reads `<way> <nanoseconds>`.
fn add(all: &mut Vec<Series>, work: &str, rest: &str) -> Option<()> {
    let (way, time) = rest.split_once(' ')?;
    let time = time.parse().ok()?;
    match all.last_mut() {
        Some(last) if last.work == work && last.way == way => last.nanoseconds.push(time),
        _ => all.push(Series {
            work: work.to_owned(),
            way: way.to_owned(),
            nanoseconds: vec![time],
        }),
    }
    Some(())
}

/// The lines of a run in which each way takes so much longer than the one before.
#[cfg(test)]
pub(super) fn sample() -> Vec<String> {
    let mut lines = vec!["server PostgreSQL 15.18 on x86_64".to_owned()];
    for work in ROUND_TRIPS.into_iter().chain(BULK) {
        lines.push(format!("payload {work} 50000000"));
        for (way, base) in WAYS.into_iter().zip([40_000, 55_000, 60_000, 70_000]) {
            lines.extend((0..5).map(|at| format!("time {work} {way} {}", base + at * 1_000)));
        }
    }
    for work in ["select-1", "copy-in"] {
        lines.push(format!("processor {work} recorder 9500"));
    }
    lines.push("memory 70000 a connection".to_owned());
    lines.push("allocations 7 1,000 rows".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(lines: &[String], expected: &str) {
        let told = Facts::read(lines.iter().map(String::as_str)).unwrap_err();
        assert!(told.to_string().contains(expected), "{told}");
    }

    #[test]
    fn what_a_bench_prints_is_read() {
        let lines = sample();
        let facts = Facts::read(lines.iter().map(String::as_str)).unwrap();
        assert_eq!(facts.server, "PostgreSQL 15.18 on x86_64");
        assert_eq!(facts.payload("copy-in"), 50_000_000);
        assert_eq!(facts.of("select-1", "recording").len(), 5);
        assert_eq!(facts.of("select-1", "direct")[1], 41_000);
        assert_eq!(facts.memory, [(70_000, "a connection".to_owned())]);
        assert_eq!(facts.allocations, [(7, "1,000 rows".to_owned())]);
    }

    #[test]
    fn a_way_that_is_not_here_has_said_so() {
        let mut lines = sample();
        lines.retain(|line| !line.contains("pgbouncer"));
        refused(&lines, "0 times of select-1 by pgbouncer, 5 directly");
        lines.push("skipped pgbouncer it is not installed".to_owned());
        let facts = Facts::read(lines.iter().map(String::as_str)).unwrap();
        let why = ("pgbouncer".to_owned(), "it is not installed".to_owned());
        assert_eq!(facts.skipped, [why]);
    }

    #[test]
    fn half_a_run_is_none() {
        let mut lines = sample();
        lines.retain(|line| !line.starts_with("time copy-in recorder"));
        refused(&lines, "0 times of copy-in by recorder");
        lines.retain(|line| !line.starts_with("time copy-in"));
        refused(&lines, "0 times of copy-in by direct");
        let mut lines = sample();
        lines.retain(|line| !line.starts_with("memory"));
        refused(&lines, "no line about memory");
        refused(&[], "0 times of select-1");
    }

    #[test]
    fn a_line_that_means_nothing_is_told() {
        for line in ["time select-1 direct soon", "hello there you", "payload"] {
            let mut lines = sample();
            lines.insert(0, line.to_owned());
            refused(&lines, line);
        }
    }
}
