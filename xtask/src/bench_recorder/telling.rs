//! The tables: facts in, text out.

use super::facts::{BULK, Facts, ROUND_TRIPS, WAYS};
use super::pairs::{differences, float, percentile, ratios};

/// What `docs/cost.md` shows.
pub(super) fn page(facts: &Facts) -> String {
    let mut tables = vec![
        format!("{}\n", facts.server),
        skipped(facts),
        round_trips(facts),
        added(facts),
        bulk(facts),
        processor(facts),
        memory(facts),
    ];
    tables.retain(|table| !table.is_empty());
    tables.join("\n")
}

fn skipped(facts: &Facts) -> String {
    let lines = facts.skipped.iter();
    lines.fold(String::new(), |told, (way, why)| {
        told + way + ": skipped, " + why + "\n"
    })
}

fn label(word: &str) -> &str {
    match word {
        "select-1" => "`SELECT 1`",
        "prepared" => "`SELECT $1::int`, prepared",
        "100-rows" => "100 rows",
        "1000000-rows" => "1,000,000 rows read",
        "copy-out" => "`COPY .. TO`, 1,000,000 rows",
        "copy-in" => "`COPY .. FROM`, 1,000,000 rows",
        "recorder" => "recorder, nobody records",
        "recording" => "recorder, in a recording",
        "pgbouncer" => "pgbouncer, session mode",
        other => other,
    }
}

/// A table with a line for each work and a column for each of the ways.
fn table(
    corner: &str,
    works: &[&str],
    ways: &[&str],
    cell: impl Fn(&str, &str) -> Option<String>,
) -> String {
    let heads: Vec<_> = ways.iter().map(|way| label(way)).collect();
    let mut lines = vec![
        format!("| {corner} | {} |", heads.join(" | ")),
        format!("| --- |{}", " --- |".repeat(ways.len())),
    ];
    for work in works {
        let cells = ways.iter().map(|way| cell(work, way));
        let cells: Vec<_> = cells
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned()))
            .collect();
        lines.push(format!("| {} | {} |", label(work), cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

fn round_trips(facts: &Facts) -> String {
    let corner = "a round trip, µs: 10th percentile / median";
    table(corner, &ROUND_TRIPS, &WAYS, |work, way| {
        let times = facts.of(work, way);
        let (quiet, middle) = (percentile(times, 10)?, percentile(times, 50)?);
        let direct = percentile(facts.of(work, WAYS[0]), 50)?;
        let ratio = if way == WAYS[0] {
            String::new()
        } else {
            format!(" ({:.2} ×)", float(middle) / float(direct))
        };
        let [quiet, middle] = [quiet, middle].map(|time| microseconds(time.cast_signed()));
        Some(format!("{quiet} / {middle}{ratio}"))
    })
}

/// The median of the differences of pairs, and between it the difference of what is undisturbed.
fn added(facts: &Facts) -> String {
    let corner = "added to a round trip, µs: 10th percentiles apart / median of the pairs";
    table(corner, &ROUND_TRIPS, &WAYS[1..], |work, way| {
        let (direct, times) = (facts.of(work, WAYS[0]), facts.of(work, way));
        let quiet = [percentile(times, 10)?, percentile(direct, 10)?];
        let apart = quiet[0].cast_signed() - quiet[1].cast_signed();
        let middle = percentile(&differences(times, direct), 50)?;
        Some(format!(
            "{} / {}",
            microseconds(apart),
            microseconds(middle)
        ))
    })
}

/// By the median time; the share is the median of the pairs'.
fn bulk(facts: &Facts) -> String {
    table("MB/s: median", &BULK, &WAYS, |work, way| {
        let (direct, times) = (facts.of(work, WAYS[0]), facts.of(work, way));
        let rate = float(facts.payload(work)) * 1e3 / float(percentile(times, 50)?);
        let share = percentile(&ratios(direct, times), 50)?;
        let share = if way == WAYS[0] {
            String::new()
        } else {
            format!(" ({:.0} %)", share * 100.0)
        };
        Some(format!("{rate:.0}{share}"))
    })
}

fn processor(facts: &Facts) -> String {
    if facts.processor.is_empty() {
        return String::new();
    }
    let works = [&ROUND_TRIPS[..], &BULK].concat();
    let corner = "processor time of the recorder's thread, µs: minimum / median";
    table(corner, &works, &WAYS[1..3], |work, way| {
        let times = facts.processor(work, way);
        let [least, middle] = [percentile(times, 0)?, percentile(times, 50)?]
            .map(|time| microseconds(time.cast_signed()));
        Some(format!("{least} / {middle}"))
    })
}

fn memory(facts: &Facts) -> String {
    let mut lines = vec!["| memory | bytes |".to_owned(), "| --- | --- |".to_owned()];
    for (bytes, of) in &facts.memory {
        lines.push(format!("| {of} | {} |", grouped(*bytes)));
    }
    lines.extend([
        String::new(),
        "| read in a recording | allocations in the process |".to_owned(),
        "| --- | --- |".to_owned(),
    ]);
    for (times, what) in &facts.allocations {
        lines.push(format!("| {what} | {} |", grouped(*times)));
    }
    lines.join("\n") + "\n"
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds of a bench are below 2^53"
)]
fn microseconds(nanoseconds: i64) -> String {
    format!("{:.1}", nanoseconds as f64 / 1e3)
}

/// `70,123`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::facts::sample;
    use super::*;

    fn told(lines: &[String]) -> String {
        page(&Facts::read(lines.iter().map(String::as_str)).unwrap())
    }

    #[test]
    fn the_page_has_times_differences_rates_and_memory() {
        let text = told(&sample());
        for line in [
            "PostgreSQL 15.18 on x86_64",
            "| `SELECT 1` | 40.0 / 42.0 | 55.0 / 57.0 (1.36 ×) | 60.0 / 62.0 (1.48 ×) | 70.0 / 72.0 (1.71 ×) |",
            "| `SELECT 1` | 15.0 / 15.0 | 20.0 / 20.0 | 30.0 / 30.0 |",
            "| 1,000,000 rows read | 1190476 | 877193 (74 %) | 806452 (68 %) | 694444 (58 %) |",
            "| `SELECT 1` | 9.5 / 9.5 | - |",
            "| a connection | 70,000 |",
            "| 1,000 rows | 7 |",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_way_that_was_skipped_has_no_figures_and_says_why() {
        let mut lines = sample();
        lines.retain(|line| !line.contains("pgbouncer"));
        lines.push("skipped pgbouncer it is not installed".to_owned());
        let text = told(&lines);
        assert!(
            text.contains("\npgbouncer: skipped, it is not installed\n"),
            "{text}"
        );
        assert!(text.contains("| 15.0 / 15.0 | 20.0 / 20.0 | - |"), "{text}");
    }

    #[test]
    fn thousands_are_grouped() {
        let check = |number, expected| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(-1_234_567, "-1,234,567");
    }
}
