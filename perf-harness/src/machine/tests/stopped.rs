//! A process that is stopped and goes on.

use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{Second, comes_true, is_known_here, is_second, second, tell, wait_for_word};
use crate::machine::Watch;

const TEST: &str = "machine::tests::stopped::a_process_that_was_stopped_was_paused";

const STOPPED: Duration = Duration::from_millis(300);

#[test]
fn a_process_that_was_stopped_was_paused() {
    if is_second() {
        return watch();
    }
    if !is_known_here("a_process_that_was_stopped_was_paused") {
        return;
    }
    let mut second = Second::start(&mut second(TEST));
    second.hear("watching");
    let pid = Pid::from_child(&second.child);
    kill_process(pid, Signal::STOP).unwrap();
    assert!(comes_true(|| is_stopped(second.child.id())));
    // How long it stands still is what is to be seen; load can only make it longer.
    thread::sleep(STOPPED);
    kill_process(pid, Signal::CONT).unwrap();
    second.go_on();
    let longest: u64 = second.hear("longest").parse().unwrap();
    // All but a period and what is tolerated at its ends.
    assert!(longest >= 250, "{longest} ms");
}

/// The process that is stopped.
fn watch() {
    let watch = Watch::begin();
    tell("watching");
    wait_for_word();
    let disturbances = watch.end();
    let paused = disturbances.paused.unwrap();
    assert!(disturbances.lasted >= paused.total, "{disturbances:?}");
    tell(&format!("longest {}", paused.longest.as_millis()));
}

fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name before it may have anything in it.
    stat.rsplit_once(") ").unwrap().1.starts_with('T')
}
