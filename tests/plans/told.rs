//! What assertions about plans that do not hold print.

use insta::{assert_snapshot, with_settings};

use crate::failing_output::{CHANGING, cargo, root, sections, target, text};

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

/// The version that the golden files are of.
const GOLDEN: u32 = 15;

const FAILING: [&str; 5] = ["test", "--package", "acceptance", "--test", "failing_plans"];

#[test]
fn what_failing_plans_print() {
    let output = cargo(&root(), &FAILING).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let sections = sections(&printed);
    let expected = format!(
        "test result: FAILED. 0 passed; {} failed; 0 ignored",
        sections.len()
    );
    assert!(printed.contains(&expected), "{printed}");
    assert_eq!(sections.len(), 32, "{printed}");
    // Another version of the server has other costs.
    let is_compared = printed.contains(&format!("perf-harness uses PostgreSQL {GOLDEN}."));
    if !is_compared {
        println!("not compared: the golden files are of PostgreSQL {GOLDEN}");
    }
    for (name, told) in sections {
        assert!(told.lines().count() <= MOST_LINES, "{told}");
        if !is_compared {
            continue;
        }
        let insta = (r"/\S+/insta-[0-9.]+/src/\S+", "<insta>");
        let disk = (r"[0-9,]+ kB on disk", "<n> kB on disk");
        let filters = CHANGING.into_iter().chain([insta, disk]);
        with_settings!({ filters => filters }, { assert_snapshot!(name, told) });
    }
}

/// The JSON and the text that a failing test leaves, with `PERF_HARNESS_PARAMETERS` as given.
fn artefacts(test: &str, parameters: &str) -> (serde_json::Value, String) {
    let mut command = cargo(&root(), &FAILING);
    let output = command
        .args(["--", "--exact", test])
        .env("PERF_HARNESS_PARAMETERS", parameters)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let directory = target().join("perf-harness/acceptance/failing_plans");
    let read = |extension| std::fs::read_to_string(directory.join(format!("{test}.{extension}")));
    let json = serde_json::from_str(&read("json").unwrap()).unwrap();
    (json, read("txt").unwrap())
}

#[test]
fn what_a_failing_plan_leaves_on_disk_has_its_values_masked() {
    let test = "the_index_is_on_another_expression";
    let (json, told) = artefacts(test, "mask");
    assert!(!json.to_string().contains("slug-7"), "{json}");
    assert!(!told.contains("slug-7"), "{told}");
    assert!(
        told.contains("each row is tested for lower(slug) = .."),
        "{told}"
    );
    let finding = &json["findings"][0];
    assert_eq!(finding["problem"]["kind"], "plans");
    assert_eq!(finding["plans"]["rows"][0]["rows"], 1_000_000);
    let reach = &finding["plans"]["queries"][0]["plans"][0]["reaches"][0];
    assert_eq!(reach["table"], "public.articles");
    assert_eq!(reach["access"], "sequential_scan");
    let (json, told) = artefacts(test, "show");
    let plan = &json["findings"][0]["plans"]["queries"][0]["plans"][0]["json"];
    assert!(plan.to_string().contains("slug-7"), "{plan}");
    assert!(told.contains("slug-7"), "{told}");
}
