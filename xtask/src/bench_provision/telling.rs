//! The tables: times in, text out.

use std::time::Duration;

use super::contest::{CONTENDERS, Contender, WAYS};
use super::rounds::{Start, Suite, Thousand};

/// A table for each task: a line for each contender, a column for each way. Minimum and median in milliseconds per
/// test, and how many times the first contender's median that is.
pub(super) fn suites(suites: &[Suite]) -> String {
    let mut tasks: Vec<&str> = CONTENDERS.map(|contender| contender.task).to_vec();
    tasks.dedup();
    let tables: Vec<String> = tasks.iter().map(|task| table(task, suites)).collect();
    tables.join("\n")
}

fn table(task: &str, suites: &[Suite]) -> String {
    let ways = WAYS.map(super::contest::Way::label).join(" | ");
    let mut lines = vec![
        format!("| {task}, ms per test: min / median | {ways} |"),
        format!("| --- |{}", " --- |".repeat(WAYS.len())),
    ];
    let of_task = || {
        CONTENDERS
            .into_iter()
            .filter(|contender| contender.task == task)
    };
    let first = of_task().next();
    for contender in of_task() {
        let cells = WAYS.map(|way| {
            let times = |of: Contender| {
                let suite = suites
                    .iter()
                    .find(|suite| suite.contender == of && suite.way == way);
                suite.map_or(&[][..], |suite| &suite.per_test)
            };
            cell(times(contender), first.map(times).unwrap_or_default())
        });
        lines.push(format!("| {} | {} |", contender.label, cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

fn cell(times: &[Duration], first: &[Duration]) -> String {
    let (Some(minimum), Some(middle)) = (times.iter().min(), median(times)) else {
        return "-".to_owned();
    };
    let ratio = match median(first) {
        Some(first) if first != middle && !first.is_zero() => {
            format!(" ({:.1} ×)", middle.as_secs_f64() / first.as_secs_f64())
        }
        _ => String::new(),
    };
    format!(
        "{} / {}{ratio}",
        milliseconds(*minimum),
        milliseconds(middle)
    )
}

/// Where there are two in the middle, the lower.
fn median(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1_000.0)
}

/// From the start of the process to the body of its test.
pub(super) fn starts(starts: &[Start]) -> String {
    let mut lines = vec![
        "| from the start of the process to the body of the test | ms: min / median |".to_owned(),
        "| --- | --- |".to_owned(),
    ];
    for start in starts {
        lines.push(format!("| {} | {} |", start.label, cell(&start.times, &[])));
    }
    lines.join("\n") + "\n"
}

pub(super) fn thousand(thousand: &Thousand) -> String {
    match thousand {
        Thousand::Took(time) => format!(
            "1,000 perf tests by cargo nextest: {:.1} s, {} ms per test\n",
            time.as_secs_f64(),
            milliseconds(*time / 1_000)
        ),
        Thousand::Skipped(why) => format!("1,000 perf tests by cargo nextest: skipped, {why}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(times: &[u64]) -> Vec<Duration> {
        times.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_cell_has_the_minimum_the_median_and_the_ratio() {
        let ours = ms(&[30, 10, 20]);
        assert_eq!(cell(&ours, &ours), "10.0 / 20.0");
        assert_eq!(cell(&ms(&[90, 80, 85]), &ours), "80.0 / 85.0 (4.2 ×)");
        assert_eq!(cell(&[], &ours), "-");
    }

    #[test]
    fn a_table_has_a_line_for_each_contender_of_the_task() {
        let all: Vec<Suite> = WAYS
            .iter()
            .flat_map(|way| CONTENDERS.map(|contender| (contender, *way)))
            .map(|(contender, way)| Suite {
                contender,
                way,
                per_test: ms(if contender.label == "#[perf_test]" {
                    &[10]
                } else {
                    &[45]
                }),
            })
            .collect();
        let text = suites(&all);
        assert_eq!(text.matches("ms per test").count(), 3);
        let expected = "| #[sqlx::test] | 45.0 / 45.0 (4.5 ×) | 45.0 / 45.0 (4.5 ×) | 45.0 / 45.0 (4.5 ×) | 45.0 / 45.0 (4.5 ×) |";
        assert_eq!(text.matches(expected).count(), 2, "{text}");
    }

    #[test]
    fn what_was_skipped_is_said() {
        let told = thousand(&Thousand::Skipped("cargo-nextest is not installed"));
        assert!(told.ends_with("skipped, cargo-nextest is not installed\n"));
        let told = thousand(&Thousand::Took(Duration::from_secs(20)));
        assert_eq!(
            told,
            "1,000 perf tests by cargo nextest: 20.0 s, 20.0 ms per test\n"
        );
    }
}
