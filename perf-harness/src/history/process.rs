//! Which processes are one run: those of one `cargo nextest run`, of one `cargo test`, or else this one alone.

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use super::machine::short_hash;
use crate::config;

/// What the run is called, so that no other has the name, on this machine or on another.
pub(super) fn run() -> String {
    static RUN: OnceLock<String> = OnceLock::new();
    RUN.get_or_init(|| match config::nextest_run() {
        Some(id) => format!("nextest-{}", file_name(&id)),
        None => of_ancestors(&ancestors(std::process::id(), &ask)),
    })
    .clone()
}

/// One process: itself, the one that started it, its name, and when it began, in whatever unit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    name: String,
    began: String,
}

/// `cargo test` starts all programs of a run. Of several above each other the nearest one did.
fn of_ancestors(line: &[Process]) -> String {
    let cargo = line.iter().skip(1).find(|process| process.name == "cargo");
    let (word, process) = match cargo {
        Some(cargo) => ("cargo", Some(cargo)),
        None => ("process", line.first()),
    };
    let process = process.map_or_else(
        || std::process::id().to_string(),
        |process| format!("{} {}", process.id, process.began),
    );
    format!("{word}-{}", short_hash(&format!("{} {process}", boot())))
}

/// This process, the one that started it, and so on.
fn ancestors(id: u32, ask: &impl Fn(u32) -> Option<Process>) -> Vec<Process> {
    const MOST: usize = 16;
    let first = ask(id);
    let line = std::iter::successors(first, |process| {
        let parent = Some(process.parent).filter(|parent| *parent > 0);
        parent.and_then(ask)
    });
    line.take(MOST).collect()
}

fn ask(id: u32) -> Option<Process> {
    if let Ok(text) = fs::read_to_string(format!("/proc/{id}/stat")) {
        return of_stat(id, &text);
    }
    let output = Command::new("ps")
        .args(["-o", "ppid=,lstart=,comm=", "-p", &id.to_string()])
        .env("LC_ALL", "C")
        .output();
    of_ps(id, &String::from_utf8_lossy(&output.ok()?.stdout))
}

/// Source: `proc_pid_stat(5)`: the name is in brackets and may have any character; the start is field 22.
fn of_stat(id: u32, text: &str) -> Option<Process> {
    let (before, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(Process {
        id,
        parent: fields.get(1)?.parse().ok()?,
        name: before.split_once('(')?.1.to_owned(),
        began: (*fields.get(19)?).to_owned(),
    })
}

/// `  501 Thu Nov 26 09:24:22 2026 /usr/local/bin/cargo`
fn of_ps(id: u32, text: &str) -> Option<Process> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.get(6..)?.join(" ");
    Some(Process {
        id,
        parent: words.first()?.parse().ok()?,
        name: name.rsplit('/').next()?.to_owned(),
        began: words.get(1..6)?.join(" "),
    })
}

/// Numbers of processes and their times mean something since a machine was started, and in one container of it.
fn boot() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{} {}", boot.trim(), space.display())
}

/// What a file may be called.
fn file_name(text: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    text.chars().filter(is_plain).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(id: u32, parent: u32, name: &str, began: &str) -> Process {
        Process {
            id,
            parent,
            name: name.to_owned(),
            began: began.to_owned(),
        }
    }

    #[test]
    fn a_process_is_read_as_linux_and_as_ps_tell_it() {
        let stat = "77 (a (b) c) S 41 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 2 3";
        assert_eq!(
            of_stat(77, stat),
            Some(process(77, 41, "a (b) c", "123456"))
        );
        assert_eq!(of_stat(77, "77 (a) S"), None);
        let ps = "  501 Thu Nov 26 09:24:22 2026 /Users/a b/bin/cargo\n";
        let expected = process(77, 501, "cargo", "Thu Nov 26 09:24:22 2026");
        assert_eq!(of_ps(77, ps), Some(expected));
        assert_eq!(of_ps(77, ""), None);
    }

    #[test]
    fn programs_of_one_cargo_are_one_run_and_others_are_not() {
        let run = |id, cargo: &str, began: &str| {
            let known = [
                process(id, 50, "perf-0123", "900"),
                process(50, 40, "cargo", began),
                process(40, 30, cargo, "700"),
                process(30, 1, "sh", "600"),
            ];
            of_ancestors(&ancestors(id, &|asked| {
                known.iter().find(|process| process.id == asked).cloned()
            }))
        };
        assert!(run(60, "cargo", "800").starts_with("cargo-"));
        assert_eq!(run(60, "cargo", "800"), run(61, "cargo", "800"));
        assert_eq!(run(60, "cargo", "800"), run(60, "xtask", "800"));
        assert_ne!(run(60, "cargo", "800"), run(60, "cargo", "801"));
    }

    #[test]
    fn a_program_that_no_cargo_started_is_a_run_of_its_own() {
        let run = |id, began: &str| {
            of_ancestors(&[process(id, 30, "perf", began), process(30, 1, "sh", "1")])
        };
        assert!(run(60, "900").starts_with("process-"));
        assert_ne!(run(60, "900"), run(60, "901"));
        assert_ne!(run(60, "900"), run(61, "900"));
        assert!(of_ancestors(&[]).starts_with("process-"));
    }

    #[test]
    fn this_process_has_a_line_of_ancestors() {
        let line = ancestors(std::process::id(), &ask);
        assert!(line.len() > 1, "{line:?}");
        assert_eq!(line[1].id, std::os::unix::process::parent_id());
    }

    #[test]
    fn a_name_from_outside_is_no_path() {
        assert_eq!(file_name("../0a-1b/x y"), "0a-1bxy");
    }
}
