//! What stands in the way of a download is named, with the cure.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::machine::{Machine, NO_NETWORK};
use super::registry::{has_registry, skipped};

#[test]
fn another_file_than_the_pinned_one_is_refused() {
    let machine = Machine::new("mismatch");
    machine.has("npm", NO_NETWORK);
    machine.has("curl", "echo another > package.tgz");
    machine.check_refused("another_file_than_the_pinned_one", "download");
    assert!(machine.cached().is_empty(), "{:?}", machine.cached());
}

#[test]
fn what_npm_packed_is_held_against_the_checksum_too() {
    let machine = Machine::new("npm-mismatch");
    machine.has(
        "npm",
        "echo another > \"$(echo \"$2\" | sed 's|^@||; s|[/@]|-|g').tgz\"",
    );
    machine.has("curl", NO_NETWORK);
    machine.check_refused("another_file_than_the_pinned_one", "download");
    assert_eq!(machine.calls(), 0);
}

#[test]
fn without_a_network_each_client_is_quoted() {
    let machine = Machine::new("offline");
    machine.has_no_network();
    machine.check_refused("no_network", "download");
    assert!(machine.cached().is_empty(), "{:?}", machine.cached());
}

#[test]
fn without_a_client_all_three_are_named() {
    Machine::with_only("clientless", &["id", "tar", "gzip", "sh"])
        .check_refused("no_client", "download");
}

#[test]
fn a_machine_with_nothing_is_told_what_to_install_one_line_for_each_way() {
    let test = "a_machine_with_nothing_is_told_what_to_install";
    let machine = Machine::with_only("nothing", &["id", "tar", "gzip", "sh"]);
    if let Some(mut probe) = machine.probe_without_postgres(test) {
        machine.check_told("nothing_at_all", &mut probe);
    }
}

#[test]
fn an_unknown_major_version_lists_the_known_ones() {
    Machine::new("unknown").check_refused("unknown_major", "download:9");
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let machine = Machine::new("file");
    std::fs::write(machine.cache(), "a file").unwrap();
    machine.check_refused("cache_is_a_file", "download");
}

#[test]
fn a_cache_that_others_can_write_is_refused() {
    let machine = Machine::new("open");
    std::fs::create_dir(machine.cache()).unwrap();
    std::fs::set_permissions(machine.cache(), PermissionsExt::from_mode(0o777)).unwrap();
    machine.check_refused("cache_that_others_can_write", "download");
}

#[test]
fn a_cache_that_the_user_of_the_server_cannot_enter_is_named() {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        let test = "a_cache_that_the_user_of_the_server_cannot_enter_is_named";
        return skipped(test, "only root has another user run the server");
    }
    let machine = Machine::with_curl("closed");
    std::fs::set_permissions(&machine.root, PermissionsExt::from_mode(0o700)).unwrap();
    machine.check_refused("cache_that_cannot_be_entered", "download");
    assert_eq!(machine.calls(), 0);
}

/// Mounts a small file system there while it lives.
struct Mounted(PathBuf);

impl Mounted {
    fn at(place: PathBuf, options: &str) -> Option<Self> {
        std::fs::create_dir(&place).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&place)
            .stderr(Stdio::null());
        mount
            .status()
            .is_ok_and(|status| status.success())
            .then_some(Self(place))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

#[test]
fn a_cache_without_room_is_named() {
    let machine = Machine::with_curl("full");
    match Mounted::at(machine.cache(), "size=8m,mode=755") {
        Some(_mounted) => machine.check_refused("cache_without_room", "download"),
        None => skipped(
            "a_cache_without_room_is_named",
            "this user may not mount a file system",
        ),
    }
}

#[test]
fn a_cache_that_is_read_only_is_named() {
    let machine = Machine::with_curl("read-only");
    match Mounted::at(machine.cache(), "ro,mode=755") {
        Some(_mounted) => machine.check_refused("cache_that_is_read_only", "download"),
        None => skipped(
            "a_cache_that_is_read_only_is_named",
            "this user may not mount a file system",
        ),
    }
}

#[test]
fn a_cache_whose_programs_may_not_be_run_is_named() {
    let test = "a_cache_whose_programs_may_not_be_run_is_named";
    if !has_registry(test) {
        return;
    }
    let machine = Machine::with_curl("noexec");
    match Mounted::at(machine.cache(), "noexec,mode=755") {
        Some(_mounted) => machine.check_refused("cache_that_runs_nothing", "download"),
        None => skipped(test, "this user may not mount a file system"),
    }
}
