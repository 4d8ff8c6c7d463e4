//! A process with a quota of processor time. Where this test may not make a control group it is skipped, and says so.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Second, comes_true, is_second, second, tell, wait_for_word};
use crate::machine::Watch;
use crate::machine::cgroup::Groups;
use crate::machine::files;

const TEST: &str = "machine::tests::quota::a_process_over_its_quota_was_throttled";

#[test]
fn a_process_over_its_quota_was_throttled() {
    if is_second() {
        return be_throttled();
    }
    let groups = Groups::of_this_process(&files::here);
    let Some(group) = groups.directories().find_map(Group::within) else {
        eprintln!(
            "a_process_over_its_quota_was_throttled is skipped: no control group can be made"
        );
        return;
    };
    let mut second = Second::start(&mut second(TEST));
    // With so little it would take its time to start.
    second.hear("ready");
    group.take_in(second.child.id());
    second.go_on();
    assert!(second.hear("quota").parse::<f64>().unwrap() <= 0.02);
    assert!(second.hear("times").parse::<u64>().unwrap() >= 2);
    drop(second);
}

/// The process that uses more than it may.
fn be_throttled() {
    tell("ready");
    wait_for_word();
    let watch = Watch::begin();
    let groups = Groups::of_this_process(&files::here);
    let before = groups.throttled(&files::here).unwrap();
    assert!(comes_true(|| {
        let throttled = groups.throttled(&files::here).unwrap();
        throttled.since(before).times >= 2
    }));
    let disturbances = watch.end();
    let throttled = disturbances.throttled.unwrap();
    assert!(!throttled.lasted.is_zero(), "{disturbances:?}");
    tell(&format!("quota {}", disturbances.quota.unwrap()));
    tell(&format!("times {}", throttled.times));
}

/// A control group that may use a fiftieth of a processor: less than it gets on a machine with much else to do. It goes when
/// its process has ended.
struct Group(PathBuf);

impl Group {
    fn within(parent: &Path) -> Option<Self> {
        let directory = parent.join(format!("perf-harness-test-{}", std::process::id()));
        fs::create_dir(&directory).ok()?;
        let group = Self(directory);
        let by_version = [("cpu.max", "2000 100000"), ("cpu.cfs_quota_us", "2000")];
        let limited = by_version
            .iter()
            // A file that is not there must not be made.
            .filter(|(file, _)| group.0.join(file).exists())
            .any(|(file, quota)| fs::write(group.0.join(file), quota).is_ok());
        limited.then_some(group)
    }

    fn take_in(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.0));
    }
}
