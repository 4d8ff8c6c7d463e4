//! What runs, how far it is, and how long it will take: a line on a terminal, a line for each bench elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::outcome::Change;
use crate::rounds::Watch;

pub(super) struct Progress {
    benches: usize,
    begun: usize,
    name: String,
    started: Instant,
    is_terminal: bool,
    /// The widest interval of those that are decided or open, in percent.
    widest: f64,
}

impl Progress {
    pub(super) fn new(benches: usize) -> Self {
        Self {
            benches,
            begun: 0,
            name: String::new(),
            started: Instant::now(),
            is_terminal: std::io::stderr().is_terminal(),
            widest: 0.0,
        }
    }

    pub(super) fn begin(&mut self, name: &str) {
        self.begun += 1;
        name.clone_into(&mut self.name);
        self.widest = 0.0;
        if !self.is_terminal {
            drop(writeln!(std::io::stderr(), "{}", self.line(0)));
        }
    }

    pub(super) fn end(&self) {
        if self.is_terminal {
            drop(write!(std::io::stderr(), "\r\x1b[K"));
        }
    }

    fn line(&self, pairs: usize) -> String {
        let known = format!("known to ±{:.1} %", self.widest);
        let left = self.left().map(|left| left.as_secs().max(1));
        let parts = [
            Some(format!("[{}/{}] {}", self.begun, self.benches, self.name)),
            (pairs > 0).then(|| format!("{pairs} pairs")),
            (self.widest > 0.0).then_some(known),
            left.map(|left| format!("about {left} s left")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// As if all benches took as long as those before.
    fn left(&self) -> Option<Duration> {
        let done = u32::try_from(self.begun.checked_sub(1)?)
            .ok()
            .filter(|done| *done > 0)?;
        let open = u32::try_from(self.benches - self.begun + 1).ok()?;
        Some(self.started.elapsed() / done * open)
    }
}

impl Watch for Progress {
    fn pairs(&mut self, pairs: usize, so_far: Option<Change>) {
        self.widest = so_far.map_or(0.0, |change| change.uncertainty() * 100.0);
        if self.is_terminal {
            drop(write!(std::io::stderr(), "\r\x1b[K{}", self.line(pairs)));
            drop(std::io::stderr().flush());
        }
    }
}
