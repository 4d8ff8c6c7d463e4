//! What assertions about plans that do not hold print.

use insta::{assert_snapshot, with_settings};

use crate::failing_output::{CHANGING, cargo, root, sections, text};

/// The most lines of one finding, on the first red run.
const MOST_LINES: usize = 25;

#[test]
fn what_failing_plans_print() {
    let program = ["test", "--package", "acceptance", "--test", "failing_plans"];
    let output = cargo(&root(), &program).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stderr));
    let sections = sections(&printed);
    let expected = format!(
        "test result: FAILED. 0 passed; {} failed; 0 ignored",
        sections.len()
    );
    assert!(printed.contains(&expected), "{printed}");
    assert_eq!(sections.len(), 22, "{printed}");
    for (name, told) in sections {
        assert!(told.lines().count() <= MOST_LINES, "{told}");
        with_settings!({ filters => CHANGING }, { assert_snapshot!(name, told) });
    }
}
