//! What limits that do not hold print.

use insta::{assert_snapshot, with_settings};
use perf_harness::{PerfDb, PerfTest, assert_max_allocations};

use crate::failing_output::{CHANGING, cargo, root, sections, target, text};

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

const FAILING: [&str; 5] = [
    "test",
    "--package",
    "acceptance",
    "--test",
    "failing_limits",
];

/// What is another number each time.
const MEASURED: [(&str, &str); 6] = [
    (
        r"[0-9.,]+ (µs|ms|s) idle in a transaction, [0-9.,]+ (µs|ms|s)",
        "<time> idle in a transaction, <time>",
    ),
    (r"[0-9.,]+ (µs|ms|s), on", "<time>, on"),
    (r"update, [0-9]+(us|ms|s)\)", "update, <time>)"),
    // To connect takes more with a longer name of a database.
    (
        r"141,[0-9]{3} bytes on the wire, 77,[0-9]{3}",
        "<141 kB> bytes on the wire, <77 kB>",
    ),
    (
        r"[0-9]+ sent, 14[01],[0-9]{3} received",
        "<n> sent, <n> received",
    ),
    (r"connection [0-9]+", "connection <n>"),
];

/// Each finding of a failure, one below the other.
fn findings(told: &str) -> Vec<&str> {
    let (first, rest) = told.split_at(told.find("problem 2 of").unwrap_or(told.len()));
    let mut findings = vec![first];
    findings.extend(rest.split("\nproblem "));
    findings
}

#[test]
fn what_failing_limits_print() {
    let output = cargo(&root(), &FAILING).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let sections = sections(&printed);
    let expected = format!(
        "test result: FAILED. 0 passed; {} failed; 0 ignored",
        sections.len()
    );
    assert!(printed.contains(&expected), "{printed}");
    assert_eq!(sections.len(), 18, "{printed}");
    for (name, told) in sections {
        for finding in findings(&told) {
            assert!(finding.lines().count() <= MOST_LINES + 1, "{finding}");
        }
        let filters = CHANGING.into_iter().chain(MEASURED);
        with_settings!({ filters => filters }, { assert_snapshot!(name, told) });
    }
}

/// The JSON that a failing test leaves.
fn artefact(test: &str) -> serde_json::Value {
    let mut command = cargo(&root(), &FAILING);
    let output = command.args(["--", "--exact", test]).output().unwrap();
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let directory = target().join("perf-harness/acceptance/failing_limits");
    let json = std::fs::read_to_string(directory.join(format!("{test}.json"))).unwrap();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn a_limit_is_told_to_programs() {
    let document = artefact("a_buffer_is_made_for_each_item");
    assert_eq!(document["schema"], "perf-harness/failure/2");
    let findings = &document["findings"];
    let problem = |metric, allowed, actual| {
        serde_json::json!({
            "kind": "limit", "metric": metric, "allowed": allowed, "actual": actual,
        })
    };
    assert_eq!(findings[0]["problem"], problem("allocations", 10, 100));
    assert_eq!(
        findings[1]["problem"],
        problem("allocated_bytes", 5_000, 5_050)
    );
    let allocated = serde_json::json!({ "allocations": 100, "bytes": 5_050 });
    assert_eq!(findings[0]["allocated"], allocated);
    let examined = artefact("plans_have_limits_of_the_same_kind");
    let problem = &examined["findings"][0]["problem"];
    assert_eq!(
        (&problem["kind"], &problem["metric"]),
        (&"limit".into(), &"rows_examined".into())
    );
}

#[test]
fn an_allocator_that_does_not_count_is_an_error() {
    let failed = PerfTest::new("no_allocator").run(async |db: PerfDb| {
        let list = db.record(async {}).await;
        assert_max_allocations!(list, 1_000);
    });
    let told = failed.unwrap_err().to_string();
    with_settings!({ filters => CHANGING }, { assert_snapshot!(told) });
}
