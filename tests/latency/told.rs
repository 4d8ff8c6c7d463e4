//! What assertions on latency that do not hold print.

use insta::{assert_snapshot, with_settings};

use crate::failing_output::{CHANGING, cargo, root, sections, target, text};

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

const FAILING: [&str; 5] = [
    "test",
    "--package",
    "acceptance",
    "--test",
    "failing_latency",
];

/// Times, and what a machine that is busy adds.
const TIMES: [(&str, &str); 11] = [
    (
        r"(?m)^\s+(left out: waiting|the hypervisor took|a quota of|the process or its|the machine was|sampled \d+ times|without what the machine).*\n",
        "",
    ),
    (r"\d+(\.\d+)? (µs|ms|s)\b", "<time>"),
    (r"\d+ % (faster|slower) \([^)]*\)", "<n> % $1 (<interval>)"),
    (r"\d+ pairs", "<n> pairs"),
    (r"(p\d+|max|mean) < \d+(ms|s)(, \.\.\))", "$1 < <time>$3"),
    (r"tells \S+ apart", "tells <time> apart"),
    // Where the interval ends is another one each time, and there may be no such line.
    (r"(?m)^.*or ask for what is certain: .*\n", ""),
    (r"\d+ of \d+ runs", "<n> of <n> runs"),
    (r"in \d+ runs?", "in <n> runs"),
    (r"\d+ runs", "<n> runs"),
    // How many runs it takes depends on what the hypervisor takes; both ways to tell them are pinned in `report/latency.rs`.
    (
        r"(took <time> to <time> in <n> runs, on the wall up to <time>|<n> runs: p50 [^;]*; on the wall p95 <time>)",
        "<times>",
    ),
];

#[test]
fn what_failing_latency_prints() {
    let output = cargo(&root(), &FAILING).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let sections = sections(&printed);
    let expected = format!(
        "test result: FAILED. 0 passed; {} failed; 0 ignored",
        sections.len()
    );
    assert!(printed.contains(&expected), "{printed}");
    assert_eq!(sections.len(), 21, "{printed}");
    for (name, told) in sections {
        assert!(told.lines().count() <= MOST_LINES, "{told}");
        let filters = CHANGING.into_iter().chain(TIMES);
        with_settings!({ filters => filters }, { assert_snapshot!(name, told) });
    }
}

#[test]
fn what_fails_leaves_each_of_its_runs_on_disk() {
    let test = "all_of_it_is_too_slow";
    let mut command = cargo(&root(), &FAILING);
    let output = command.args(["--", "--exact", test]).output().unwrap();
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let file = target().join(format!(
        "perf-harness/acceptance/failing_latency/{test}.json"
    ));
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["problem"]["kind"], "latency");
    assert_eq!(finding["problem"]["broken"], 1);
    let latency = &finding["latency"];
    assert_eq!(latency["rules"][0]["rule"], "p95 < 10ms");
    assert_eq!(latency["rules"][0]["verdict"], "broken");
    let runs = latency["runs"].as_array().unwrap();
    assert!(
        runs.iter()
            .all(|run| run["wall_us"].as_f64().unwrap() >= 60_000.0)
    );
    assert!(runs.len() >= 3);
}

/// What a test that passes tells those who look at it.
fn told_beside(test: &str) -> String {
    let mut command = cargo(
        &root(),
        &["test", "--package", "acceptance", "--test", "latency"],
    );
    let output = command
        .args(["--", "--exact", test, "--nocapture"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stdout));
    let told = text(&output.stderr);
    let ours = told
        .lines()
        .filter(|line| line.contains("tests/latency/holding.rs:"));
    ours.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_test_that_passes_says_what_it_proved_and_what_it_could_not_decide() {
    let filters = || {
        let line = (r"holding\.rs:\d+", "holding.rs:<line>");
        let noise = (
            r" \((left out|the hypervisor|a quota|the process|the machine|sampled|without what)[^)]*\)",
            "",
        );
        CHANGING.into_iter().chain(TIMES).chain([line, noise])
    };
    let of_time = told_beside("holding::a_gain_is_shown_by_pairs");
    with_settings!({ filters => filters() }, { assert_snapshot!("a_gain_of_time", of_time) });
    let of_queries = told_beside("holding::fewer_queries_are_counted_exactly");
    with_settings!({ filters => filters() }, { assert_snapshot!("a_gain_of_queries", of_queries) });
    let undecided = told_beside("holding::what_cannot_be_decided_is_told");
    with_settings!({ filters => filters() }, { assert_snapshot!("too_noisy", undecided) });
}
