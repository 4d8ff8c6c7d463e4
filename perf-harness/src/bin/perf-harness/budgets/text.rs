//! What the command prints. Pure: facts in, text out.

use perf_harness::__private::slack::{Change, Row, State, Table};

use super::value::{counted, outcome, run, slack, summary, today, value};

pub(super) fn json(table: &Table) -> String {
    document(table, None)
}

pub(super) fn json_of_changes(table: &Table, changes: &[Change]) -> String {
    document(table, Some(changes))
}

fn document(table: &Table, changes: Option<&[Change]>) -> String {
    let mut document = serde_json::json!(table);
    document["schema"] = "perf-harness/budgets/1".into();
    document["red"] = table.is_red().into();
    if let Some(changes) = changes {
        document["changes"] = serde_json::json!(changes);
    }
    format!("{document:#}\n")
}

/// One line for each limit, then how many there are of each kind, and what to do.
pub(super) fn text(table: &Table) -> String {
    let head = ["entry", "limit", "most", "today", "slack", ""].map(str::to_owned);
    let mut lines = vec![head];
    let mut entry = "";
    for row in &table.rows {
        lines.push(cells(row, row.entry == entry));
        entry = &row.entry;
    }
    let mut text = aligned(&lines);
    text += &told_lines(&[summary(table), run(table)]);
    text.extend(
        table
            .passed_over
            .iter()
            .map(|why| format!("passed over: {why}\n")),
    );
    text.extend(next(table).map(|next| format!("next: {next}\n")));
    text
}

fn told_lines(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

fn cells(row: &Row, is_same_entry: bool) -> [String; 6] {
    [
        if is_same_entry {
            String::new()
        } else {
            row.entry.clone()
        },
        row.limit.to_owned(),
        value(row.most, row.is_time),
        today(row),
        slack(row),
        outcome(row),
    ]
}

/// Words to the left, numbers to the right.
fn aligned(lines: &[[String; 6]]) -> String {
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let told = lines
        .iter()
        .map(|[entry, limit, most, today, slack, outcome]| {
            let line = format!(
                "{entry:<0$}  {limit:<1$}  {most:>2$}  {today:>3$}  {slack:>4$}  {outcome}",
                widths[0], widths[1], widths[2], widths[3], widths[4]
            );
            format!("{}\n", line.trim_end())
        });
    told.collect()
}

/// What to do about the worst of it.
fn next(table: &Table) -> Option<&'static str> {
    let has = |state: State| {
        table
            .rows
            .iter()
            .any(|row| row.is_red() && row.state == state)
    };
    if table.run.is_none() {
        Some(
            "run the tests; one that checks an entry has assert_within_budget! or #[perf_test(budget = \"..\")]",
        )
    } else if has(State::Over) {
        Some("the failure of the test that is named says where it comes from")
    } else if has(State::Unchecked) {
        Some(
            "run all tests; or have a test check the entry: assert_within_budget!; or take the entry away",
        )
    } else if has(State::NotJudged) {
        Some(
            "have a test judge the limit too, or take it away: a limit that nothing judges holds nothing",
        )
    } else {
        None
    }
}

/// What allows less now.
pub(super) fn changes(table: &Table, changes: &[Change]) -> String {
    let told = changes.iter().map(|change| {
        let (from, to) = (
            value(change.from, change.is_time),
            value(change.to, change.is_time),
        );
        let new = if change.is_new {
            ", which it had by default"
        } else {
            ""
        };
        format!("{}: {} {from} -> {to}{new}\n", change.entry, change.limit)
    });
    let mut text: String = told.collect();
    let file = &table.file;
    let summary = match changes.len() {
        0 => format!("nothing of {file} can be tightened"),
        tightened => format!(
            "{} of {file} tightened",
            counted(tightened, "limit", "limits")
        ),
    };
    text += &told_lines(&[summary, run(table)]);
    text
}

#[cfg(test)]
pub(super) mod tests {
    use perf_harness::__private::slack::{Before, RunFact};

    use super::*;

    fn row(entry: &str, limit: &'static str, most: u64, today: Option<u64>, state: State) -> Row {
        let slack = today.map(|today| i128::from(most) - i128::from(today));
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let slack_percent = slack.map(|slack| slack as f64 / most as f64 * 100.0);
        let is_measured = today.is_some();
        Row {
            entry: entry.to_owned(),
            line: 1,
            limit,
            is_time: limit.ends_with("_ms"),
            is_own: true,
            most,
            today,
            today_high: None,
            slack,
            slack_percent,
            state,
            test: is_measured.then(|| "perf users::list".to_owned()),
            others: 0,
            before: None,
        }
    }

