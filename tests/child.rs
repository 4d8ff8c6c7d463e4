//! The running test program once more, as another process with a role of its own.

use std::io::{BufRead, BufReader};
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

/// What the process prints after a word at the start of a line.
pub(crate) fn told(process: &mut Child, word: &str) -> String {
    let output = BufReader::new(process.stdout.take().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix(word).map(str::to_owned));
    // The rest is read too, or the process could not write it.
    lines.for_each(drop);
    found.expect(word)
}
