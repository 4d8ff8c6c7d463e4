//! The figures of a node, in words: `980 rows (~500), 20 thrown away, 12 blocks`.

use super::kind::NodeKind;
use super::node::{Actual, Estimate, Node};

/// What came of it, or what the planner expects.
pub(super) fn figures(node: &Node) -> String {
    match node.actual() {
        None => {
            let Estimate {
                rows: expected,
                total_cost,
                ..
            } = node.estimate();
            let expected = if has_rows(node, expected) {
                format!("~{}, ", rows(expected))
            } else {
                String::new()
            };
            format!("{expected}cost {}", short(total_cost))
        }
        Some(actual) if actual.loops < 1.0 => "never ran".to_owned(),
        Some(actual) => ran(node, actual),
    }
}

fn ran(node: &Node, actual: Actual) -> String {
    let mut told = Vec::new();
    if has_rows(node, actual.rows) {
        told.push(rows_of(node, actual));
    }
    let thrown = [
        "Rows Removed by Filter",
        "Rows Removed by Join Filter",
        "Rows Removed by Index Recheck",
    ];
    let thrown: f64 = thrown.iter().filter_map(|name| node.number(name)).sum();
    let each = if actual.loops > 1.0 { " each" } else { "" };
    told.extend(some(thrown).map(|thrown| format!("{thrown} thrown away{each}")));
    told.extend(more(node));
    let touched = node.buffers().map_or(0, |buffers| buffers.touched());
    if touched > 0 {
        told.push(counted(touched, "block"));
    }
    told.join(", ")
}

/// `980 rows (~500)`, `2 rows x 10 (~3)`: of one run, how many runs, and what was expected of one.
fn rows_of(node: &Node, actual: Actual) -> String {
    let mut told = rows(actual.rows);
    if actual.loops > 1.0 {
        told += &[" x ", &short(actual.loops)].concat();
    }
    let (came, expected) = (short(actual.rows), short(node.estimate().rows));
    if came != expected {
        told += &[" (~", &expected, ")"].concat();
    }
    told
}

/// Bitmaps of several indexes have none, nor has what changes a table and returns nothing.
fn has_rows(node: &Node, rows: f64) -> bool {
    let has_none = [
        NodeKind::BitmapAnd,
        NodeKind::BitmapOr,
        NodeKind::ModifyTable,
    ];
    rows > 0.0 || !has_none.contains(node.kind())
}

/// What only nodes of its kind have.
fn more(node: &Node) -> Vec<String> {
    let number = |name: &str| node.number(name).and_then(some);
    let mut more = Vec::new();
    if let Some(spill) = node.spilled() {
        more.push(spill.to_string());
    } else if let (Some(method), Some(space)) =
        (node.text("Sort Method"), number("Sort Space Used"))
    {
        more.push(format!("{method} {space} kB"));
    }
    let launched = node.number("Workers Launched");
    if let (Some(launched), Some(planned)) = (launched, node.number("Workers Planned")) {
        let of = if launched < planned {
            format!(" of {}", short(planned))
        } else {
            String::new()
        };
        more.push(format!("{}{of} workers", short(launched)));
    }
    for (name, word) in [
        ("Heap Fetches", "heap fetches"),
        ("Lossy Heap Blocks", "lossy blocks"),
        ("Cache Hits", "hits"),
        ("Cache Misses", "misses"),
        ("Subplans Removed", "parts left out"),
    ] {
        more.extend(number(name).map(|number| format!("{number} {word}")));
    }
    let searches = node.number("Index Searches").unwrap_or_default();
    if searches > node.actual().map_or(0.0, |actual| actual.loops) {
        more.push(format!("{} searches", short(searches)));
    }
    more
}

fn some(number: f64) -> Option<String> {
    (number > 0.0).then(|| short(number))
}

fn rows(number: f64) -> String {
    let word = if short(number) == "1" { "row" } else { "rows" };
    format!("{} {word}", short(number))
}

/// `1 block`, `1,234 blocks`
#[expect(clippy::cast_precision_loss, reason = "it is told to a person")]
pub(super) fn counted(number: u64, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", short(number as f64))
}

/// `1,234`, `12`, `0.13`
pub(super) fn short(number: f64) -> String {
    let decimals = if number < 100.0 { 2 } else { 0 };
    let text = format!("{number:.decimals$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if part.is_empty() {
        grouped
    } else {
        format!("{grouped}.{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let check = |number, expected: &str| assert_eq!(short(number), expected);
        check(0.0, "0");
        check(0.13, "0.13");
        check(2.5, "2.5");
        check(99.999, "100");
        check(1234.56, "1,235");
        check(1_000_000.0, "1,000,000");
    }
}
