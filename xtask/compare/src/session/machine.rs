//! Where it was measured, and what disturbed: from `/proc`, as far as there is one.

use std::fs;
use std::process::Command;

use crate::outcome::Machine;

/// What was before.
pub(super) struct Watched {
    load: Option<f64>,
    ticks: Option<Ticks>,
    throttled: Option<u64>,
}

/// Of all processors.
#[derive(Clone, Copy)]
struct Ticks {
    all: u64,
    stolen: u64,
}

impl Watched {
    pub(super) fn begin() -> Self {
        Self {
            load: load(),
            ticks: ticks(),
            throttled: throttled(),
        }
    }

    pub(super) fn end(self, profile: String) -> Machine {
        let both = |before: Option<u64>, after: Option<u64>| Some(after?.saturating_sub(before?));
        Machine {
            processor: processor(),
            processors: processors(),
            system: format!("{} {}", std::env::consts::OS, kernel().unwrap_or_default())
                .trim_end()
                .to_owned(),
            toolchain: toolchain("--version"),
            profile,
            load: self.load.zip(load()),
            steal_percent: self
                .ticks
                .zip(ticks())
                .and_then(|(before, after)| stolen(before, after)),
            throttled: both(self.throttled, throttled()),
        }
    }
}

fn load() -> Option<f64> {
    let read = fs::read_to_string("/proc/loadavg").ok()?;
    read.split(' ').next()?.parse().ok()
}

fn ticks() -> Option<Ticks> {
    read_ticks(&fs::read_to_string("/proc/stat").ok()?)
}

/// `cpu user nice system idle iowait irq softirq steal ..`
fn read_ticks(stat: &str) -> Option<Ticks> {
    let numbers = stat.lines().next()?.strip_prefix("cpu ")?;
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    Some(Ticks {
        all: numbers.iter().take(8).sum(),
        stolen: *numbers.get(7)?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn stolen(before: Ticks, after: Ticks) -> Option<f64> {
    let all = after.all.checked_sub(before.all).filter(|all| *all > 0)?;
    Some(100.0 * after.stolen.saturating_sub(before.stolen) as f64 / all as f64)
}

/// By the quota of our group, where it has one.
fn throttled() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let stat = fs::read_to_string(format!("/sys/fs/cgroup{group}/cpu.stat")).ok()?;
    let line = stat
        .lines()
        .find_map(|line| line.strip_prefix("nr_throttled "))?;
    line.parse().ok()
}

/// Its model.
pub(super) fn processor() -> String {
    let read = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = read.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(':'));
    model.map_or_else(
        || "an unknown processor".to_owned(),
        |(_, model)| model.trim().to_owned(),
    )
}

pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn kernel() -> Option<String> {
    let read = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(read.trim().to_owned())
}

/// What rustc says to `--version`, or to `-vV`, which is all.
pub(super) fn toolchain(flag: &str) -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    match Command::new(rustc).arg(flag).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => "an unknown rustc".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_hypervisor_took_is_a_share_of_all_ticks() {
        let before = read_ticks("cpu  100 0 100 700 50 25 25 0 9 9\ncpu0 1").unwrap();
        let after = read_ticks("cpu  150 0 100 730 50 25 25 20 9 9\ncpu0 1").unwrap();
        assert_eq!(stolen(before, after), Some(20.0));
        assert_eq!(stolen(before, before), None);
        assert!(read_ticks("cpu 1 2 3").is_none());
    }
}
