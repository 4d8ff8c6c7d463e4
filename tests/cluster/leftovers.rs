//! What dead processes and servers leave behind, and what must not be taken for it.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::HERE;
use crate::place::Place;

/// A start beside something left over: it is right, and what was left is gone.
fn check(leave: impl Fn(&Path) -> Vec<PathBuf>) {
    let place = Place::new();
    let own = place.start(HERE);
    let left = leave(&place.base());
    assert!(left.iter().all(|path| path.exists()), "{left:?}");
    // Of the same key, so that the next start is a cold one.
    crate::signal(&own.pid(), "KILL");
    let next = place.start(HERE);
    assert_ne!(own.directory, next.directory);
    for path in left {
        assert!(!path.exists(), "{}", path.display());
    }
}

fn cluster(base: &Path, name: &str) -> PathBuf {
    let directory = base.join("servers").join(name);
    std::fs::create_dir_all(directory.join("data")).unwrap();
    directory
}

#[test]
fn a_name_of_a_cluster_that_is_not_there_is_passed_over() {
    check(|base| {
        let current = base.join("16.1-0123abcd.current");
        std::fs::write(&current, "16.1-0123abcd-0123456789abcdef").unwrap();
        vec![current]
    });
}

#[test]
fn a_lock_that_nobody_holds_is_removed() {
    check(|base| {
        let lock = base.join("16.1-0123abcd.lock");
        std::fs::write(&lock, "").unwrap();
        vec![lock]
    });
}

#[test]
fn data_of_another_version_without_a_server_is_removed() {
    check(|base| {
        let old = cluster(base, "13.9-0123abcd-0123456789abcdef");
        std::fs::write(old.join("data/PG_VERSION"), "13\n").unwrap();
        // A number that another process has by now.
        let pid = std::process::id();
        std::fs::write(old.join("data/postmaster.pid"), format!("{pid}\n")).unwrap();
        vec![old]
    });
}

#[test]
fn what_is_half_removed_is_removed() {
    check(|base| {
        let gone = cluster(base, "15.1-0123abcd-0123456789abcdef.gone");
        let half = cluster(base, "15.2-0123abcd-0123456789abcdef");
        vec![gone, half]
    });
}

#[test]
fn a_cluster_of_other_settings_that_lives_is_left_alone() {
    let mut place = Place::new();
    let other = place.start(HERE);
    place.idle_s = "601";
    let own = place.start(HERE);
    assert_ne!(other.key(), own.key());
    assert!(other.ask("SELECT ''").is_ok());
    assert!(
        place
            .base()
            .join(format!("{}.current", other.key()))
            .exists()
    );
}

#[test]
fn a_cluster_that_is_being_started_is_left_alone() {
    let mut place = Place::new();
    place.start(HERE);
    let directory = cluster(&place.base(), "15.1-0123abcd-0123456789abcdef");
    let lock = File::create(place.base().join("15.1-0123abcd.lock")).unwrap();
    lock.lock().unwrap();
    place.idle_s = "601";
    place.start(HERE);
    assert!(directory.exists());
    drop(lock);
    place.idle_s = "602";
    place.start(HERE);
    assert!(!directory.exists());
}
