//! Storage without room: one clear error, and nothing left in the way.

use std::path::Path;
use std::process::Command;

use crate::HERE;
use crate::place::Place;

/// A place of so many megabytes. `None` where this process may not have one: then the test says so.
struct Small(Place);

impl Small {
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn of(megabytes: u32) -> Option<Self> {
        let place = Place::new();
        let size = format!("size={megabytes}m,mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&place.root)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        eprintln!("skipped: only root can mount a small file system");
        None
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let unmount = |root: &Path| Command::new("umount").arg("--lazy").arg(root).status();
        for server in self.0.servers() {
            self.0.end(&server);
        }
        unmount(&self.0.root).unwrap();
    }
}

/// How many bytes fit into a directory.
fn free(directory: &Path) -> usize {
    let mut df = Command::new("df");
    let output = df.args(["--output=avail", "-B1"]).arg(directory).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    text.lines().nth(1).unwrap().trim().parse().unwrap()
}

/// What the other process says when it cannot be measured.
fn told(place: &Place, role: &str) -> String {
    let output = place.process(HERE, role).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_cluster_that_does_not_fit_is_told_and_leaves_nothing() {
    let Some(small) = Small::of(8) else { return };
    for _ in 0..2 {
        let told = told(&small.0, "uses");
        assert!(
            told.contains("there is no room left for databases in /"),
            "{told}"
        );
        assert!(told.contains("cargo xtask postgres clean"), "{told}");
        assert_eq!(small.0.servers(), Vec::<std::path::PathBuf>::new());
    }
}

#[test]
fn a_database_that_does_not_fit_is_told() {
    let Some(small) = Small::of(100) else { return };
    let (_cluster, _user) = small.0.hold(HERE);
    // Less than a database is.
    let ballast = free(&small.0.root) - (4 << 20);
    std::fs::write(small.0.root.join("ballast"), vec![1; ballast]).unwrap();
    let told = told(&small.0, "uses");
    assert!(
        told.contains("there is no room left for databases in"),
        "{told}"
    );
    assert!(told.contains("53100"), "{told}");
}
