//! Edits of the file's text. What they do not concern stays as it was: comments, order, blank lines.
//!
//! Lines are looked at, not the grammar: who calls reads the result again and compares.

use std::ops::Range;

use super::entry::Entry;
use crate::record::STORED_FINGERPRINT_VERSION;

/// With more entries at its end.
pub(super) fn with_entries(text: &str, entries: &[Entry]) -> String {
    let mut text = text.to_owned();
    if entries.is_empty() {
        return text;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let has_version = text.lines().any(|line| is_key(line, "fingerprint_version"));
    if !has_version {
        let head = "\
# What is known to be wrong: it passes, what is new fails, and each is told when it is gone.
# `perf-harness baseline add`, `list`, `prune` and `check`; the docs are in docs/baseline.md.
";
        text = format!("{head}fingerprint_version = {STORED_FINGERPRINT_VERSION}\n{text}");
    }
    for entry in entries {
        text.push('\n');
        text += &entry.text();
    }
    text
}

/// Without some entries and the comments that stand right above them.
pub(super) fn without(text: &str, which: &[usize]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let all = spans(&lines);
    let gone: Vec<&Range<usize>> = which.iter().filter_map(|at| all.get(*at)).collect();
    let kept = lines.iter().enumerate().filter(|(at, line)| {
        let is_gap = |span: &Range<usize>| span.end == *at && line.trim().is_empty();
        !gone.iter().any(|span| span.contains(at) || is_gap(span))
    });
    let kept: String = kept.map(|(_, line)| *line).collect();
    if gone.iter().any(|span| lines.len() <= span.end) {
        // The last one leaves the blank line above it behind.
        return kept.trim_end_matches(['\n', '\r']).to_owned() + "\n";
    }
    kept
}

/// With another value of a key of one entry, if it has the key on a line of its own.
pub(super) fn with_value(text: &str, entry: usize, key: &str, value: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let span = spans(&lines).get(entry).cloned().unwrap_or_default();
    let changed = lines.iter().enumerate().map(|(at, line)| {
        if span.contains(&at) && is_key(line, key) {
            replaced(line, value)
        } else {
            (*line).to_owned()
        }
    });
    changed.collect()
}

/// The line with another value; what follows the old one stays.
fn replaced(line: &str, value: &str) -> String {
    let Some((before, after)) = line.split_once('=') else {
        return line.to_owned();
    };
    let old = after.trim_start();
    let end = match old.chars().next() {
        Some(quote @ ('"' | '\'')) => old[1..].find(quote).map(|at| at + 2),
        _ => old.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '+'),
    };
    let rest = &old[end.unwrap_or(old.len())..];
    format!("{before}= {value}{rest}")
}

fn is_key(line: &str, key: &str) -> bool {
    let rest = line.trim_start().strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// The lines of each entry: from the comments right above its head to the last line that belongs to it.
fn spans(lines: &[&str]) -> Vec<Range<usize>> {
    let heads: Vec<usize> = (0..lines.len()).filter(|at| is_head(lines[*at])).collect();
    let begins: Vec<usize> = heads
        .iter()
        .map(|head| {
            let above = lines[..*head].iter().rev();
            head - above.take_while(|line| is_comment(line)).count()
        })
        .collect();
    let spans = begins.iter().enumerate().map(|(at, begin)| {
        let next = begins.get(at + 1).copied().unwrap_or(lines.len());
        let is_data = |at: &usize| !lines[*at].trim().is_empty() && !is_comment(lines[*at]);
        let last = (heads[at]..next).rfind(is_data).unwrap_or(heads[at]);
        // A comment right below it is about it.
        let below = lines[last + 1..next].iter();
        let below = below.take_while(|line| is_comment(line)).count();
        *begin..last + 1 + below
    });
    spans.collect()
}

fn is_head(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default();
    code.split_whitespace().collect::<String>() == "[[known]]"
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::super::read::entries;
    use super::*;

    fn entry(test: &str) -> String {
        format!(
            "[[known]]\ntest = \"perf {test}\"\nfinding = \"queries\"\nassertion = \"a\"\nceiling = 20 # for now\n\
             issue = \"https://example.com/1\"\nexpires = \"2027-01-31\"\n"
        )
    }

    fn three() -> String {
        format!(
            "# Ours.\nfingerprint_version = 1\n\n# of a\n{}\n# A section of its own.\n\n# of b\n# more of b\n{}# below b\n\n{}",
            entry("a"),
            entry("b"),
            entry("c")
        )
    }

    fn tests(text: &str) -> Vec<String> {
        let entries = entries(text).unwrap_or_else(|mistake| panic!("{mistake:?} in {text}"));
        entries.into_iter().map(|entry| entry.test).collect()
    }

    #[test]
    fn what_is_taken_away_leaves_the_rest_as_it_was() {
        let text = three();
        let check = |which: &[usize], expected: String| {
            assert_eq!(without(&text, which), expected, "{which:?}");
        };
        let (a, b, c) = (entry("a"), entry("b"), entry("c"));
        check(&[], text.clone());
        check(
            &[0],
            format!(
                "# Ours.\nfingerprint_version = 1\n\n# A section of its own.\n\n# of b\n# more of b\n{b}# below b\n\n{c}"
            ),
        );
        check(
            &[1],
            format!(
                "# Ours.\nfingerprint_version = 1\n\n# of a\n{a}\n# A section of its own.\n\n{c}"
            ),
        );
        check(
            &[2],
            format!(
                "# Ours.\nfingerprint_version = 1\n\n# of a\n{a}\n# A section of its own.\n\n# of b\n# more of b\n{b}# below b\n"
            ),
        );
        check(
            &[0, 1, 2],
            "# Ours.\nfingerprint_version = 1\n\n# A section of its own.\n".to_owned(),
        );
    }

    #[test]
    fn a_value_is_replaced_in_its_entry_alone() {
        let text = with_value(&three(), 1, "ceiling", "25");
        let text = with_value(&text, 1, "expires", "\"2027-06-30\"");
        let expected = three();
        let at = expected.find("# of b").unwrap();
        let (before, after) = expected.split_at(at);
        let after = after
            .replacen("ceiling = 20 # for now", "ceiling = 25 # for now", 1)
            .replacen("2027-01-31", "2027-06-30", 1);
        assert_eq!(text, format!("{before}{after}"));
    }

    #[test]
    fn line_ends_of_another_system_stay() {
        let text = three().replace('\n', "\r\n");
        let raised = with_value(&text, 0, "ceiling", "25");
        assert_eq!(raised, text.replacen("ceiling = 20", "ceiling = 25", 1));
        assert_eq!(tests(&without(&text, &[1])), ["perf a", "perf c"]);
    }

    #[test]
    fn entries_are_added_at_the_end_and_the_head_is_written_once() {
        let a = entries(&format!("fingerprint_version = 1\n{}", entry("a"))).unwrap();
        let first = with_entries("", &a);
        assert!(first.starts_with("# What is known to be wrong"), "{first}");
        assert_eq!(tests(&first), ["perf a"]);
        let text = three();
        let more = with_entries(text.trim_end(), &entries(&first).unwrap());
        assert!(more.starts_with(&text), "{more}");
        assert!(!more.contains("What is known to be wrong"), "{more}");
        assert_eq!(with_entries(&text, &[]), text);
        let commented = with_entries("# Ours.\n", &a);
        assert!(
            commented.contains("\n# Ours.\n\n[[known]]\n"),
            "{commented}"
        );
        assert_eq!(tests(&commented), ["perf a"]);
    }
}
