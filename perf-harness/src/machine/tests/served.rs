//! A process that says of itself what a server's says.

use std::os::unix::process::CommandExt as _;

use super::{Second, is_known_here, is_second, second, tell, wait_for_word};
use crate::machine::{Backend, NotVisible};

const TEST: &str = "machine::tests::served::a_process_is_known_by_its_number_and_its_title";

#[test]
fn a_process_is_known_by_its_number_and_its_title() {
    if is_second() {
        tell("served");
        return wait_for_word();
    }
    if !is_known_here("a_process_is_known_by_its_number_and_its_title") {
        return;
    }
    let database = format!("ph_{}_test_served", std::process::id());
    let title = format!("postgres: bob {database} 127.0.0.1(50132) idle");
    let mut server = Second::start(second(TEST).arg0(&title));
    server.hear("served");
    let pid = server.child.id();
    let elsewhere = |pid| NotVisible::Elsewhere(pid);
    let other = Backend::of(pid, "ph_other").err();
    assert_eq!(other, Some(elsewhere(pid)));
    let own = std::process::id();
    assert_eq!(Backend::of(own, &database).err(), Some(elsewhere(own)));
    let backend = Backend::of(pid, &database).unwrap();
    assert!(!backend.ran().is_zero());
    let before = backend.usage();
    drop(server);
    // It has ended, and what it had stays.
    assert!(backend.ran() >= before.ran, "{before:?}");
    assert!(backend.waited() >= before.waited, "{before:?}");
    assert_eq!(Backend::of(pid, &database).err(), Some(elsewhere(pid)));
}
