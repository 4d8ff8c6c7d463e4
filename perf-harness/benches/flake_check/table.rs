//! What is printed: Markdown, as it stands in `docs/flake-check.md`.

use perf_harness::__private::latency::Run;

use crate::judges::{BUDGETS, Cell, JUDGES, Judge};

pub(crate) fn heading(name: &str, p95: f64, how: &str) -> String {
    format!("\n## Work {name}\n\nIts p95 is {:.2} ms, {how}.", p95 * 1e3)
}

/// One table: a row for each way, a column for each budget.
pub(crate) fn of(hogs: usize, runs: &[Run], cells: &[Cell]) -> String {
    let beside = match hogs {
        0 => "Beside nothing".to_owned(),
        1 => "Beside one process that takes what it can get".to_owned(),
        count => format!("Beside {count} processes that take what they can get"),
    };
    let p95 = |of: fn(&Run) -> f64| quantile(runs.iter().map(of).collect(), 0.95) * 1e3;
    let mut lines = vec![
        format!(
            "\n{beside}: p95 {:.2} ms on the wall, {:.2} ms without the waiting.\n",
            p95(|run| run.wall.as_secs_f64()),
            p95(|run| run.least.as_secs_f64())
        ),
        format!(
            "| budget | {} |",
            BUDGETS.map(|budget| format!("{budget} × p95")).join(" | ")
        ),
        format!("| --- |{}", " ---: |".repeat(BUDGETS.len())),
    ];
    for judge in JUDGES {
        let row = cells.iter().filter(|cell| cell.judge == judge);
        let row: Vec<String> = row.map(told).collect();
        lines.push(format!("| {} | {} |", name(judge), row.join(" | ")));
    }
    lines.join("\n")
}

fn name(judge: Judge) -> String {
    match judge {
        Judge::Ours => "`assert_latency!`".to_owned(),
        Judge::Naive(count) => format!("p95 of {count}"),
    }
}

/// What is wrong of the verdicts, and for ours what is undecided and how many samples it took.
fn told(cell: &Cell) -> String {
    let is_wrong = if cell.budget < 1.0 {
        cell.passed
    } else {
        cell.failed
    };
    let wrong = format!("{:.1} %", is_wrong * 100.0);
    match cell.judge {
        Judge::Ours => format!(
            "{wrong} ({:.0} % undecided, {:.0} samples)",
            cell.undecided * 100.0,
            cell.samples
        ),
        Judge::Naive(_) => wrong,
    }
}

/// The value that so much of the others is below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
pub(crate) fn quantile(mut values: Vec<f64>, quantile: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * quantile).ceil() as usize;
    values
        .get(place.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}
