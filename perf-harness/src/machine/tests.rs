//! The kernel at hand tells what the rest of this module takes it to tell. Each test provokes what is to be seen. None needs
//! an idle machine: other load only makes more of what is looked for.

mod contention;
mod counted;
mod quota;
mod rival;
mod served;
mod stopped;

pub(crate) use rival::Rival;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::run_delay_is_known;
use crate::clock;

/// Within which everything happens that is waited for.
const LIMIT: Duration = Duration::from_mins(1);

/// Whether it holds before the limit.
fn comes_true(mut holds: impl FnMut() -> bool) -> bool {
    let began = clock::now();
    loop {
        if holds() {
            return true;
        }
        if clock::now().saturating_sub(began) > LIMIT {
            return false;
        }
    }
}

/// Says why a test cannot be run here.
fn is_known_here(test: &str) -> bool {
    let known = run_delay_is_known();
    if let Err(unknown) = &known {
        eprintln!("{test} is skipped: {unknown}");
    }
    known.is_ok()
}

/// The variable that tells a process that it is the second one.
const SECOND: &str = "PERF_HARNESS_TEST_SECOND";

fn is_second() -> bool {
    std::env::var_os(SECOND).is_some()
}

/// This test's own program again, in another process that does the other half of the test. It ends with this one.
struct Second {
    child: Child,
    told: BufReader<std::process::ChildStdout>,
}

fn second(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(SECOND, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

impl Second {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let told = BufReader::new(child.stdout.take().unwrap());
        Self { child, told }
    }

    /// What it says next in a line that begins with this word: the test harness prints into the same pipe.
    fn hear(&mut self, word: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.told.read_line(&mut line).unwrap(), 0, "no {word}");
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }

    fn go_on(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// For the second process: tells the first, and waits for its word.
fn tell(word: &str) {
    println!("\n{word}");
}

fn wait_for_word() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}
