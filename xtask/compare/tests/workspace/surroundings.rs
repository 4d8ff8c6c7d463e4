//! A repository, a disk and a machine that are not as they should be.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::repository::{Told, Workspace, told};

#[test]
fn a_shallow_clone_says_how_to_get_the_rest() {
    let workspace = Workspace::new(|one| {
        one.git(&["checkout", "--quiet", "-b", "faster"]);
        one.commit("on a branch");
        one.git(&["checkout", "--quiet", "main"]);
    });
    let from = format!("file://{}", workspace.folder.path().display());
    let clone = workspace.path("target/clone");
    let place = clone.to_str().unwrap();
    let words = [
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--no-single-branch",
        "--branch",
        "faster",
        &from,
        place,
    ];
    fs::write(workspace.path(".git/info/exclude"), "/target").unwrap();
    workspace.git(&words);
    let told = |line: &str| {
        told(
            &workspace
                .command(line)
                .current_dir(&clone)
                .output()
                .unwrap(),
        )
    };
    for (line, expected) in [
        (
            "HEAD~1",
            "git knows no `HEAD~1`: the clone is shallow; `git fetch --unshallow` gets the rest",
        ),
        (
            "",
            "have no commit in common: the clone is shallow; `git fetch --unshallow`",
        ),
    ] {
        let told = told(line);
        assert_eq!(told.code, 2);
        assert!(told.errors.contains(expected), "{line}: {}", told.errors);
    }
    let told = told("HEAD --list");
    assert_eq!(told.code, 0, "{}", told.errors);
}

#[test]
fn without_git_there_are_no_versions_and_all_else_works() {
    let workspace = Workspace::new(|_| ());
    let programs = workspace.temporary.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let cargo = found("cargo");
    for name in ["cargo", "rustc", "cc", "ld"] {
        symlink(found(name), programs.join(name)).unwrap();
    }
    let run = |line: &str| {
        let mut command = workspace.command(line);
        told(
            &command
                .env("PATH", &programs)
                .env("CARGO", &cargo)
                .output()
                .unwrap(),
        )
    };
    let without = run("HEAD").ended(2).complains("cannot start `git`: ");
    without.complains("is it installed?");
    run("--aa --list").ended(0);
}

/// Where the shell finds it.
fn found(name: &str) -> PathBuf {
    let output = Command::new("/bin/sh")
        .args(["-c", &format!("command -v {name}")])
        .output()
        .unwrap();
    Path::new(String::from_utf8_lossy(&output.stdout).trim()).to_owned()
}

#[test]
fn outside_of_a_repository_there_are_variants_only() {
    let workspace = Workspace::new(|_| ());
    fs::remove_dir_all(workspace.path(".git")).unwrap();
    let run = |line: &str| told(&workspace.command(line).output().unwrap());
    let versions = run("HEAD").ended(2);
    versions.complains("is in no repository of git");
    run("--aa --list").ended(0);
}

#[test]
fn what_git_has_against_a_repository_is_told() {
    let workspace = Workspace::new(|_| ());
    let mut command = workspace.command("HEAD");
    command
        .env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    let told = workspace.leaves_all_as_it_was(&mut command);
    assert_eq!(told.code, 2);
    assert!(told.errors.contains("dubious ownership"), "{}", told.errors);
}

#[test]
fn outputs_that_cannot_be_written_are_told() {
    let workspace = Workspace::new(|_| ());
    for (line, told, is_measured) in [
        (
            "--json /dev/full",
            "error: /dev/full: No space left on device",
            true,
        ),
        (
            "--html /dev/full --markdown -",
            "error: /dev/full: No space left on device",
            true,
        ),
        (
            "--json missing/run.json",
            "error: missing/run.json: entity not found",
            false,
        ),
        ("--json sums", "error: sums: is a directory", false),
    ] {
        let error = workspace.compare(&format!("HEAD HEAD {line}"));
        assert_eq!(error.code, 2, "{line}: {}", error.output);
        assert!(error.errors.contains(told), "{line}: {}", error.errors);
        assert_eq!(
            error.output.contains("identical"),
            is_measured,
            "{line}: {}",
            error.output
        );
    }
}

#[test]
fn a_full_standard_output_is_an_error_and_one_that_is_closed_is_none() {
    let workspace = Workspace::new(|_| ());
    let into = |file: &str, line: &str| -> Told {
        let full = fs::File::options().write(true).open(file).unwrap();
        let child = workspace
            .command(line)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn();
        told(&child.unwrap().wait_with_output().unwrap())
    };
    for line in [
        "HEAD HEAD",
        "HEAD HEAD --json -",
        "--aa --list",
        "--help",
        "--schema",
    ] {
        let told = into("/dev/full", line);
        assert_eq!(told.code, 2, "{line}: {}", told.errors);
        assert!(
            told.errors
                .contains("error: the standard output: No space left"),
            "{line}: {}",
            told.errors
        );
    }
    let mut closed = workspace.command("--help");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let closed = closed
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!((closed.status.code(), closed.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_disk_that_fills_up_is_told_and_nothing_is_left() {
    let workspace = Workspace::new(|_| ());
    // A write beyond the limit fails as one on a full disk does.
    for (blocks, expected) in [(0, "`git worktree add` failed"), (100, "failed: see above")] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}");
        // Not built before, and so not kept.
        let mut command = workspace.after(
            &script,
            "HEAD~1 HEAD -- --package sums --config term.quiet=false",
        );
        let told = workspace.leaves_all_as_it_was(&mut command);
        assert_eq!(told.code, 2, "{}", told.output);
        assert!(told.errors.contains(expected), "{blocks}: {}", told.errors);
    }
}

#[test]
fn a_file_where_the_folder_must_be_is_told() {
    let workspace = Workspace::new(|_| ());
    let target = workspace.temporary.path().join("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("bench-compare"), "").unwrap();
    let told = told(
        &workspace
            .command("HEAD HEAD")
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .unwrap(),
    );
    assert_eq!(told.code, 2);
    assert!(
        told.errors.contains("target/bench-compare: File exists"),
        "{}",
        told.errors
    );
}
