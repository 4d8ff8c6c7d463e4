//! A file of known findings, from the first red run to the last entry that goes: tests in processes of their own, and
//! `perf-harness baseline ..` as a user calls it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "baseline/project.rs"]
mod project;
#[path = "baseline/work.rs"]
mod work;

use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use project::{Project, ROLE};

const ISSUE: &str = "https://example.com/issues/7";

/// The test that other processes act in.
#[test]
fn a_child_acts() {
    if let Ok(role) = std::env::var(ROLE) {
        work::act(&role);
    }
}

/// A project where the list of five authors is known.
fn with_a_known_list(name: &str) -> Project {
    let project = Project::new(name);
    project.fails("list 5");
    let told = project.command(&["add", "--issue", ISSUE, "--expires", "2099-12-31"], 0);
    assert!(told.starts_with("added     perf users::list\n"), "{told}");
    project
}

#[test]
fn what_is_known_passes_and_one_query_more_fails() {
    let project = with_a_known_list("ceiling");
    project.passes("list 5");
    assert_eq!(project.states(), [("used".to_owned(), Some(5))]);
    project.passes("list 4");
    assert_eq!(project.states(), [("used".to_owned(), Some(4))]);
    let told = project.fails("list 6");
    assert_snapshot!("more_than_the_ceiling", told);
    assert_eq!(project.states(), [("exceeded".to_owned(), Some(6))]);
    let list = || project.command(&["list"], 0);
    assert!(list().ends_with("\n1 known: 1 exceeded\n"), "{}", list());
    let told = project.command(&["add", "list"], 0);
    assert!(list().ends_with("\n1 known: 1 used\n"), "{}", list());
    assert!(told.starts_with("raised    perf users::list\n"), "{told}");
    assert!(
        told.contains("n_plus_one, at most 6, 6 in the last run\n"),
        "{told}"
    );
    project.passes("list 6");
    assert!(project.command(&["add"], 0).starts_with("nothing to add"));
}

#[test]
fn what_is_written_is_what_a_person_would_write() {
    let project = with_a_known_list("written");
    assert_snapshot!("what_is_written", project.baseline());
    project.passes("list 5");
    assert_snapshot!("what_is_listed", project.command(&["list"], 0));
}

#[test]
fn what_is_new_fails_beside_what_is_known() {
    let project = with_a_known_list("new");
    let told = project.fails("list and sites 5");
    assert!(told.contains("FROM sites"), "{told}");
    assert!(!told.contains("authors.id ="), "{told}");
    assert!(told.contains("1 N+1, 5 of 11 queries"), "{told}");
}

#[test]
fn the_same_query_from_another_function_is_new() {
    let project = with_a_known_list("elsewhere");
    let told = project.fails("elsewhere 5");
    assert!(
        told.contains("called by perf-harness/tests/baseline/work.rs"),
        "{told}"
    );
    assert!(told.contains("another_list"), "{told}");
    assert_eq!(project.states(), [("stale".to_owned(), None)]);
}

#[test]
fn a_second_loop_of_the_same_function_counts_with_the_first() {
    let project = Project::new("loops");
    project.fails("two loops 2");
    project.command(&["add", "--issue", ISSUE], 0);
    assert_eq!(project.baseline().matches("ceiling = 4\n").count(), 1);
    project.passes("two loops 2");
    let told = project.fails("two loops 3");
    assert!(
        told.contains("known up to 4, now 6: https://example.com/issues/7"),
        "{told}"
    );
}

#[test]
fn what_has_expired_fails_and_can_be_renewed() {
    let project = with_a_known_list("expired");
    project.edit("2099-12-31", "2026-01-31");
    let told = project.fails("list 5");
    assert_snapshot!("an_expired_one", told);
    let told = project.command(&["check"], 1);
    assert!(told.starts_with("expired   perf users::list\n"), "{told}");
    let told = project.command(&["prune"], 0);
    assert_eq!(told, "0 removed\n", "it is still there");
    let told = project.command(&["add", "--expires", "2099-06-30"], 0);
    assert!(told.contains("before: until 2026-01-31\n"), "{told}");
    project.passes("list 5");
    assert_eq!(project.command(&["check"], 0), "1 known: 1 used\n");
}

#[test]
fn what_is_gone_is_told_and_taken_away() {
    let project = with_a_known_list("stale");
    let comment = "# Ours, and not about an entry.\n\n[[known]]";
    project.edit("[[known]]", comment);
    let told = project.passes("batch 5");
    assert!(
        told.contains("perf-harness warns: users::list: a known finding is gone, n_plus_one of SELECT ... FROM authors"),
        "{told}"
    );
    assert_eq!(project.states(), [("stale".to_owned(), None)]);
    let told = project.command(&["check"], 1);
    assert!(told.starts_with("stale     perf users::list\n"), "{told}");
    let told = project.command(&["prune"], 0);
    assert!(told.ends_with("\n1 removed\n"), "{told}");
    assert!(
        project
            .baseline()
            .ends_with("fingerprint_version = 1\n\n# Ours, and not about an entry.\n"),
        "{}",
        project.baseline()
    );
    assert_eq!(project.command(&["list"], 0), "nothing is known\n");
    project.fails("list 5");
}

