//! What processes use, by `/proc`: where there is none, as on a Mac, nothing is known and the tables say so.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// One process, from its `stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    is_dead: bool,
    /// Of its own and of its children that have ended, in ticks.
    ticks: u64,
}

/// The seconds of processor time of a process, its children and theirs, those that have ended included.
pub(super) fn processor_seconds(root: u32) -> Option<f64> {
    let all = all();
    let tree = tree(&all, root);
    let ticks: u64 = tree.iter().map(|process| process.ticks).sum();
    (!tree.is_empty()).then(|| seconds(ticks))
}

/// The seconds of processor time of those children of this process that have ended.
pub(super) fn ended_children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    Some(seconds(field(&stat, CHILDREN)?))
}

/// The most memory that each of them had at once, summed, in bytes.
pub(super) fn peak_memory(root: u32) -> Option<u64> {
    let all = all();
    let peaks: Vec<u64> = tree(&all, root)
        .iter()
        .filter_map(|process| fs::read_to_string(format!("/proc/{}/status", process.id)).ok())
        .filter_map(|status| high_water(&status))
        .collect();
    (!peaks.is_empty()).then(|| peaks.iter().sum())
}

/// Whether it runs; where nothing is known, yes.
pub(super) fn is_running(id: u32) -> bool {
    let all = all();
    all.is_empty() || all.get(&id).is_some_and(|process| !process.is_dead)
}

fn all() -> BTreeMap<u32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = entries
        .filter(|entry| entry.file_name().as_encoded_bytes()[0].is_ascii_digit())
        .filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let processes = stats.filter_map(|stat| Process::read(&stat));
    processes.map(|process| (process.id, process)).collect()
}

fn tree(all: &BTreeMap<u32, Process>, root: u32) -> Vec<Process> {
    let is_below = |process: &Process| {
        let mut above = Some(process);
        // Processes end while they are read: no chain is longer than there are processes.
        for _ in 0..=all.len() {
            match above {
                Some(process) if process.id == root => return true,
                Some(process) => above = all.get(&process.parent),
                None => return false,
            }
        }
        false
    };
    all.values()
        .filter(|process| is_below(process))
        .copied()
        .collect()
}

/// The places of times in `stat`, counted after the name.
const OWN: [usize; 2] = [11, 12];
const CHILDREN: [usize; 2] = [13, 14];

impl Process {
    fn read(stat: &str) -> Option<Self> {
        let mut fields = after_name(stat);
        Some(Self {
            id: stat.split(' ').next()?.parse().ok()?,
            is_dead: matches!(fields.next()?, "Z" | "X"),
            parent: fields.next()?.parse().ok()?,
            ticks: field(stat, OWN)? + field(stat, CHILDREN)?,
        })
    }
}

/// A name may hold spaces and brackets.
fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    rest.split(' ')
}

fn field(stat: &str, places: [usize; 2]) -> Option<u64> {
    let at = |place| after_name(stat).nth(place)?.parse::<u64>().ok();
    Some(at(places[0])? + at(places[1])?)
}

/// `VmHWM:      1234 kB`
fn high_water(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The kernel counts in ticks, nearly everywhere a hundredth of a second.
fn seconds(ticks: u64) -> f64 {
    let told = Command::new("getconf").arg("CLK_TCK").output();
    let told = told
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let a_second = told
        .and_then(|text| text.trim().parse::<u32>().ok())
        .unwrap_or(100);
    super::float(ticks) / f64::from(a_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "42 (tmux: (1) a) S 7 42 42 0 -1 4194560 2048 0 0 0 100 20 3 4 20 0 1 0 500 10 5";

    #[test]
    fn a_stat_is_read_whatever_the_name_is() {
        let process = Process::read(STAT).unwrap();
        assert_eq!(
            process,
            Process {
                id: 42,
                parent: 7,
                is_dead: false,
                ticks: 127
            }
        );
        assert!(Process::read(&STAT.replace(" S ", " Z ")).unwrap().is_dead);
        assert_eq!(Process::read("42 (sh) S 7"), None);
    }

    #[test]
    fn the_tree_is_all_that_is_below_the_root() {
        let processes = [(1, 0), (7, 1), (8, 7), (9, 8), (10, 1), (11, 11)].map(|(id, parent)| {
            let process = Process {
                id,
                parent,
                is_dead: false,
                ticks: 1,
            };
            (id, process)
        });
        let ids = |root| -> Vec<u32> {
            let tree = tree(&BTreeMap::from(processes), root);
            tree.iter().map(|process| process.id).collect()
        };
        assert_eq!(ids(7), [7, 8, 9]);
        assert_eq!(ids(10), [10]);
        assert_eq!(ids(99), [] as [u32; 0]);
    }

    #[test]
    fn the_high_water_mark_is_read_in_bytes() {
        assert_eq!(
            high_water("Name:\tsh\nVmHWM:\t    1500 kB\nVmRSS:\t 4 kB\n"),
            Some(1_536_000)
        );
        assert_eq!(high_water("Name:\tkthreadd\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_seen() {
        let id = std::process::id();
        assert!(is_running(id));
        assert!(processor_seconds(id).is_some());
        assert!(peak_memory(id).unwrap() > 100_000);
        assert!(ended_children_seconds().is_some());
        assert!(!is_running(u32::MAX) && processor_seconds(u32::MAX).is_none());
    }
}
