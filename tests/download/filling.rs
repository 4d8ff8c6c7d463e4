//! An empty cache is filled once, whoever asks and whatever happened before.

use std::process::{Child, Command};
use std::time::Duration;

use super::machine::{KEEPING_CURL, Machine, NO_NETWORK, found, version};
use super::registry::has_registry;

#[test]
fn an_empty_cache_is_filled_by_npm_and_the_newest_version_runs() {
    if !has_registry("an_empty_cache_is_filled_by_npm_and_the_newest_version_runs") {
        return;
    }
    let machine = Machine::new("npm");
    machine.has("curl", NO_NETWORK);
    machine.has("wget", NO_NETWORK);
    let output = machine.probe("download").output().unwrap();
    let version = version(&output);
    assert!(version.starts_with("18."), "{version}");
    let told = format!(
        "perf-harness uses PostgreSQL {version}, downloaded to {}, a private cluster (as PERF_HARNESS_POSTGRES says)",
        machine.cache().display()
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&told), "{said}");
    assert_eq!(
        (machine.calls(), machine.cached().len()),
        (0, 1),
        "{:?}",
        machine.cached()
    );
}

#[test]
fn npm_that_fails_gives_way_to_curl_and_what_is_there_needs_no_network() {
    if !has_registry("npm_that_fails_gives_way_to_curl_and_what_is_there_needs_no_network") {
        return;
    }
    let machine = Machine::with_curl("curl");
    assert!(machine.version("download").starts_with("18."));
    assert_eq!(machine.calls(), 2);
    machine.has_no_network();
    let lock = machine
        .cache()
        .join(format!("{}.lock", machine.cached()[0]));
    std::fs::remove_file(&lock).unwrap();
    assert!(machine.version("download").starts_with("18."));
    assert_eq!(machine.calls(), 2);
    // So the cache may be read-only by then: an image may bring it along.
    assert!(!lock.exists());
}

#[test]
fn wget_is_asked_last() {
    if !has_registry("wget_is_asked_last") || !found("wget").exists() {
        return;
    }
    let machine = Machine::new("wget");
    machine.has("npm", NO_NETWORK);
    machine.has("curl", NO_NETWORK);
    assert!(machine.version("download:16").starts_with("16."));
    assert_eq!(machine.calls(), 2);
}

#[test]
fn another_major_version_can_be_chosen() {
    if !has_registry("another_major_version_can_be_chosen") {
        return;
    }
    let machine = Machine::with_curl("major");
    for major in ["15", "17"] {
        let version = machine.version(&format!("download:{major}"));
        assert!(version.starts_with(major), "{version}");
    }
    assert_eq!(machine.cached().len(), 2);
}

#[test]
fn processes_that_start_together_download_once() {
    if !has_registry("processes_that_start_together_download_once") {
        return;
    }
    let machine = Machine::with_curl("together");
    let start = |_| machine.probe("download").spawn().unwrap();
    let processes: Vec<Child> = (0..4).map(start).collect();
    for process in processes {
        assert!(version(&process.wait_with_output().unwrap()).starts_with("18."));
    }
    // npm and curl, of the one process that was first.
    assert_eq!(
        (machine.calls(), machine.cached().len()),
        (2, 1),
        "{:?}",
        machine.cached()
    );
}

#[test]
fn what_a_cleaner_took_away_is_downloaded_again() {
    if !has_registry("what_a_cleaner_took_away_is_downloaded_again") {
        return;
    }
    let machine = Machine::with_curl("cleaner");
    machine.version("download");
    let name = machine.cached().pop().unwrap();
    let file = machine
        .cache()
        .join(name)
        .join("share/postgresql/postgres.bki");
    std::fs::remove_file(&file).unwrap();
    machine.version("download");
    assert!(file.is_file());
    assert_eq!(
        (machine.calls(), machine.cached().len()),
        (4, 1),
        "{:?}",
        machine.cached()
    );
}

#[test]
fn a_download_that_was_killed_is_made_again_by_the_next_process() {
    if !has_registry("a_download_that_was_killed_is_made_again_by_the_next_process") {
        return;
    }
    let machine = Machine::with_curl("killed");
    machine.has(
        "curl",
        "echo half > package.tgz; echo $$ > \"$ROOT/pid.next\"; mv \"$ROOT/pid.next\" \"$ROOT/pid\"; exec sleep 600",
    );
    let mut victim = machine.probe("download").spawn().unwrap();
    let pid_file = machine.root.join("pid");
    while !pid_file.exists() {
        assert!(
            victim.try_wait().unwrap().is_none(),
            "it ended before it downloaded"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    let pid = std::fs::read_to_string(pid_file).unwrap();
    assert!(
        Command::new("kill")
            .arg(pid.trim())
            .status()
            .unwrap()
            .success()
    );
    assert!(
        machine.cached()[0].contains(".part-"),
        "{:?}",
        machine.cached()
    );
    machine.has("curl", KEEPING_CURL);
    assert!(machine.version("download").starts_with("18."));
    assert!(machine.cached().len() == 1 && !machine.cached()[0].contains(".part-"));
}