#[test]
fn a_test_that_panicked_cannot_say_that_something_is_gone() {
    let project = with_a_known_list("panicked");
    let told = project.fails("panics 5");
    assert!(!told.contains("is gone"), "{told}");
    assert_eq!(project.states(), [("unreached".to_owned(), None)]);
    assert_eq!(project.command(&["check"], 0), "1 known: 1 unreached\n");
    let told = project.command(&["prune"], 0);
    assert!(told.contains("\n0 removed\n1 kept, for no run"), "{told}");
}

#[test]
fn a_number_of_queries_is_known_by_its_assertion() {
    let project = Project::new("queries");
    project.fails("queries 5");
    project.command(&["add", "--issue", ISSUE, "--reason", "until it is one"], 0);
    let written = project.baseline();
    assert!(
        written.contains("assertion = \"assert_max_queries!(list, 3)\"\nceiling = 6\n"),
        "{written}"
    );
    assert!(
        written.contains("\nreason = \"until it is one\"\n"),
        "{written}"
    );
    project.passes("queries 5");
    let told = project.fails("queries 6");
    assert!(
        told.contains("known up to 6, now 7: https://example.com/issues/7"),
        "{told}"
    );
}

#[test]
fn growth_is_known_by_its_query_up_to_the_number_at_the_largest_size() {
    let project = Project::new("growth");
    project.fails("growth 5");
    project.command(&["add", "--issue", ISSUE], 0);
    assert!(
        project.baseline().contains("finding = \"growth\"\n"),
        "{}",
        project.baseline()
    );
    project.passes("growth 5");
    let told = project.fails("growth 6");
    assert!(
        told.contains("known up to 10, now 12: https://example.com/issues/7"),
        "{told}"
    );
}

#[test]
fn fewer_queries_than_are_wanted_are_never_known() {
    let project = Project::new("fewer");
    project.fails("fewer 5");
    let told = project.command(&["add", "--issue", ISSUE], 0);
    assert!(
        told.starts_with("left out  perf users::list: assert_queries!(list, 50..=60) wants more queries than there are\n"),
        "{told}"
    );
    assert_eq!(project.baseline(), "");
}

#[test]
fn without_an_issue_nothing_new_is_written() {
    let project = Project::new("issue");
    project.fails("list 5");
    let told = project.command(&["add"], 2);
    assert!(
        told.contains(
            "a finding is new, and no issue says that it shall go\nadd --issue https://..: "
        ),
        "{told}"
    );
    let told = project.command(&["add", "--issue", "#7"], 2);
    assert!(told.contains("--issue: `#7` is no link\n"), "{told}");
    let told = project.command(&["add", "--issue", ISSUE, "--expires", "2026-01-31"], 2);
    assert!(
        told.contains("--expires: `2026-01-31` is no day from today on\n"),
        "{told}"
    );
    let told = project.command(&["add", "--issue", ISSUE, "users::lst"], 2);
    assert!(
        told.contains("no failure of `users::lst` was recorded\ndid you mean `users::list`? "),
        "{told}"
    );
    assert_eq!(project.baseline(), "");
    let told = project.command(&["lst"], 2);
    assert!(told.contains("did you mean `list`?"), "{told}");
}

/// The day in so many days, by the server's rules for dates rather than by ours.
fn day_in(days: u64) -> String {
    let then = SystemTime::now() + Duration::from_hours(24 * days);
    let since = then.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let sql = format!(
        "SELECT to_char(to_timestamp({}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        since.as_secs()
    );
    work::ask(&sql)
}

#[test]
fn the_file_of_a_package_is_found_and_lasts_for_ninety_days() {
    let project = Project::new("package").with_a_file_of_its_own();
    project.fails("list 5");
    let before = day_in(90);
    project.command(&["add", "--issue", ISSUE], 0);
    let days = [before, day_in(90)];
    let written = project.baseline();
    assert!(
        days.iter()
            .any(|day| written.contains(&format!("expires = \"{day}\""))),
        "{days:?} {written}"
    );
    assert!(
        !written.contains("function = "),
        "its sources lie outside of the package: {written}"
    );
    project.passes("list 5");
    assert_eq!(project.command(&["check"], 0), "1 known: 1 used\n");
}

#[test]
fn a_file_that_is_not_understood_fails_the_test_and_the_command() {
    let project = with_a_known_list("broken");
    project.edit("expires = \"2099-12-31\"", "expires = \"2099-02-29\"");
    let told = project.fails("list 5");
    assert_snapshot!("a_file_that_is_not_understood", told);
    let told = project.command(&["list"], 2);
    assert!(
        told.contains(
            "entry 1 (perf users::list) has `expires = \"2099-02-29\"`, which is no day\n"
        ),
        "{told}"
    );
}
