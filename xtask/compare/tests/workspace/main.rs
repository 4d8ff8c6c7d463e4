//! A user's workspace, outside of this one, in a repository of its own: built, compared, and left as it was.
//!
//! - `repository`: the workspace, and a comparison in it
//! - `bad_input`: what cannot be measured
//! - `surroundings`: a repository, a disk and a machine that are not as they should be
//! - `begun`, `cut_short`: a comparison under way; Ctrl-C, and one that is killed
//! - `kept`: what was built before
//! - `saved`: `--save` and `--against`
//! - `instructions`: `--instructions`
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
#[cfg(target_os = "linux")]
mod begun;
#[cfg(target_os = "linux")]
mod cut_short;
mod instructions;
mod kept;
mod repository;
mod saved;
#[cfg(target_os = "linux")]
mod surroundings;

use std::fs;
use std::process::Command;

use repository::{BENCHES, Told, Workspace, environment, told};

#[test]
fn what_became_slower_is_found_and_all_else_is_not() {
    let workspace =
        Workspace::new(|one| one.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 12_000"));
    let told = workspace.compare("HEAD~1 HEAD --filter changed --filter steady --json -");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    let line = |name: &str| {
        let lines = told.output.lines();
        let mut found = lines.filter(|line| line.split_whitespace().any(|word| word == name));
        found
            .next()
            .unwrap_or_else(|| panic!("{}", told.output))
            .to_owned()
    };
    assert!(line("sums::changed").contains("slower"), "{}", told.output);
    assert!(!line("sums::steady").contains("slower"), "{}", told.output);
    let benchmarks = benchmarks(&told);
    let changed = benchmarks
        .iter()
        .find(|one| one["name"] == "sums::changed")
        .unwrap();
    let change = changed["change"]["estimate"].as_f64().unwrap();
    assert!((0.15..0.25).contains(&change), "{changed}");
    assert_eq!(
        (&changed["mode"], &changed["is_confirmed"]),
        (&"lockstep".into(), &true.into())
    );
}

#[test]
fn what_a_process_does_at_first_does_not_count() {
    // Seven milliseconds leave room for five samples to warm up, and five that count.
    let (change, output) = slow_at_first_after(3);
    assert!(change.abs() < 0.1, "{output}");
}

#[test]
fn a_fast_side_warms_up_as_long_beside_a_slow_one() {
    // Twenty milliseconds leave room for two: then three of the five that count would be slow ones.
    let (change, output) = slow_at_first_after(20);
    assert!(change < -0.75, "{output}");
}

/// What a bench of so many milliseconds became, and how it is told: five times seven of them, then three each.
fn slow_at_first_after(milliseconds: u32) -> (f64, String) {
    let sleeps = format!("|| std::thread::sleep(std::time::Duration::from_millis({milliseconds}))");
    let workspace = Workspace::new(|one| one.edit(BENCHES, "|| chain(black_box(WORK))", &sleeps));
    let slow_at_first = r"|| {
        static BEFORE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let before = BEFORE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        std::thread::sleep(std::time::Duration::from_millis(if before < 5 { 7 } else { 3 }));
    }";
    workspace.edit(BENCHES, &sleeps, slow_at_first);
    let told = workspace.compare("HEAD --filter changed --json -").ended(0);
    let change = benchmarks(&told)[0]["change"]["estimate"].as_f64().unwrap();
    (change, told.output)
}

#[test]
fn a_dirty_tree_is_compared_as_it_is_and_what_is_counted_exactly() {
    let workspace = Workspace::new(|_| ());
    workspace.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 10_001");
    let told = workspace.compare_in("sums", "HEAD --filter counted");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    assert!(
        told.output.contains("steps 10,000 -> 10,001"),
        "{}",
        told.output
    );
    assert!(told.output.contains("working tree"), "{}", told.output);
    let told = workspace.compare("HEAD --filter counted --allow sums::counted=more_is_done");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("more_is_done"), "{}", told.output);
}

#[test]
fn equal_programs_are_not_run() {
    // With each work tree's path in its line tables, and in a text.
    let workspace = Workspace::new(|one| fs::write(one.path("README.md"), "read me").unwrap());
    let told = workspace.compare_in("sums/src", "HEAD~1 HEAD");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("identical"), "{}", told.output);
    // Neither side's is divan's, which is told once.
    let other = told.output.matches("  sums/other\n");
    assert_eq!(other.count(), 1, "{}", told.output);
}

#[test]
fn variants_are_held_to_a_gain() {
    let workspace = Workspace::new(|_| ());
    let told = workspace.compare("--variants naive,optimised --require 50%");
    // More of something that is counted makes no way slower.
    let told = told.ended(0).says("rows 20 -> 21");
    told.says("0 of 1 benchmark slower, 1 faster");
    let told = workspace.compare("--variants naive,optimised --require 95%");
    assert_eq!(told.code, 1, "{}\n{}", told.output, told.errors);
    let told = workspace.compare("--variants naive,tuned");
    assert_eq!(told.code, 2);
    assert!(
        told.errors.contains("no bench is in a group `naive`"),
        "{}",
        told.errors
    );
}

