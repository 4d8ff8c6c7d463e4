//! The running test program once more, as another process with a role of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The variable that tells a process its role.
pub(crate) const ROLE: &str = "PERF_HARNESS_TEST_ROLE";

/// This test's own program again, as another process.
pub(crate) fn again(test: &str, name: &str) -> Command {
    role(&std::env::current_exe().unwrap(), test, name)
}

pub(crate) fn role(program: &Path, test: &str, name: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, name)
        .stdout(Stdio::piped());
    command
}

/// A process that ends with the test, whatever becomes of the test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