    /// One of each kind.
    pub(in crate::budgets) fn table() -> Table {
        let users = "GET /api/users/";
        let posts = Some("perf posts".to_owned());
        let before = Before {
            at: "2026-11-25T10:00:00.000Z".to_owned(),
            test: "perf nightly".to_owned(),
            value: 12,
        };
        Table {
            file: "perf-budgets.toml".to_owned(),
            run: Some(RunFact {
                id: "cargo-0123456789ab".to_owned(),
                ended: "2026-11-26T09:24:22.123Z".to_owned(),
                commit: Some("70fa2e9b184a27".to_owned()),
                dirty: Some(true),
                tests: 14,
                machines: vec!["0123456789ab".to_owned()],
            }),
            rows: vec![
                Row {
                    others: 2,
                    ..row(users, "max_queries", 5, Some(2), State::Holds)
                },
                row(users, "latency_p95_ms", 200_000, Some(41_250), State::Holds),
                row(
                    users,
                    "latency_p99_ms",
                    400_000,
                    Some(401_000),
                    State::Undecided,
                ),
                Row {
                    test: posts,
                    ..row("POST /a|b", "max_queries", 5, Some(7), State::Over)
                },
                row("POST /a|b", "max_bytes", 64_000, None, State::NotJudged),
                Row {
                    before: Some(before),
                    ..row("nightly", "max_queries", 30, None, State::Unchecked)
                },
            ],
            passed_over: vec!["a.jsonl line 7 is not understood".to_owned()],
        }
    }

    #[test]
    fn each_limit_is_told_with_what_is_left_of_it() {
        let expected = "\
entry            limit             most     today             slack
GET /api/users/  max_queries          5         2          3 (60 %)  perf users::list and 2 more
                 latency_p95_ms  200 ms  41.25 ms  158.75 ms (79 %)  perf users::list
                 latency_p99_ms  400 ms    401 ms      -1 ms (-0 %)  too noisy to judge: perf users::list
POST /a|b        max_queries          5         7        -2 (-40 %)  OVER: perf posts
                 max_bytes       64_000         -                 -  not judged
nightly          max_queries         30         -                 -  UNCHECKED, 12 on 2026-11-25 by perf nightly
6 limits of 3 entries: 2 hold, 1 over, 1 too noisy to judge, 1 not judged, 1 unchecked
the last run that checked any of perf-budgets.toml: 14 tests, 2026-11-26 09:24, commit 70fa2e9b1 with changes
passed over: a.jsonl line 7 is not understood
next: the failure of the test that is named says where it comes from
";
        assert_eq!(text(&table()), expected);
    }

    #[test]
    fn what_to_do_is_about_the_worst() {
        let next_without = |states: &[State]| {
            let mut table = table();
            table.rows.retain(|row| !states.contains(&row.state));
            next(&table)
        };
        let over = [State::Over];
        assert!(next_without(&over).is_some_and(|next| next.starts_with("run all tests")));
        let unchecked = [State::Over, State::Unchecked];
        assert!(next_without(&unchecked).is_some_and(|next| next.starts_with("have a test judge")));
        let red = [State::Over, State::Unchecked, State::NotJudged];
        assert_eq!(next_without(&red), None);
        let nothing = Table {
            run: None,
            ..table()
        };
        assert!(text(&nothing).contains("no run has checked anything of perf-budgets.toml\n"));
    }

    #[test]
    fn what_was_tightened_is_told() {
        let change = |limit: &'static str, from: u64, to: u64, is_new: bool| Change {
            entry: "GET /api/users/".to_owned(),
            limit,
            is_time: limit.ends_with("_ms"),
            from,
            to,
            is_new,
        };
        let two = [
            change("max_queries", 5, 2, false),
            change("latency_p95_ms", 200_000, 62_000, true),
        ];
        let expected = "\
GET /api/users/: max_queries 5 -> 2
GET /api/users/: latency_p95_ms 200 ms -> 62 ms, which it had by default
2 limits of perf-budgets.toml tightened
";
        assert!(changes(&table(), &two).starts_with(expected));
        assert!(
            changes(&table(), &[]).starts_with("nothing of perf-budgets.toml can be tightened\n")
        );
    }

    #[test]
    fn the_json_has_the_same() {
        let document: serde_json::Value = serde_json::from_str(&json(&table())).unwrap();
        assert_eq!(document["schema"], "perf-harness/budgets/1");
        assert_eq!(document["red"], true);
        assert_eq!(document["rows"][3]["state"], "over");
        assert_eq!(document["rows"][3]["slack"], -2);
        assert_eq!(document["run"]["tests"], 14);
        assert!(document.get("changes").is_none());
    }
}
