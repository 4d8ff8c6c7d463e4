//! What a comparison found, whoever tells it: the table, the JSON, the markdown, the page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::counts;

/// Two sides, compared bench by bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Comparison {
    /// Of the format; another number is another format.
    pub(crate) schema_version: u32,
    pub(crate) kind: Kind,
    pub(crate) base: Side,
    pub(crate) head: Side,
    pub(crate) benchmarks: Vec<Compared>,
    /// Names of benches that one side has only.
    pub(crate) only_base: Vec<String>,
    pub(crate) only_head: Vec<String>,
    /// What was not measured, and why: programs that are no divan benches, benches that panicked.
    pub(crate) left_out: Vec<LeftOut>,
    /// The base against itself, in the same run. Where it is slower or faster than itself nothing is to be believed.
    pub(crate) control: Vec<Compared>,
    pub(crate) machine: Machine,
    /// What chance was started with.
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
    /// It was stopped before its end.
    pub(crate) is_partial: bool,
}

/// What the sides are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Two versions of the program.
    Versions,
    /// Two ways to do the same, in one program: the gain of the head is told.
    Variants,
    /// One version twice: what differs is noise.
    Itself,
}

/// A version, or a variant of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Side {
    /// As it was asked for: `main`, `HEAD~1`, `working tree`, `naive`.
    pub(crate) name: String,
    pub(crate) commit: Option<String>,
    /// It holds changes that no commit has.
    pub(crate) is_dirty: bool,
}

/// One bench on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// The bench's path, as divan has it; with a package before it where two packages have the same.
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) verdict: Verdict,
    /// What is too little to matter: 0.03 is 3 %.
    pub(crate) threshold: f64,
    /// None where nothing was measured: identical programs, or no time.
    pub(crate) change: Option<Change>,
    /// The time of an iteration, in nanoseconds: the median over all pairs of processes.
    pub(crate) base_ns: Option<f64>,
    pub(crate) head_ns: Option<f64>,
    /// Of each pair of processes the median logarithm of head by base, in the order in which they ran.
    pub(crate) pairs: Vec<f64>,
    pub(crate) samples_per_pair: u32,
    pub(crate) iterations_per_sample: u32,
    /// What was slower or faster was measured once more, with fresh processes, and was so again.
    pub(crate) is_confirmed: bool,
    /// What is counted, and is not the same on both sides or is told anyway: by name.
    pub(crate) counts: BTreeMap<String, Counted>,
    /// None where nobody asked for them, or it was not run.
    pub(crate) instructions: Option<Witness>,
    /// Why it may be slower, if it may.
    pub(crate) allowed: Option<String>,
    /// The gain that was asked for, and whether it is there: 0.5 is half of the time.
    pub(crate) required: Option<Required>,
    pub(crate) seconds: f64,
}

/// How a bench was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Both alive, one sample of each in turn.
    Lockstep,
    /// Whole processes in turn, by their fastest sample.
    Process,
    /// Not at all: the same program.
    Identical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// By more than the threshold, seen twice; or something that is counted became more.
    Slower,
    Faster,
    /// Shown to be within the threshold.
    Same,
    /// Neither is shown.
    Undecided,
}

/// By how much the time changed: -0.2 is a fifth less.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) estimate: f64,
    /// With 99 % confidence it is from here
    pub(crate) low: f64,
    /// to here.
    pub(crate) high: f64,
}

/// What is exact. The unit is in the name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) base: f64,
    pub(crate) head: f64,
    /// More is worse. Of throughput's counters, that say how much work there is, it is not.
    pub(crate) is_cost: bool,
}

/// What an iteration needs of something, told beside the time: it makes nothing slower or faster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Witness {
    Counted {
        base: f64,
        head: f64,
    },
    /// It was asked for and not counted.
    LeftOut {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Required {
    pub(crate) gain: f64,
    pub(crate) is_met: bool,
    /// Why it is another one than that of the others, if it is: from `bench-compare.toml`.
    pub(crate) reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    pub(crate) name: String,
    pub(crate) reason: String,
    /// A bench that should have been measured, so that there is no verdict.
    pub(crate) is_failure: bool,
}

/// Where it was measured, and what disturbed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) processors: usize,
    pub(crate) system: String,
    pub(crate) toolchain: String,
    pub(crate) profile: String,
    /// The load average of a minute, before and after.
    pub(crate) load: Option<(f64, f64)>,
    /// Of all processors' time: what the hypervisor took.
    pub(crate) steal_percent: Option<f64>,
    /// How often a quota stopped us.
    pub(crate) throttled: Option<u64>,
}

impl Comparison {
    pub(crate) const SCHEMA_VERSION: u32 = 1;

    /// What the process ends with: the table of the crate's docs.
    pub(crate) fn exit_code(&self, fails_undecided: bool, fails_noisy: bool) -> u8 {
        let is_slower = |one: &Compared| self.is_regression(one);
        let is_short = |one: &Compared| {
            one.required
                .as_ref()
                .is_some_and(|required| !required.is_met)
        };
        let is_open = |one: &Compared| one.verdict == Verdict::Undecided;
        let any = |is: &dyn Fn(&Compared) -> bool| self.benchmarks.iter().any(is);
        if self.is_partial || self.left_out.iter().any(|one| one.is_failure) {
            2
        } else if self.more_is_counted() {
            1
        } else if self.is_too_noisy() {
            // No time is to be believed, a regression as little as a gain.
            if fails_noisy { 3 } else { 0 }
        } else if any(&is_slower) || any(&is_short) {
            1
        } else if fails_undecided && any(&is_open) {
            3
        } else {
            0
        }
    }

    /// One operation needs more of something, which no noise makes so.
    pub(crate) fn more_is_counted(&self) -> bool {
        let mut all = self.benchmarks.iter();
        all.any(|one| self.is_regression(one) && counts::became_more(&one.counts))
    }

    fn is_regression(&self, one: &Compared) -> bool {
        one.verdict == Verdict::Slower && one.allowed.is_none() && self.kind == Kind::Versions
    }

    /// The base is not the same as itself.
    pub(crate) fn is_too_noisy(&self) -> bool {
        let flagged = |one: &Compared| matches!(one.verdict, Verdict::Slower | Verdict::Faster);
        self.control.iter().any(flagged)
    }
}