#[test]
fn what_the_file_says_of_single_benches_holds() {
    let workspace = Workspace::new(|_| ());
    let settings = workspace.path("bench-compare.toml");
    let exception = r#"
        [[bench]]
        name = "sums::page::*"
        require = "50%"
        reason = "it is a chain"
    "#;
    fs::write(&settings, exception).unwrap();
    let told = workspace.compare("--variants naive,optimised --require 95%");
    assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("it is a chain"), "{}", told.output);
    fs::write(&settings, exception.replace("require", "requires")).unwrap();
    let told = workspace.compare("--variants naive,optimised --require 95%");
    assert_eq!(told.code, 2, "{}", told.output);
    let unknown = "bench-compare.toml: unknown field `requires`";
    assert!(told.errors.contains(unknown), "{}", told.errors);
    let idle = "[[bench]]\nname = \"sums::paeg\"\nthreshold = \"9%\"\n";
    fs::write(&settings, idle).unwrap();
    // Of the whole workspace, or else it could be one that was not built.
    let told = workspace.exactly("--aa --filter steady");
    let told_idle = "bench-compare.toml: sums::paeg";
    assert!(told.output.contains(told_idle), "{}", told.output);
    let told = workspace.exactly_in("sums", "--aa --filter steady");
    assert!(!told.output.contains(told_idle), "{}", told.output);
    // The bench's own before that of all, and leave to be slower.
    workspace.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 10_001");
    let known =
        "[[bench]]\nname = \"sums::counted\"\nthreshold = \"9%\"\nallow = \"more is done\"\n";
    fs::write(&settings, known).unwrap();
    let told = workspace.compare("HEAD --filter counted --threshold 7% --json -");
    let told = told.ended(0).says("allowed: more is done");
    assert_eq!(benchmarks(&told)[0]["threshold"], 0.09, "{}", told.output);
}

#[test]
fn a_users_own_xtask_has_it() {
    let workspace = Workspace::new(|_| ());
    let mut command = Command::new("cargo");
    command.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--",
        "bench-compare",
        "--aa",
        "--list",
    ]);
    let told = told(
        &environment(command.current_dir(workspace.folder.path()))
            .output()
            .unwrap(),
    );
    assert_eq!(told.code, 0, "{}", told.errors);
    assert!(
        told.output.lines().any(|line| line == "sums::steady"),
        "{}",
        told.output
    );
}

#[test]
fn benches_are_built_and_no_unit_tests() {
    let workspace = Workspace::new(|_| ());
    let library = fs::read_to_string(workspace.path("sums/src/lib.rs")).unwrap();
    let library = format!("{library}\n#[cfg(test)]\ncompile_error!(\"its tests are built\");\n");
    fs::write(workspace.path("sums/src/lib.rs"), library).unwrap();
    let told = workspace.compare("--aa --list");
    assert_eq!(told.code, 0, "{}", told.errors);
    let told = workspace.compare("--aa --list -- --package sums --benches");
    assert!(
        told.errors.contains("its tests are built"),
        "{}",
        told.errors
    );
}

/// Out of the JSON that comes after the table.
fn benchmarks(told: &Told) -> Vec<serde_json::Value> {
    let json = &told.output[told.output.find("\n{").unwrap()..];
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    json["benchmarks"].as_array().unwrap().clone()
}

#[test]
fn each_number_of_threads_is_a_benchmark_where_threads_work() {
    let workspace = Workspace::new(|one| {
        one.edit(
            BENCHES,
            "NUMBERS: [usize; 2] = [1, 2]",
            "NUMBERS: [usize; 2] = [2, 3]",
        );
    });
    let compared = |line: &str| {
        let told = workspace.compare(line);
        assert_eq!(told.code, 0, "{}\n{}", told.output, told.errors);
        let told_benchmarks = benchmarks(&told).into_iter();
        let names =
            told_benchmarks.map(|one| format!("{} {}", one["name"], one["mode"]).replace('"', ""));
        let mut names: Vec<String> = names.collect();
        names.sort();
        (names, told.output)
    };
    let (names, _) = compared("--aa --filter threads --json -");
    let gated = "sums::threads::gated lockstep";
    let [two, three] = [2, 3].map(|number| format!("sums::threads::plain::t={number} process"));
    assert_eq!(names, [gated, &two, &three]);
    let allowed = "--allow sums::threads*=noise";
    let (names, output) = compared(&format!("HEAD~1 HEAD --filter threads {allowed} --json -"));
    assert_eq!(names, [gated, &two]);
    let json: serde_json::Value =
        serde_json::from_str(&output[output.find("\n{").unwrap()..]).unwrap();
    assert_eq!(
        json["only_base"],
        serde_json::json!(["sums::threads::plain::t=1"])
    );
    assert_eq!(
        json["only_head"],
        serde_json::json!(["sums::threads::plain::t=3"])
    );
}
