//! `--instructions`: counted by callgrind, and told beside the time. Where there is no valgrind these tests say that they are
//! skipped.

use std::process::Command;

use serde_json::Value;

use crate::repository::{BENCHES, Workspace, target};

const WORDS: &str = "-- --package sums --bench sums";

/// A workspace, where there is a valgrind.
fn workspace(test: &str) -> Option<Workspace> {
    let asked = Command::new("valgrind").arg("--version").output();
    if asked.is_ok_and(|output| output.status.success()) {
        return Some(Workspace::new(|_| ()));
    }
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    {
        println!("skipped: {test}: there is no `valgrind`; `apt install valgrind` gets it");
    }
    None
}

/// What was found of one bench.
fn found(output: &str, name: &str) -> Value {
    let json = &output[output.find("\n{").unwrap()..];
    let json: Value = serde_json::from_str(json).unwrap();
    let mut all = json["benchmarks"].as_array().unwrap().iter();
    all.find(|one| one["name"] == name).unwrap().clone()
}

fn sides(found: &Value) -> (f64, f64) {
    let counted = &found["instructions"];
    let side = |side: &str| counted[side].as_f64();
    let both = side("base").zip(side("head"));
    both.unwrap_or_else(|| panic!("{found}"))
}

#[test]
fn a_loop_of_known_length_has_so_many_instructions() {
    let Some(workspace) = workspace("a_loop_of_known_length_has_so_many_instructions") else {
        return;
    };
    let line = format!("--variants naive,optimised --instructions --json - {WORDS}");
    let told = workspace.exactly(&line).ended(0);
    // 10,000 steps of a shift and an exclusive or, three times each, and a tenth of that.
    let (base, head) = sides(&found(&told.output, "sums::page::10000"));
    assert!((60_000.0..200_000.0).contains(&base), "{base}");
    assert!((9.9..10.0).contains(&(base / head)), "{base} {head}");
    told.says("instructions ").says("(-90 %)");
}

#[test]
fn two_runs_of_one_program_have_as_many_and_a_plain_bench_has_a_reason() {
    let name = "two_runs_of_one_program_have_as_many_and_a_plain_bench_has_a_reason";
    let Some(workspace) = workspace(name) else {
        return;
    };
    let line =
        format!("--aa --filter sums::steady --filter sums::plain --instructions --json - {WORDS}");
    let told = workspace.exactly(&line).ended(0);
    let (base, head) = sides(&found(&told.output, "sums::steady"));
    assert!((base - head).abs() < f64::EPSILON, "{base} {head}");
    told.says("instructions not counted: its body is not one of perf-harness-bench");
}

#[test]
fn what_fails_under_valgrind_only_is_told_and_its_time_is_compared() {
    let name = "what_fails_under_valgrind_only_is_told_and_its_time_is_compared";
    let Some(workspace) = workspace(name) else {
        return;
    };
    workspace.edit(
        BENCHES,
        "fn steady(bencher: Bencher<'_, '_>) {",
        "fn steady(bencher: Bencher<'_, '_>) {\n    \
         assert!(std::env::var(\"PERF_HARNESS_BENCH_INSTRUCTIONS\").is_err(), \"no room\");",
    );
    let line = format!("--aa --filter steady --instructions --json - {WORDS}");
    let told = workspace.exactly(&line).ended(0);
    let steady = found(&told.output, "sums::steady");
    assert!(steady["change"]["estimate"].is_f64(), "{steady}");
    told.says("instructions not counted: the base: under valgrind it panicked at ");
}

/// By which the work of a bench is known to be on one thread, and both sides are kept on one processor.
#[test]
fn threads_that_end_with_the_last_sample_are_seen() {
    let Some(workspace) = workspace("threads_that_end_with_the_last_sample_are_seen") else {
        return;
    };
    workspace.edit(
        BENCHES,
        "    perf_harness_bench::bench(bencher, || chain(black_box(10_000)));",
        "    let (ends, waits) = std::sync::mpsc::channel::<()>();
    let mut other = Some((ends, std::thread::spawn(move || waits.recv().is_err())));
    let mut calls = 0;
    perf_harness_bench::bench(bencher, || {
        calls += 1;
        // The last one of the first look at a bench.
        if let Some((ends, thread)) = other.take_if(|_| calls == 4) {
            drop(ends);
            assert!(thread.join().unwrap());
        }
        chain(black_box(10_000))
    });",
    );
    let line = format!("--aa --filter sums::steady --instructions {WORDS}");
    let told = workspace.exactly(&line).ended(0);
    told.says("instructions not counted: it is not known to have one thread only");
}

#[test]
fn a_missing_valgrind_is_told_before_anything_is_built() {
    let workspace = Workspace::new(|_| ());
    let nowhere = target().join("nowhere");
    let mut command = workspace.command("--aa --instructions");
    let told = workspace
        .leaves_all_as_it_was(command.env("PATH", nowhere))
        .ended(2);
    assert!(!told.errors.contains("cargo"), "{}", told.errors);
    told.complains("error: `--instructions` needs valgrind, and there is no `valgrind` in PATH; install it, as by ");
}
