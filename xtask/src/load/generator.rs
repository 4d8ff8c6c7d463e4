//! The load generator: a crate of its own, built when it is needed, told what to do, and its lines read.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::contest::{Contender, Sizes};
use super::guard::FILES;
use crate::error::SetupError;
use crate::workspace;

/// Where its crate is, from the workspace's root.
const CRATE: &str = "example-service/load";

pub(super) struct Generator {
    program: PathBuf,
}

/// What it told of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answers {
    /// All requests, those outside of the time that is measured, too.
    pub(super) sent: u64,
    pub(super) seconds: f64,
    /// By endpoint, `all` among them.
    times: Vec<(String, Times)>,
    /// How many by status; `none` is no answer.
    pub(super) bad: Vec<(String, u64)>,
    pub(super) first_bad: Option<String>,
}

/// Of one endpoint, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) count: u64,
    pub(super) p50: u64,
    pub(super) p95: u64,
    pub(super) p99: u64,
}

/// So many at once, for so long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd<'a> {
    pub(super) users: u32,
    pub(super) seconds: u32,
    pub(super) think: bool,
    /// The one thing that they ask for.
    pub(super) only: Option<&'a str>,
}

/// The service, as the generator has to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) address: &'a str,
    pub(super) contender: Contender,
    pub(super) sizes: Sizes,
}

impl Generator {
    /// Builds it. In `quick`, unoptimised, and its tests run, for nobody else does.
    pub(super) fn build(root: &Path, is_quick: bool) -> Result<Self, SetupError> {
        let target = super::target(root).join("load");
        let (words, profile) = if is_quick {
            (
                &[&["test", "--quiet"][..], &["build", "--quiet"]][..],
                "debug",
            )
        } else {
            (&[&["build", "--quiet", "--release"][..]][..], "release")
        };
        for words in words {
            let mut command = Command::new(workspace::cargo());
            command
                .args(*words)
                .arg("--locked")
                .arg("--target-dir")
                .arg(&target);
            command.current_dir(root.join(CRATE)).stdout(Stdio::null());
            let line = format!("cargo {} in {CRATE}", words.join(" "));
            let status = command.status();
            let status = status.map_err(|error| SetupError::NotStarted(line.clone(), error))?;
            if !status.success() {
                return Err(SetupError::Failed(line));
            }
        }
        let program = target.join(profile).join("example-load");
        Ok(Self { program })
    }

    /// Many users at once.
    pub(super) fn users(
        &self,
        target: Target<'_>,
        crowd: Crowd<'_>,
    ) -> Result<Answers, SetupError> {
        let think = if crowd.think { "yes" } else { "no" };
        let mut words = vec![
            "users".to_owned(),
            format!("users={}", crowd.users),
            format!("seconds={}", crowd.seconds),
            format!("think={think}"),
        ];
        words.extend(crowd.only.map(|only| format!("only={only}")));
        self.run(target, words)
    }

    /// One client, one endpoint after the other.
    pub(super) fn alone(
        &self,
        target: Target<'_>,
        (warm_up, requests): (u32, u32),
    ) -> Result<Answers, SetupError> {
        let words = [
            "alone".to_owned(),
            format!("warm_up={warm_up}"),
            format!("requests={requests}"),
            "seconds=60".to_owned(),
        ];
        self.run(target, words.into())
    }

    fn run(&self, target: Target<'_>, words: Vec<String>) -> Result<Answers, SetupError> {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{FILES}exec \"$@\""), "sh"])
            .arg(&self.program)
            .args(words)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit());
        command.arg(format!("url=http://{}", target.address));
        command.arg(format!("prefix={}", target.contender.prefix()));
        command.arg(format!("of_users={}", target.sizes.users));
        command.arg(format!("of_projects={}", target.sizes.projects));
        let name = "the load generator";
        let output = command.output();
        let output = output.map_err(|error| SetupError::NotStarted(name.to_owned(), error))?;
        if !output.status.success() {
            return Err(SetupError::Failed(name.to_owned()));
        }
        Answers::read(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Answers {
    pub(super) fn read(text: &str) -> Result<Self, SetupError> {
        let mut answers = Self::default();
        for line in text.lines() {
            let read = answers.take(line);
            read.ok_or_else(|| SetupError::NotUnderstood(line.to_owned()))?;
        }
        if answers.of("all").is_none() {
            return Err(SetupError::NotUnderstood(
                "no times of all requests".to_owned(),
            ));
        }
        Ok(answers)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        let parts: Vec<&str> = rest.split(' ').collect();
        match (word, parts.as_slice()) {
            ("sent", [count]) => self.sent = count.parse().ok()?,
            ("seconds", [seconds]) => self.seconds = seconds.parse().ok()?,
            ("times", [name, numbers @ ..]) => {
                let numbers: Vec<u64> =
                    numbers.iter().map_while(|text| text.parse().ok()).collect();
                let [count, p50, p95, p99] = numbers.try_into().ok()?;
                let times = Times {
                    count,
                    p50,
                    p95,
                    p99,
                };
                self.times.push(((*name).to_owned(), times));
            }
            ("bad", [status, count]) => {
                self.bad.push(((*status).to_owned(), count.parse().ok()?));
            }
            ("first-bad", _) => self.first_bad = Some(rest.to_owned()),
            _ => return None,
        }
        Some(())
    }

    pub(super) fn times(&self) -> &[(String, Times)] {
        &self.times
    }

    /// Of an endpoint; `None` where nobody asked for it, or none of it was answered well.
    pub(super) fn of(&self, name: &str) -> Option<Times> {
        let found = self.times.iter().find(|(known, _)| known == name);
        found.map(|(_, times)| *times)
    }

    /// Requests that were answered well, in a second.
    pub(super) fn rate(&self) -> f64 {
        self.of("all").map_or(0.0, |all| super::float(all.count)) / self.seconds
    }

    pub(super) fn errors(&self) -> u64 {
        self.bad.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
pub(super) fn sample(p50: u64) -> Answers {
    let text = format!(
        "sent 120\nseconds 2.000\ntimes all 100 {p50} {0} {1}\ntimes users-list 60 {p50} {0} {1}\n",
        p50 * 2,
        p50 * 3
    );
    Answers::read(&text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_generator_prints_is_read() {
        let text = "sent 7\nseconds 2.500\ntimes all 5 20 30 40\ntimes users-list 5 20 30 40\nbad 503 3\nbad none 1\nfirst-bad users-list: 503 no\n";
        let answers = Answers::read(text).unwrap();
        assert_eq!(answers.sent, 7);
        let times = Times {
            count: 5,
            p50: 20,
            p95: 30,
            p99: 40,
        };
        assert_eq!(answers.of("users-list"), Some(times));
        assert_eq!(answers.of("dashboard"), None);
        assert!((answers.rate() - 2.0).abs() < 1e-9);
        assert_eq!(answers.bad, [("503".to_owned(), 3), ("none".to_owned(), 1)]);
        assert_eq!(answers.errors(), 4);
        assert_eq!(answers.first_bad.as_deref(), Some("users-list: 503 no"));
    }

    #[test]
    fn a_line_that_means_nothing_is_told() {
        let refused = |text: &str, expected: &str| {
            let told = Answers::read(text).unwrap_err().to_string();
            assert!(told.ends_with(expected), "{told}");
        };
        refused("sent many", "sent many");
        refused("times all 1 2 3", "times all 1 2 3");
        refused("hello", "hello");
        refused("sent 1\nseconds 1.0\n", "no times of all requests");
    }
}
