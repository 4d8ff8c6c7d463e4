//! What was built of a commit is kept.

use std::fs;

use crate::repository::{BENCHES, Told, Workspace};

/// Cargo says so of everything that it is asked to build, also of what needs no compiling.
fn is_built(told: &Told) -> bool {
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    told.errors.contains("Finished")
}

#[test]
fn a_base_is_built_once() {
    let workspace =
        Workspace::new(|one| one.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 10_001"));
    assert!(is_built(&workspace.compare("HEAD~1 HEAD --list")));
    let again = workspace.compare("HEAD~1 HEAD --filter counted --allow sums::counted=known");
    assert!(!is_built(&again), "{}", again.errors);
    assert!(
        again.output.contains("steps 10,000 -> 10,001"),
        "{}",
        again.output
    );
    // The other way round they are the same programs.
    let round = workspace.compare("HEAD HEAD~1 --list");
    assert!(!is_built(&round), "{}", round.errors);
    let words = workspace.compare("HEAD~1 HEAD --list -- --package sums --benches");
    assert!(is_built(&words), "{}", words.errors);
}

#[test]
fn the_same_commit_twice_is_identical() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("HEAD main");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("identical"), "{}", told.output);
}

#[test]
fn a_package_outside_of_the_repository_is_not_taken_for_what_it_was() {
    let outside = tempfile::tempdir().unwrap();
    let library = outside.path().join("src/lib.rs");
    fs::create_dir(outside.path().join("src")).unwrap();
    fs::write(&library, "pub const WORK: u64 = 10_000;").unwrap();
    let manifest =
        "[package]\nname = \"outside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(outside.path().join("Cargo.toml"), manifest).unwrap();
    let workspace = Workspace::new(|one| {
        let path = format!("outside = {{ path = {:?} }}\n", outside.path());
        let before = "divan = {";
        one.edit("sums/Cargo.toml", before, &format!("{path}{before}"));
        one.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = outside::WORK");
    });
    let line = "HEAD HEAD --list";
    assert!(is_built(&workspace.compare(line)));
    assert!(!is_built(&workspace.compare(line)));
    fs::write(&library, "pub const WORK: u64 = 9_999;").unwrap();
    assert!(is_built(&workspace.compare(line)));
}
