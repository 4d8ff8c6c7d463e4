//! The private cluster: started once, shared, replaced when it is dead, gone when nobody uses it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../child.rs"]
mod child;
mod leftovers;
mod place;
mod storage;

use child::ROLE;
use place::{Place, act, runs, signal, wait_until};

/// The test that other processes act in.
const HERE: &str = "the_next_process_joins_the_same_cluster";

#[test]
fn the_next_process_joins_the_same_cluster() {
    if std::env::var(ROLE).is_ok() {
        return act();
    }
    let place = Place::new();
    let (first, _user) = place.hold(HERE);
    let second = place.start(HERE);
    assert_eq!(first.directory, second.directory);
}

#[test]
fn a_cluster_that_nobody_uses_stops_and_removes_itself() {
    let mut place = Place::new();
    place.idle_s = "1";
    let cluster = place.start(HERE);
    wait_until("the cluster removed itself", || !cluster.directory.exists());
}

#[test]
fn a_cluster_stays_while_databases_of_failed_tests_are_kept() {
    let mut place = Place::new();
    place.idle_s = "1";
    let (cluster, user) = place.hold(HERE);
    cluster.ask("CREATE DATABASE ph_0_failed_1_a_test").unwrap();
    drop(user);
    let watch = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'perf-harness watch: idle % of 3600 s'";
    let idle = || {
        let told = cluster.ask_as("perf-harness watch test", watch).unwrap();
        let word = told.split(' ').nth(3).and_then(|idle| idle.parse().ok());
        word.unwrap_or(0)
    };
    wait_until("nobody has used it for longer than it may be idle", || {
        idle() >= 3
    });
    cluster.ask("DROP DATABASE ph_0_failed_1_a_test").unwrap();
    wait_until("the cluster removed itself", || !cluster.directory.exists());
}

#[test]
fn a_cluster_that_was_never_announced_is_ended_by_the_next_start() {
    let place = Place::new();
    let first = place.start(HERE);
    let postmaster = first.pid();
    // As if its starter had been killed before it could say so.
    std::fs::remove_file(place.base().join(format!("{}.current", first.key()))).unwrap();
    // It goes on making files until it has ended.
    let busy = std::thread::spawn(move || {
        let mut databases = (0..).map(|number| format!("CREATE DATABASE busy_{number}"));
        while first.ask(&databases.next().unwrap()).is_ok() {}
        first
    });
    let second = place.start(HERE);
    let first = busy.join().unwrap();
    assert_ne!(first.directory, second.directory);
    assert!(!first.directory.exists());
    wait_until("the server ended", || !runs(&postmaster));
}

#[test]
fn a_server_that_was_killed_is_replaced() {
    let place = Place::new();
    let first = place.start(HERE);
    signal(&first.pid(), "KILL");
    let second = place.start(HERE);
    assert_ne!(first.directory, second.directory);
    assert!(!first.directory.exists());
}

#[test]
fn a_server_ends_with_a_crashed_backend_and_the_next_process_gets_a_new_one() {
    let place = Place::new();
    let first = place.start(HERE);
    let postmaster = first.pid();
    let watch = "SELECT pid::text FROM pg_stat_activity WHERE starts_with(application_name, 'perf-harness watch: idle')";
    signal(&first.ask(watch).unwrap(), "KILL");
    wait_until("the server ended", || !runs(&postmaster));
    let second = place.start(HERE);
    assert_ne!(first.directory, second.directory);
    assert!(!first.directory.exists());
    assert!(!second.ask(watch).unwrap().is_empty());
}

#[test]
fn what_ends_a_server_is_started_again_by_who_joins_and_only_once() {
    let place = Place::new();
    let (cluster, _user) = place.hold(HERE);
    let watches = "SELECT count(*)::text FROM pg_stat_activity WHERE starts_with(application_name, 'perf-harness watch: idle')";
    let count = || cluster.ask_as("perf-harness watch test", watches).unwrap();
    assert_eq!(count(), "1");
    let ended = "SELECT string_agg(pg_terminate_backend(pid)::text, '') FROM pg_stat_activity WHERE starts_with(application_name, 'perf-harness watch: idle')";
    cluster.ask_as("perf-harness watch test", ended).unwrap();
    wait_until("the watch is gone", || count() == "0");
    std::thread::scope(|scope| {
        let users: Vec<_> = (0..3).map(|_| scope.spawn(|| place.hold(HERE))).collect();
        let users: Vec<_> = users.into_iter().map(|user| user.join().unwrap()).collect();
        assert!(
            users
                .iter()
                .all(|(other, _)| other.directory == cluster.directory)
        );
        // Those who came later found one, or waited for it and went.
        wait_until("one watch is left", || count() == "1");
    });
}

#[test]
fn what_ends_a_server_says_that_it_runs() {
    let place = Place::new();
    let cluster = place.start(HERE);
    let marker = cluster.directory.join("watched");
    // Without it the guard of the server would end it.
    wait_until("the marker is there", || marker.is_file());
}

#[test]
fn a_prepared_cluster_is_copied_and_gets_a_password_of_its_own() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new().with_cache_of_its_own();
    let identity = "SELECT system_identifier::text FROM pg_control_system()";
    let first = place.start(HERE);
    let prepared = place.cache.join("prepared");
    let mode = std::fs::metadata(&prepared).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let (same, password) = (first.ask(identity).unwrap(), first.url.password().unwrap());
    signal(&first.pid(), "KILL");
    let second = place.start(HERE);
    assert_eq!(second.ask(identity).unwrap(), same);
    assert_ne!(second.url.password().unwrap(), password);
    for entry in std::fs::read_dir(prepared).unwrap().flatten() {
        let told = std::fs::read_to_string(entry.path().join("password")).unwrap_or_default();
        assert_ne!(told, password);
        assert_ne!(told, second.url.password().unwrap());
    }
}

#[test]
fn a_cache_that_cannot_be_used_costs_time_and_nothing_else() {
    let mut place = Place::new();
    let file = place.root.join("file");
    std::fs::write(&file, "").unwrap();
    place.cache = file.join("cache");
    place.start(HERE);
}
