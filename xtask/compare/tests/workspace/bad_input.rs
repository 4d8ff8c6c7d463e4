//! What cannot be measured is told, and nothing is left behind.

use std::fs;

use crate::repository::{BENCHES, Told, Workspace};

#[test]
fn what_cannot_be_measured_is_told() {
    let workspace =
        Workspace::new(|one| one.edit(BENCHES, "fn main() {", "fn main() { let x: u8 = \"no\";"));
    workspace.edit(BENCHES, "fn main() { let x: u8 = \"no\";", "fn main() {");
    for (line, told) in [
        ("mian", "git knows no `mian`; did you mean `main`?"),
        ("HEAD", "(of HEAD)` failed: see above"),
        ("--aa --filter nothing", "nothing"),
        (
            "--aa -- --package sums --bench none",
            "`cargo bench --no-run --package sums --bench none (of the working tree)` failed",
        ),
    ] {
        let error = workspace.compare(line);
        assert_eq!(error.code, 2, "{line}: {}", error.output);
        assert!(error.errors.contains(told), "{line}: {}", error.errors);
    }
}

#[test]
fn a_bench_that_panics_is_told_and_the_others_are_compared() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--aa --filter faulty --filter steady");
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("the pool is empty"), "{}", told.output);
    assert!(told.output.contains("sums::steady"), "{}", told.output);
    // Not divan's, and not asked for.
    assert!(told.output.contains("sums/other"), "{}", told.output);
}

#[test]
fn a_version_without_benches_is_named() {
    let workspace = Workspace::new(|one| {
        fs::remove_dir_all(one.path("sums/benches")).unwrap();
        let manifest = fs::read_to_string(one.path("sums/Cargo.toml")).unwrap();
        let (before, _) = manifest.split_once("[[bench]]").unwrap();
        fs::write(one.path("sums/Cargo.toml"), before).unwrap();
    });
    for (line, told) in [
        (
            "HEAD HEAD~1",
            "error: HEAD has no benches: its package `sums` has no `[[bench]]`",
        ),
        ("HEAD~1 HEAD", "error: HEAD has no benches"),
        ("HEAD~1", "error: the working tree has no benches"),
        ("--aa", "error: the working tree has no benches"),
        (
            "HEAD~1 -- --package sums --lib",
            "error: HEAD~1 has no benches: `cargo bench --no-run --package sums --lib` builds none",
        ),
    ] {
        let error = workspace.compare(line);
        assert_eq!(error.code, 2, "{line}: {}", error.output);
        assert!(error.errors.contains(told), "{line}: {}", error.errors);
    }
}

/// The line of the table, or where it is not in it, the reason.
fn line(told: &Told, name: &str) -> String {
    let mut lines = told.output.lines();
    let Some(line) = lines.find(|line| line.contains(name)) else {
        panic!("{name}: {}\n{}", told.output, told.errors);
    };
    let line = if line.ends_with("(failed)") {
        lines.next().unwrap_or_default()
    } else {
        line
    };
    line.to_owned()
}

#[test]
fn a_bench_that_prints_is_compared_in_lockstep_and_told_by_process() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--aa --filter talkative");
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    let gated = line(&told, "sums::talkative::gated");
    assert!(gated.contains("µs"), "{gated}");
    let plain = line(&told, "sums::talkative::plain");
    assert!(
        plain.contains("the bench prints to stdout"),
        "{}",
        told.output
    );
}

#[test]
fn a_bench_that_hangs_is_killed_and_the_others_are_compared() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--aa --filter stuck --filter steady --hang-after 2");
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    for part in [
        "  sums::stuck::gated (failed)\n",
        "  sums::stuck::plain (failed)\n",
        "    the base: it did nothing for 2 s\n",
    ] {
        assert!(told.output.contains(part), "{}", told.output);
    }
    assert!(
        line(&told, "sums::steady").contains("µs"),
        "{}",
        told.output
    );
}

#[test]
fn odd_names_are_names() {
    let workspace = Workspace::new(|_| ());
    let names = [
        "sums::odd::a │ b::c  d::a::b",
        "sums::odd::a │ b::c  d::two  blanks",
        "sums::odd::a │ b::c  d::x │ y",
        "sums::odd::by │ process::e  f::x │ y",
    ];
    let mut listed: Vec<String> = workspace
        .compare("--aa --list --filter odd")
        .output
        .lines()
        .map(str::to_owned)
        .collect();
    listed.sort();
    assert_eq!(listed, names);
    let told = workspace.compare("--aa --filter odd --json -");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    let json = &told.output[told.output.find("\n{").unwrap()..];
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let benchmarks = json["benchmarks"].as_array().unwrap();
    let mut compared: Vec<&str> = benchmarks
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    compared.sort_unstable();
    assert_eq!(compared, names);
}
