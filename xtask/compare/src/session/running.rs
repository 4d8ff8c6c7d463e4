//! One bench after the other, and the base with itself in between.

use fastrand::Rng;

use super::progress::Progress;
use super::sides::{Matched, Shared};
use crate::arguments::{Options, Subject};
use crate::interrupt;
use crate::lockstep::Which;
use crate::outcome::{Compared, LeftOut, Mode, Required, Verdict};
use crate::rounds::{Failure, Found, Limits, Match, THRESHOLD};

/// Benches whose base is compared with itself, too.
const CONTROLS: usize = 2;

pub(super) struct Running<'a> {
    options: &'a Options,
    rng: Rng,
    pub(super) benchmarks: Vec<Compared>,
    pub(super) control: Vec<Compared>,
    pub(super) left_out: Vec<LeftOut>,
    /// Benches for numbers of threads that one side has only.
    pub(super) only_base: Vec<String>,
    pub(super) only_head: Vec<String>,
}

impl<'a> Running<'a> {
    pub(super) fn new(options: &'a Options, seed: u64) -> Self {
        Self {
            options,
            rng: Rng::with_seed(seed),
            benchmarks: Vec::new(),
            control: Vec::new(),
            left_out: Vec::new(),
            only_base: Vec::new(),
            only_head: Vec::new(),
        }
    }

    pub(super) fn all(&mut self, matched: &Matched<'_>) {
        let mut progress = Progress::new(matched.benches.len());
        for bench in &matched.benches {
            if interrupt::came() {
                break;
            }
            progress.begin(&bench.name);
            self.one(bench, &mut progress);
        }
        progress.end();
    }

    fn one(&mut self, bench: &Shared<'_>, progress: &mut Progress) {
        if bench.is_identical {
            self.benchmarks.push(self.identical(&bench.name));
            return;
        }
        let limits = Limits {
            max_time: self.options.max_time,
            deadline: self.options.hang_after,
        };
        let of_head = Match {
            name: &bench.name,
            pair: bench.pair(),
            threshold: self.options.threshold,
        };
        match of_head.compare(limits, &mut self.rng, progress) {
            Ok(found) => self.take(found),
            Err(failure) => return self.failed(&bench.name, &failure),
        }
        if self.control.len() < CONTROLS && self.options.subject != Subject::Itself {
            let control = Match {
                pair: bench.control(),
                ..of_head
            };
            let found = control.compare(limits, &mut self.rng, progress);
            let each = found.into_iter().flat_map(|found| found.each);
            self.control
                .extend(each.filter_map(|(_, compared)| compared.ok()));
        }
    }

    fn take(&mut self, found: Found) {
        self.only_base.extend(found.only_base);
        self.only_head.extend(found.only_head);
        for (name, compared) in found.each {
            match compared {
                Ok(compared) => {
                    let compared = self.judged(compared);
                    self.benchmarks.push(compared);
                }
                Err(failure) => self.failed(&name, &failure),
            }
        }
    }

    fn failed(&mut self, name: &str, failure: &Failure) {
        // What Ctrl-C ended did not fail.
        if interrupt::came() {
            return;
        }
        let side = match failure.which {
            Which::Base => "base",
            Which::Head => "head",
        };
        self.left_out.push(LeftOut {
            name: name.to_owned(),
            reason: format!("the {side}: {}", failure.reason),
            is_failure: true,
        });
    }

    /// With what was asked of it beforehand: a gain, or leave to be slower.
    fn judged(&self, mut compared: Compared) -> Compared {
        compared.required = self.options.required.map(|gain| Required {
            gain,
            is_met: compared.change.is_some_and(|change| -change.high >= gain),
        });
        let mut allowed = self.options.allowed.iter();
        let reason = allowed.find_map(|allowed| allowed.reason(&compared.name));
        compared.allowed = reason.map(ToOwned::to_owned);
        compared
    }

    fn identical(&self, name: &str) -> Compared {
        Compared {
            name: name.to_owned(),
            mode: Mode::Identical,
            verdict: Verdict::Same,
            threshold: self.options.threshold.unwrap_or(THRESHOLD),
            change: None,
            base_ns: None,
            head_ns: None,
            pairs: Vec::new(),
            samples_per_pair: 0,
            iterations_per_sample: 0,
            is_confirmed: false,
            counts: std::collections::BTreeMap::new(),
            allowed: None,
            required: None,
            seconds: 0.0,
        }
    }
}
