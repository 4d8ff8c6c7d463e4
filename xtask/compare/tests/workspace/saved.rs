//! `--save` and `--against`: today's programs, compared with those of later, while both are alive.

use std::fs;
use std::path::PathBuf;

use crate::repository::{BENCHES, Workspace, target};

const WORDS: &str = "-- --package sums --bench sums";

/// A workspace with its working tree saved as `week`.
fn saved() -> Workspace {
    let workspace = Workspace::new(|_| ());
    let told = workspace.exactly(&format!("--save week {WORDS}")).ended(0);
    let told = told
        .says("saved working tree (")
        .says("Nothing was compared");
    assert!(!told.output.contains("and changes"), "{}", told.output);
    workspace
}

fn folder() -> PathBuf {
    target().join("bench-compare/saved/week")
}

/// In what is known of it, for one test.
fn rewrite(change: impl FnOnce(&mut serde_json::Value)) {
    let file = folder().join("run.json");
    let mut run = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut run);
    fs::write(&file, run.to_string()).unwrap();
}

#[test]
fn what_became_slower_since_is_found_without_a_commit() {
    let workspace = saved();
    let told = workspace.exactly("--against week").ended(0);
    // By the words that it was saved with: the program is the same to the byte, and no other one was built.
    let told = told.says("identical").says("base  saved week (");
    assert!(!told.output.contains("sums/other"), "{}", told.output);
    workspace.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 12_000");
    let told = workspace
        .exactly("--against week --filter changed")
        .ended(1);
    told.says("slower")
        .says("1 of 1 benchmark slower")
        .says("and changes)");
}

#[test]
fn a_ref_is_saved_and_a_ref_is_compared_with_it() {
    let workspace = Workspace::new(|_| ());
    workspace.edit(BENCHES, "\"steps\", WORK", "\"steps\", 7");
    let dirty = workspace.exactly(&format!("--save week {WORDS}")).ended(0);
    dirty.says("and changes) as `week`");
    let told = workspace.exactly(&format!("--save week main {WORDS}"));
    told.ended(0).says("saved main (").says("sums/sums");
    let told = workspace.exactly("--against week --filter counted");
    told.ended(0).says("steps 10,000 -> 7");
    workspace.edit(BENCHES, "\"steps\", 7", "\"steps\", 10_001");
    workspace.commit("three");
    let told = workspace.exactly("--against week HEAD --filter counted");
    told.ended(1)
        .says("steps 10,000 -> 10,001")
        .says("head  HEAD (");
}

#[test]
fn it_needs_no_repository() {
    let workspace = Workspace::new(|_| ());
    fs::remove_dir_all(workspace.path(".git")).unwrap();
    let told = workspace.exactly(&format!("--save week {WORDS}")).ended(0);
    told.says("saved working tree as `week`");
    workspace
        .exactly("--against week")
        .ended(0)
        .says("identical");
}

#[test]
fn an_unknown_name_is_told_with_its_neighbour() {
    let workspace = saved();
    let told = workspace.exactly("--against wek").ended(2);
    told.complains("nothing is saved as `wek`; did you mean `week`?");
}

#[test]
fn another_machine_toolchain_or_profile_is_refused() {
    let workspace = saved();
    let before = fs::read(folder().join("run.json")).unwrap();
    let check = |change: &dyn Fn(&mut serde_json::Value), told: &str| {
        rewrite(change);
        let refused = workspace
            .exactly(&format!("--against week {WORDS}"))
            .ended(2);
        let refused = refused.complains("what was saved as `week`: it cannot be compared");
        refused
            .complains(told)
            .complains("save it again here: `--save week ");
        fs::write(folder().join("run.json"), &before).unwrap();
    };
    let other = |key: &'static str, value: &'static str| {
        move |run: &mut serde_json::Value| *run.pointer_mut(key).unwrap() = value.into()
    };
    check(
        &other("/machine/processor", "Z80"),
        "the processor was `Z80` and is `",
    );
    check(
        &other("/machine/os", "plan9"),
        "the operating system was `plan9` and is `",
    );
    check(
        &other("/machine/architecture", "z80"),
        "the architecture was `z80` and is `",
    );
    check(
        &|run| run["machine"]["processors"] = 1_000.into(),
        "the number of processors was `1000` and is `",
    );
    check(
        &other("/toolchain", "rustc 1.0.0"),
        "the toolchain was `rustc 1.0.0` and is `rustc ",
    );
    check(
        &other("/profile", "release"),
        "the profile was `release` and is `bench`",
    );
    workspace
        .exactly("--against week --list")
        .ended(0)
        .says("sums::steady");
}

#[test]
fn what_is_damaged_is_told() {
    let workspace = saved();
    fs::write(folder().join("sums.sums"), "half").unwrap();
    let told = workspace.exactly("--against week").ended(2);
    told.complains("it is damaged: its program sums.sums is another one");
    rewrite(|run| run["schema_version"] = 9.into());
    let told = workspace.exactly("--against week").ended(2);
    told.complains("schema_version 9, and this is read by 1");
    workspace.exactly(&format!("--save week {WORDS}")).ended(0);
    fs::rename(workspace.path("sums"), workspace.path("totals")).unwrap();
    workspace.edit("Cargo.toml", "\"sums\"", "\"totals\"");
    let told = workspace.exactly("--against week").ended(2);
    told.complains("which is not there any more: bring it back");
}
