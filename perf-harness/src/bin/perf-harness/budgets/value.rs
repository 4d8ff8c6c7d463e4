//! One value, one state and one run in words: what all forms of the table say alike.

use perf_harness::__private::slack::{Row, RunFact, State, Table};

/// A count as one writes it, or a time in milliseconds.
pub(super) fn value(value: u64, is_time: bool) -> String {
    if !is_time {
        return grouped(value);
    }
    let rest = format!("{:03}", value % 1_000);
    let rest = rest.trim_end_matches('0');
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{}{dot}{rest} ms", grouped(value / 1_000))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("_")
}

pub(super) fn today(row: &Row) -> String {
    row.today
        .map_or_else(|| "-".to_owned(), |today| value(today, row.is_time))
}

/// `3 (60 %)`, `-2 (-40 %)`
pub(super) fn slack(row: &Row) -> String {
    let (Some(slack), Some(percent)) = (row.slack, row.slack_percent) else {
        return "-".to_owned();
    };
    let sign = if slack < 0 { "-" } else { "" };
    let amount = u64::try_from(slack.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{} ({percent:.0} %)", value(amount, row.is_time))
}

/// What came of it, and by which test.
pub(super) fn outcome(row: &Row) -> String {
    let test = row.test.clone().unwrap_or_default();
    let test = match row.others {
        0 => test,
        more => format!("{test} and {more} more"),
    };
    match row.state {
        State::Holds => test,
        State::Over => format!("OVER: {test}"),
        State::Undecided => format!("too noisy to judge: {test}"),
        State::NotJudged => format!("not judged{}", before(row)),
        State::Unchecked => format!("UNCHECKED{}", before(row)),
    }
}

fn before(row: &Row) -> String {
    match &row.before {
        Some(before) => format!(
            ", {} on {} by {}",
            value(before.value, row.is_time),
            before.at.get(..10).unwrap_or(&before.at),
            before.test
        ),
        None => String::new(),
    }
}

/// `3 limits of 2 entries: 1 holds, 1 over, 1 unchecked`
pub(super) fn summary(table: &Table) -> String {
    let mut entries: Vec<&str> = table.rows.iter().map(|row| row.entry.as_str()).collect();
    entries.dedup();
    let count = |state: State| table.rows.iter().filter(|row| row.state == state).count();
    let holds = count(State::Holds);
    let states = [
        (holds, if holds == 1 { "holds" } else { "hold" }),
        (count(State::Over), "over"),
        (count(State::Undecided), "too noisy to judge"),
        (count(State::NotJudged), "not judged"),
        (count(State::Unchecked), "unchecked"),
    ];
    let told: Vec<String> = states
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let limits = counted(table.rows.len(), "limit", "limits");
    let of = counted(entries.len(), "entry", "entries");
    format!("{limits} of {of}: {}", told.join(", "))
}

/// `the last run: 14 tests, 2026-11-26 09:24, commit 70fa2e9b1 with changes`
pub(super) fn run(table: &Table) -> String {
    let file = &table.file;
    match &table.run {
        Some(run) => format!(
            "the last run that checked any of {file}: {}, {}{}",
            counted(run.tests, "test", "tests"),
            run.ended.get(..16).unwrap_or(&run.ended).replace('T', " "),
            commit(run)
        ),
        None => format!("no run has checked anything of {file}"),
    }
}

fn commit(run: &RunFact) -> String {
    let dirty = if run.dirty == Some(true) {
        " with changes"
    } else {
        ""
    };
    match &run.commit {
        Some(commit) => format!(", commit {}{dirty}", commit.get(..9).unwrap_or(commit)),
        None => String::new(),
    }
}

pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
