//! Instructions of an iteration, counted by valgrind's callgrind: a witness beside the time, on which no verdict rests.
//!
//! `output` reads what callgrind writes, `folder` is where it writes it.

mod folder;
mod output;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::divan::process::{self, Run};
use crate::error::CompareError;
use crate::lockstep::{Bench, Pair};
use crate::outcome::Witness;
use folder::Folder;

const VALGRIND: &str = "valgrind";
/// What `perf-harness-bench` calls the function in which all is counted.
const COUNTED: &str = "*perf_harness_bench_counted*";
/// By which it knows that it is asked to use that function, and how many iterations come before.
const WARM_UP: &str = "PERF_HARNESS_BENCH_INSTRUCTIONS";

/// Of the time that it takes without valgrind, so much is counted: with it that is about fifty times as long.
const NATIVE: Duration = Duration::from_millis(20);
/// What takes longer is not slow but stuck: so many times its time, after a start that takes so long at the most.
const SLOWDOWN: u32 = 200;
const START: Duration = Duration::from_secs(15);
const MOST: u32 = 100;

/// How many iterations are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Iterations {
    /// In which is done what is done once.
    warm_up: u32,
    counted: u32,
}

/// It says how to get it where it is not there.
pub(crate) fn is_installed() -> Result<(), CompareError> {
    found(VALGRIND)
}

fn found(program: &str) -> Result<(), CompareError> {
    let asked = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let reason = match asked {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => format!("`{program} --version` fails: {}", output.status),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            format!("there is no `{program}` in PATH")
        }
        Err(error) => format!("`{program}` cannot be started: {error}"),
    };
    Err(CompareError::Words(format!(
        "`--instructions` needs valgrind, and {reason}; install it, as by `apt install valgrind` or `dnf install valgrind`, \
         or leave the flag out"
    )))
}

/// Of an iteration on each side, where one takes so long without valgrind. What is stuck is given up, at the deadline or before.
pub(crate) fn count(pair: &Pair<'_>, one: Duration, deadline: Duration) -> Witness {
    let iterations = Iterations::of(one);
    let deadline = deadline.min(iterations.longest(one));
    let side = |side, bench| {
        let counted = iterations.count(bench, deadline);
        counted.map_err(|reason| format!("the {side}: {reason}"))
    };
    let base = side("base", pair.base);
    match base.and_then(|base| Ok((base, side("head", pair.head)?))) {
        Ok((base, head)) => Witness::Counted { base, head },
        Err(reason) => Witness::LeftOut { reason },
    }
}

impl Iterations {
    fn of(one: Duration) -> Self {
        let fitting = NATIVE.as_nanos() / one.as_nanos().max(1);
        let counted = u32::try_from(fitting).unwrap_or(MOST).clamp(1, MOST);
        Self {
            warm_up: counted.min(3),
            counted,
        }
    }

    fn all(self) -> u32 {
        self.warm_up + self.counted
    }

    /// That they can take under valgrind.
    fn longest(self, one: Duration) -> Duration {
        let all = one.saturating_mul(self.all()).saturating_mul(SLOWDOWN);
        Duration::from_secs(START.saturating_add(all).as_secs())
    }

    fn count(self, bench: Bench<'_>, deadline: Duration) -> Result<f64, String> {
        let folder = Folder::new().map_err(|error| format!("no folder for callgrind: {error}"))?;
        let file = folder.path().join("callgrind.out");
        let under = [
            VALGRIND.into(),
            "--tool=callgrind".into(),
            "--quiet".into(),
            format!("--toggle-collect={COUNTED}").into(),
            out_file(&file).into(),
        ];
        let run = Run {
            under: &under,
            exe: &bench.program.path,
            current_dir: &bench.program.folder,
            name: bench.name,
            threads: None,
            sample_size: self.all(),
            sample_count: 1,
            environment: &[(WARM_UP.into(), self.warm_up.to_string().into())],
            deadline,
        };
        let measured = process::run(&run).map_err(|error| format!("under valgrind {error}"))?;
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("callgrind wrote no file: {error}"))?;
        let total = output::total(&text)?;
        let ran: u64 = measured.iter().map(|measured| measured.iterations).sum();
        self.mean(total, ran)
    }

    /// Of those that ran after the warm-up.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    fn mean(self, total: u64, ran: u64) -> Result<f64, String> {
        let counted = ran.saturating_sub(self.warm_up.into());
        if total == 0 || counted == 0 {
            let reason = "callgrind saw no iteration: perf-harness-bench is older there, or its profile strips symbols";
            return Err(reason.to_owned());
        }
        Ok(total as f64 / counted as f64)
    }
}

/// A `%` would have a meaning.
fn out_file(file: &Path) -> String {
    let file = file.display().to_string().replace('%', "%%");
    format!("--callgrind-out-file={file}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_iterations_are_counted_often_and_long_ones_once() {
        let check = |milliseconds: f64, warm_up, counted| {
            let one = Duration::from_secs_f64(milliseconds / 1e3);
            assert_eq!(Iterations::of(one), Iterations { warm_up, counted });
        };
        check(0.0, 3, 100);
        check(0.2, 3, 100);
        check(2.0, 3, 10);
        check(15.0, 1, 1);
        check(5_000.0, 1, 1);
    }

    #[test]
    fn what_is_stuck_is_given_up_early_and_what_is_slow_is_not() {
        let check = |milliseconds, expected| {
            let one = Duration::from_millis(milliseconds);
            let longest = Iterations::of(one).longest(one);
            assert_eq!(longest, Duration::from_millis(expected));
        };
        check(0, 15_000);
        // 13 iterations.
        check(2, 20_000);
        check(5_000, 2_015_000);
    }

    #[test]
    fn nothing_counted_is_no_count() {
        let iterations = Iterations {
            warm_up: 3,
            counted: 10,
        };
        assert_eq!(iterations.mean(1_005, 13), Ok(100.5));
        for (total, ran) in [(0, 13), (10, 3), (10, 0)] {
            let told = iterations.mean(total, ran).unwrap_err();
            assert!(told.contains("saw no iteration"), "{told}");
        }
    }

    #[test]
    fn a_missing_valgrind_is_told_with_the_cure() {
        let told = found("no-such-valgrind").unwrap_err().to_string();
        let expected = "`--instructions` needs valgrind, and there is no `no-such-valgrind` in PATH; install it, as by ";
        assert!(told.starts_with(expected), "{told}");
        let told = found("false").unwrap_err().to_string();
        assert!(told.contains("`false --version` fails: "), "{told}");
        assert!(found("true").is_ok());
    }

    #[test]
    fn a_percent_sign_in_a_path_means_itself() {
        let told = out_file(Path::new("/tmp/50%p/callgrind.out"));
        assert_eq!(told, "--callgrind-out-file=/tmp/50%%p/callgrind.out");
    }
}
