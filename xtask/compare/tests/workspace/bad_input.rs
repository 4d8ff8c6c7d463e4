//! What cannot be measured is told, and nothing is left behind.

use std::fs;

use crate::repository::{BENCHES, Workspace};

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
