//! The ways to compare a bench with another: ours, and what else there is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fastrand::Rng;

use crate::build::{self, Place, Program};
use crate::divan::output::{self, Measured};
use crate::divan::program::{self, without_divans_variables};
use crate::error::CompareError;
use crate::lockstep::{Bench, Pair, Which};
use crate::outcome::{Change, Compared, Verdict};
use crate::rounds::{Failure, Found, Limits, Match, Watch};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Lockstep,
    Process,
    /// One run, and one after it: the medians differ by more than 5 %.
    Sequential,
    Tango,
}

impl Way {
    pub(super) const ALL: [Self; 4] =
        [Self::Lockstep, Self::Process, Self::Sequential, Self::Tango];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Lockstep => "lockstep",
            Self::Process => "processes in turn",
            Self::Sequential => "one after the other",
            Self::Tango => "tango 0.9",
        }
    }
}

/// What a way said of two benches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Slower,
    Faster,
    Neither,
}

const LIMITS: Limits = Limits {
    max_time: Duration::from_secs(20),
    deadline: Duration::from_mins(1),
};

/// By how much the medians of two runs must differ.
const SEQUENTIAL: f64 = 0.05;

/// The fixture's programs, two files of each, as two versions have them.
pub(super) struct Programs {
    lockstep: [Program; 2],
    plain: [Program; 2],
    tango: [Program; 2],
}

struct Nobody;

impl Watch for Nobody {
    fn pairs(&mut self, _: usize, _: Option<Change>) {}
}

impl Programs {
    pub(super) fn build(root: &Path, target: PathBuf) -> Result<Self, CompareError> {
        let copies = ["base", "head"].map(|side| target.join("copies").join(side));
        let place = Place {
            source: root.join("tests/fixtures/bench-trials"),
            target: Some(target),
        };
        let built = build::build(
            &place,
            &["--bench".to_owned(), "*".to_owned()],
            "the fixture",
        )?
        .programs;
        let twice = |target: &str| {
            let program = built.iter().find(|program| program.target == target);
            let program = program
                .ok_or_else(|| CompareError::Nothing(format!("the fixture has no `{target}`")))?;
            Ok::<_, CompareError>([program.keep(&copies[0])?, program.keep(&copies[1])?])
        };
        Ok(Self {
            lockstep: twice("lockstep")?,
            plain: twice("plain")?,
            tango: twice("paired")?,
        })
    }

    /// The bench with itself, or with one that does so many percent of it.
    pub(super) fn compare(
        &self,
        way: Way,
        bench: &str,
        percent: u32,
        rng: &mut Rng,
    ) -> Result<Said, CompareError> {
        match way {
            Way::Lockstep => compare(&self.lockstep, "lockstep", bench, percent, rng),
            Way::Process => compare(&self.plain, "plain", bench, percent, rng),
            Way::Sequential => self.sequential(bench, percent),
            Way::Tango => self.tango(bench, percent),
        }
    }

    fn sequential(&self, bench: &str, percent: u32) -> Result<Said, CompareError> {
        let [base, head] = &self.plain;
        let base = run_once(base, &format!("plain::work::100/{bench}"))?;
        let head = run_once(head, &format!("plain::work::{percent}/{bench}"))?;
        let change = head.median_ns / base.median_ns;
        Ok(if change > 1.0 + SEQUENTIAL {
            Said::Slower
        } else if change < 1.0 / (1.0 + SEQUENTIAL) {
            Said::Faster
        } else {
            Said::Neither
        })
    }

    /// By its own word: a star is what it takes for significant.
    fn tango(&self, bench: &str, percent: u32) -> Result<Said, CompareError> {
        let [base, head] = &self.tango;
        let mut command = Command::new(&head.path);
        command
            .args(["--bench", "compare"])
            .arg(&base.path)
            .args(["--strip-candidate", &format!("{percent}/*")])
            .args(["--strip-baseline", "100/*"])
            .args(["--filter", bench, "--time", "1"]);
        let line = output_of(&mut command, LIMITS.deadline)?;
        said_by_tango(&line)
            .ok_or_else(|| CompareError::NotUnderstood(format!("tango says `{line}`")))
    }
}

fn compare(
    [base, head]: &[Program; 2],
    target: &str,
    bench: &str,
    percent: u32,
    rng: &mut Rng,
) -> Result<Said, CompareError> {
    let name = |percent| format!("{target}::work::{percent}/{bench}");
    let (of_base, of_head) = (name(100), name(percent));
    let pair = Pair {
        base: Bench {
            program: base,
            name: &of_base,
        },
        head: Bench {
            program: head,
            name: &of_head,
        },
    };
    let both = Match {
        name: bench,
        pair,
        threshold: None,
        counts_instructions: false,
        judges_counts: true,
    };
    let found = both.compare(LIMITS, rng, &mut Nobody);
    let compared = found.and_then(only);
    let compared = compared
        .map_err(|failure| CompareError::NotUnderstood(format!("{of_head}: {}", failure.reason)))?;
    Ok(match compared.verdict {
        Verdict::Slower => Said::Slower,
        Verdict::Faster => Said::Faster,
        Verdict::Same | Verdict::Undecided => Said::Neither,
    })
}

/// Of one number of threads.
fn only(found: Found) -> Result<Compared, Failure> {
    let none = Failure {
        which: Which::Base,
        reason: "it is for no number of threads".to_owned(),
    };
    let first = found.each.into_iter().next();
    first.map_or(Err(none), |(_, compared)| compared)
}

/// As `cargo bench` runs it, by divan's own defaults.
fn run_once(program: &Program, name: &str) -> Result<Measured, CompareError> {
    let mut command = Command::new(&program.path);
    without_divans_variables(&mut command);
    command.args(["--bench", "--exact", name, "--color", "never"]);
    let text = output_of(&mut command, LIMITS.deadline)?;
    let read = output::read(&text, name)
        .map_err(|error| CompareError::NotUnderstood(error.to_string()))?;
    let only = read.into_iter().next();
    only.ok_or_else(|| CompareError::NotUnderstood(format!("{name} was not run")))
}

fn output_of(command: &mut Command, deadline: Duration) -> Result<String, CompareError> {
    let line = command.get_program().to_string_lossy().into_owned();
    let ended = program::run(command, deadline);
    let ended = ended.map_err(|error| CompareError::NotStarted(line.clone(), error))?;
    // Tango fails where it finds something slower, and has told it by then.
    match ended.status {
        Some(_) if !ended.stdout.is_empty() => Ok(ended.stdout),
        _ => Err(CompareError::Failed(line, ended.stderr)),
    }
}

/// `chain  [ 80.2 us ... 84.9 us ]  +5.88%*`
fn said_by_tango(output: &str) -> Option<Said> {
    let line = output.lines().rfind(|line| line.contains("..."))?;
    let last = line.split_whitespace().next_back()?;
    let percent: f64 = last.trim_end_matches('*').strip_suffix('%')?.parse().ok()?;
    Some(match last.ends_with('*') {
        true if percent > 0.0 => Said::Slower,
        true => Said::Faster,
        false => Said::Neither,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tangos_star_is_its_verdict() {
        let line = "\r\u{1b}[2Kchain   [  80.2 us ...  84.9 us ]      ";
        let said = |change| said_by_tango(&format!("{line}{change}\n"));
        assert_eq!(said("+5.88%*"), Some(Said::Slower));
        assert_eq!(said("-5.88%*"), Some(Said::Faster));
        assert_eq!(said("+5.88%"), Some(Said::Neither));
        assert_eq!(said("much"), None);
        assert_eq!(said_by_tango("no such bench\n"), None);
    }
}
