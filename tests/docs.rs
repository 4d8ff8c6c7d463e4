//! What the docs show is what the programs print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

/// Documents with samples: a comment that names the golden file stands above each.
const DOCUMENTS: [&str; 13] = [
    "README.md",
    "docs/advice.md",
    "docs/baseline.md",
    "docs/budgets.md",
    "docs/budgets-command.md",
    "docs/defects.md",
    "docs/limits.md",
    "docs/history.md",
    "docs/plans.md",
    "docs/indexes.md",
    "docs/parity.md",
    "docs/snapshots.md",
    "docs/templates.md",
];

fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A snapshot file without its header.
fn golden(file: &str) -> String {
    let text = read(file);
    let (_, body) = text.split_once("\n---\n").expect("a snapshot has a header");
    body.trim_end().to_owned()
}

#[test]
fn samples_in_the_docs_are_the_golden_files() {
    let mut samples = 0;
    for document in DOCUMENTS {
        let text = read(document);
        for part in text.split("<!-- golden: ").skip(1) {
            let (file, rest) = part
                .split_once(" -->\n```text\n")
                .expect("a sample follows its comment");
            let (shown, _) = rest.split_once("\n```").expect("a sample ends");
            assert_eq!(
                shown,
                golden(file),
                "{document} shows another text than {file}"
            );
            samples += 1;
        }
    }
    assert!(samples > 0, "no sample was found");
}
