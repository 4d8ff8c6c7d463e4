//! The table for a page, such as the summary of a CI's job.

use perf_harness::__private::slack::{Row, Table};

use super::value::{outcome, run, slack, summary, today, value};

pub(super) fn markdown(table: &Table) -> String {
    let rows: String = table.rows.iter().map(row).collect();
    let passed_over = table.passed_over.iter();
    let passed_over: Vec<String> = passed_over
        .map(|why| format!("\nPassed over: {}\n", escaped(why)))
        .collect();
    let passed_over = passed_over.concat();
    format!(
        "### Budgets\n\n{}; {}.\n\n\
         | entry | limit | most | today | slack | |\n| --- | --- | ---: | ---: | ---: | --- |\n{rows}{passed_over}",
        escaped(&summary(table)),
        escaped(&run(table)),
    )
}

fn row(row: &Row) -> String {
    let outcome = escaped(&outcome(row));
    let outcome = if row.is_red() {
        format!("**{outcome}**")
    } else {
        outcome
    };
    format!(
        "| {} | `{}` | {} | {} | {} | {outcome} |\n",
        escaped(&row.entry),
        row.limit,
        value(row.most, row.is_time),
        today(row),
        slack(row)
    )
}

/// What would be read as Markdown or HTML is shown as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\n' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::table;
    use super::*;

    #[test]
    fn the_table_is_one_for_a_page() {
        let expected = "\
### Budgets

6 limits of 3 entries: 2 hold, 1 over, 1 too noisy to judge, 1 not judged, 1 unchecked; the last run that checked any of perf-budgets.toml: 14 tests, 2026-11-26 09:24, commit 70fa2e9b1 with changes.

| entry | limit | most | today | slack | |
| --- | --- | ---: | ---: | ---: | --- |
| GET /api/users/ | `max_queries` | 5 | 2 | 3 (60 %) | perf users::list and 2 more |
| GET /api/users/ | `latency_p95_ms` | 200 ms | 41.25 ms | 158.75 ms (79 %) | perf users::list |
| GET /api/users/ | `latency_p99_ms` | 400 ms | 401 ms | -1 ms (-0 %) | too noisy to judge: perf users::list |
| POST /a\\|b | `max_queries` | 5 | 7 | -2 (-40 %) | **OVER: perf posts** |
| POST /a\\|b | `max_bytes` | 64_000 | - | - | **not judged** |
| nightly | `max_queries` | 30 | - | - | **UNCHECKED, 12 on 2026-11-25 by perf nightly** |

Passed over: a.jsonl line 7 is not understood
";
        assert_eq!(markdown(&table()), expected);
    }
}
