//! `perf-harness postgres status|stop|clean` as a user calls it, where no other server can be seen.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../tests/child.rs"]
mod child;
#[path = "../../tests/cluster/place.rs"]
mod place;

use std::process::Command;

use child::ROLE;
use place::{Place, act, runs, signal, wait_until};

/// The test that other processes act in.
const HERE: &str = "a_server_is_told_with_what_it_holds";

fn command(place: &Place, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perf-harness"));
    place.set(&mut command);
    command.arg("postgres").args(words);
    command
}

/// Asserts on the exit code and returns all that was printed, errors last.
#[track_caller]
fn printed(place: &Place, words: &[&str], code: i32) -> String {
    let output = command(place, words).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + str::from_utf8(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn a_server_is_told_with_what_it_holds() {
    if std::env::var(ROLE).is_ok() {
        return act();
    }
    let place = Place::new();
    let (cluster, user) = place.hold(HERE);
    for statement in [
        "CREATE DATABASE ph_0_failed_1_a_test",
        "CREATE DATABASE ph_0_template_1_2 IS_TEMPLATE true",
        "COMMENT ON DATABASE ph_0_template_1_2 IS 'shop::seed'",
    ] {
        cluster.ask(statement).unwrap();
    }
    // The watch looks once a second.
    let watched = || printed(&place, &["status"], 0).contains(" s; it stops after 1 h 0 min\n");
    wait_until("the watch saw the kept database", watched);
    let told = printed(&place, &["status"], 0);
    for expected in [
        "PostgreSQL ",
        ", binaries in /",
        &format!("\n  where      {}\n", cluster.directory.display()),
        "\n  since      ",
        "\n  used by    1 process\n",
        "\n  template   ph_0_template_1_2  7 MB  shop::seed\n",
        "\n  for tests  1 database\n",
        "/prepared\n",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    let url = told.split("\n  failed     psql '").nth(1).unwrap();
    let mut kept = cluster;
    kept.url = url.split('\'').next().unwrap().parse().unwrap();
    let database = kept.ask("SELECT current_database()::text").unwrap();
    assert_eq!(database, "ph_0_failed_1_a_test");
    drop(user);
}

#[test]
fn nothing_is_no_error() {
    let place = Place::new().with_cache_of_its_own();
    let nothing = "no server of the harness runs\n";
    assert_eq!(printed(&place, &["status"], 0), nothing);
    assert_eq!(printed(&place, &["stop"], 0), nothing);
    assert_eq!(printed(&place, &["clean"], 0), nothing);
}

#[test]
fn a_server_in_use_is_named_and_stops_only_by_force() {
    let place = Place::new();
    let (cluster, user) = place.hold(HERE);
    let pid = cluster.pid();
    let told = printed(&place, &["stop"], 1);
    let expected = format!(
        "still in use: {}\n  connections: perf-harness",
        cluster.directory.display()
    );
    assert!(told.starts_with(&expected), "{told}");
    assert!(
        told.ends_with("stop it all the same with --force\n"),
        "{told}"
    );
    assert!(cluster.ask("SELECT ''").is_ok());
    let told = printed(&place, &["stop", "--force"], 0);
    assert_eq!(told, format!("stopped {}\n", cluster.directory.display()));
    assert!(!cluster.directory.exists());
    // The system may take a moment to forget a process that has ended.
    wait_until("the server's process is gone", || !runs(&pid));
    drop(user);
    place.start(HERE);
}

#[test]
fn a_server_that_nobody_uses_stops() {
    let place = Place::new();
    let cluster = place.start(HERE);
    let pid = cluster.pid();
    // A killed process is no user for longer than the server needs to notice.
    let told = printed(&place, &["stop"], 0);
    assert_eq!(told, format!("stopped {}\n", cluster.directory.display()));
    assert!(!cluster.directory.exists());
    // The system may take a moment to forget a process that has ended.
    wait_until("the server's process is gone", || !runs(&pid));
    assert!(printed(&place, &["status"], 0).starts_with("no server of the harness runs\n"));
}

#[test]
fn a_server_that_is_being_started_is_left_alone() {
    let place = Place::new();
    let cluster = place.start(HERE);
    let lock = place.base().join(format!("{}.lock", cluster.key()));
    let lock = std::fs::File::create(lock).unwrap();
    lock.lock().unwrap();
    let told = printed(&place, &["stop", "--force"], 1);
    assert!(told.contains("\n  it is being started\n"), "{told}");
    assert!(cluster.ask("SELECT ''").is_ok());
}

#[test]
fn clean_leaves_nothing_but_what_is_not_ours() {
    let place = Place::new().with_cache_of_its_own();
    let first = place.start(HERE);
    signal(&first.pid(), "KILL");
    let second = place.start(HERE);
    let dead = place.base().join("servers/13.9-0123abcd-0123456789abcdef");
    std::fs::create_dir_all(dead.join("data")).unwrap();
    std::fs::write(place.cache.join("notes"), "").unwrap();
    let told = printed(&place, &["clean"], 0);
    let stopped = format!("stopped {}\n", second.directory.display());
    assert!(told.starts_with(&stopped), "{told}");
    assert!(
        told.contains(&format!("removed {}/prepared (", place.cache.display())),
        "{told}"
    );
    let names = |directory: &std::path::Path| -> Vec<_> {
        let entries = std::fs::read_dir(directory).unwrap().flatten();
        entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names(&place.base()), ["servers"]);
    assert_eq!(place.servers(), Vec::<std::path::PathBuf>::new());
    assert_eq!(names(&place.cache), ["notes"]);
    place.start(HERE);
}

#[test]
fn what_is_in_use_keeps_what_is_kept() {
    let place = Place::new().with_cache_of_its_own();
    let (cluster, _user) = place.hold(HERE);
    let told = printed(&place, &["clean"], 1);
    assert!(
        told.starts_with("still in use: ") && !told.contains("removed"),
        "{told}"
    );
    assert!(cluster.ask("SELECT ''").is_ok());
    assert!(place.cache.join("prepared").is_dir());
}

#[test]
fn a_mistake_is_named_with_what_is_known() {
    let place = Place::new();
    for words in [&["status", "--force"][..], &["halt"], &[]] {
        let told = printed(&place, words, 2);
        assert!(
            told.contains("is no command\n\nUsage: perf-harness postgres"),
            "{told}"
        );
    }
    let mut mistaken = command(&place, &["status"]);
    let output = mistaken
        .env("PERF_HARNESS_POSTGRES_DIR", "here")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
