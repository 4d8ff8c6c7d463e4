//! One bench after the other, and the base with itself in between.

use fastrand::Rng;

use super::copies::Copies;
use super::matched::{Matched, Shared};
use super::progress::Progress;
use crate::arguments::{Options, Subject};
use crate::interrupt;
use crate::lockstep::Which;
use crate::outcome::{Compared, LeftOut, Mode, Required, Verdict};
use crate::rounds::{Failure, Found, Limits, Match, THRESHOLD};
use crate::settings::{OfBench, Settings};

/// Benches whose base is compared with itself, too.
const CONTROLS: usize = 2;

pub(super) struct Running<'a> {
    options: &'a Options,
    settings: &'a Settings,
    rng: Rng,
    pub(super) benchmarks: Vec<Compared>,
    pub(super) control: Vec<Compared>,
    pub(super) left_out: Vec<LeftOut>,
    /// Benches for numbers of threads that one side has only.
    pub(super) only_base: Vec<String>,
    pub(super) only_head: Vec<String>,
}

impl<'a> Running<'a> {
    pub(super) fn new(options: &'a Options, settings: &'a Settings, seed: u64) -> Self {
        Self {
            options,
            settings,
            rng: Rng::with_seed(seed),
            benchmarks: Vec::new(),
            control: Vec::new(),
            left_out: Vec::new(),
            only_base: Vec::new(),
            only_head: Vec::new(),
        }
    }

    pub(super) fn all(&mut self, matched: &Matched<'_>, mut copies: Copies) {
        let mut progress = Progress::new(matched.benches.len());
        for bench in &matched.benches {
            if interrupt::came() {
                break;
            }
            progress.begin(&bench.name);
            self.one(bench, &mut copies, &mut progress);
        }
        progress.end();
    }

    fn one(&mut self, bench: &Shared<'_>, copies: &mut Copies, progress: &mut Progress) {
        let of_bench = self.settings.of(&bench.name);
        let threshold = of_bench.threshold.or(self.options.threshold);
        if bench.is_identical {
            let identical = identical(&bench.name, threshold.unwrap_or(THRESHOLD));
            self.benchmarks.push(identical);
            return;
        }
        let pair = match copies.of(bench.pair()) {
            Ok(pair) => pair,
            Err(error) => {
                return self.left_out(
                    &bench.name,
                    format!("its program was not copied to where it runs: {error}"),
                );
            }
        };
        let limits = Limits {
            max_time: self.options.max_time,
            deadline: self.options.hang_after,
        };
        let of_head = Match {
            name: &bench.name,
            pair,
            threshold,
            counts_instructions: self.options.counts_instructions,
            // Of two ways the one may need less time and more rows.
            judges_counts: matches!(
                self.options.subject,
                Subject::Versions(..) | Subject::Against(..)
            ),
        };
        match of_head.compare(limits, &mut self.rng, progress) {
            Ok(found) => self.take(found, &of_bench),
            Err(failure) => return self.failed(&bench.name, &failure),
        }
        if self.control.len() < CONTROLS && self.options.subject != Subject::Itself {
            let control = Match {
                pair: pair.control(),
                counts_instructions: false,
                ..of_head
            };
            let found = control.compare(limits, &mut self.rng, progress);
            let each = found.into_iter().flat_map(|found| found.each);
            self.control
                .extend(each.filter_map(|(_, compared)| compared.ok()));
        }
    }

    fn take(&mut self, found: Found, of_bench: &OfBench) {
        self.only_base.extend(found.only_base);
        self.only_head.extend(found.only_head);
        for (name, compared) in found.each {
            match compared {
                Ok(compared) => {
                    let compared = self.judged(compared, of_bench.clone());
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
        self.left_out(name, format!("the {side}: {}", failure.reason));
    }

    fn left_out(&mut self, name: &str, reason: String) {
        self.left_out.push(LeftOut {
            name: name.to_owned(),
            reason,
            is_failure: true,
        });
    }

    /// With what was asked of it beforehand: a gain, or leave to be slower.
    fn judged(&self, mut compared: Compared, of_bench: OfBench) -> Compared {
        compared.required = self.options.required.map(|of_all| {
            let (gain, reason) = match of_bench.required {
                Some((gain, reason)) => (gain, Some(reason)),
                None => (of_all, None),
            };
            Required {
                gain,
                is_met: compared.change.is_some_and(|change| -change.high >= gain),
                reason,
            }
        });
        let mut allowed = self.options.allowed.iter();
        let reason = allowed.find_map(|allowed| allowed.reason(&compared.name));
        compared.allowed = reason.map(ToOwned::to_owned).or(of_bench.allowed);
        compared
    }
}

fn identical(name: &str, threshold: f64) -> Compared {
    Compared {
        name: name.to_owned(),
        mode: Mode::Identical,
        verdict: Verdict::Same,
        threshold,
        change: None,
        base_ns: None,
        head_ns: None,
        pairs: Vec::new(),
        samples_per_pair: 0,
        iterations_per_sample: 0,
        is_confirmed: false,
        counts: std::collections::BTreeMap::new(),
        instructions: None,
        allowed: None,
        required: None,
        seconds: 0.0,
    }
}
