//! What the command prints. Pure: facts in, text out.

use perf_harness::__private::history::{PointFact, Series, Told};

/// So many of the last runs are told each on a line of its own, and so many make the plot.
const RUNS: usize = 20;
const PLOT: usize = 60;

/// Of the lowest and of the highest value of a plot, and of those between.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn json(told: &Told) -> String {
    let document = serde_json::json!({
        "schema": "perf-harness/history-report/1",
        "series": told.series,
        "passed_over": told.passed_over,
    });
    format!("{document:#}\n")
}

/// Each series on a line, with its last values.
pub(super) fn list(told: &Told) -> String {
    let mut text = String::new();
    for series in &told.series {
        text += &head(series);
        let Some(last) = series.points.last() else {
            continue;
        };
        text += &line(
            "runs",
            &format!("{}, the last {}", series.points.len(), moment(last)),
        );
        let values: Vec<String> = last
            .values
            .iter()
            .filter(|(metric, _)| is_main(metric, last))
            .map(|(metric, value)| format!("{metric} {}{}", number(*value), allowed(last, metric)))
            .collect();
        text += &line("last", &values.join(", "));
    }
    text + &passed_over(told)
}

/// Each series with a plot and the last runs, for each metric that was named or that has a limit.
pub(super) fn show(told: &Told, metrics: &[String]) -> String {
    let mut text = String::new();
    for series in &told.series {
        text += &head(series);
        for metric in shown(series, metrics) {
            text += &plot(series, &metric);
        }
    }
    text + &passed_over(told)
}

fn head(series: &Series) -> String {
    let entry = series.entry.as_deref();
    let entry = entry.map_or_else(String::new, |entry| line("entry", entry));
    format!("{}\n{entry}", series.name)
}

fn shown(series: &Series, named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let last = series.points.last();
    let limited: Vec<String> = last
        .map(|last| last.limits.keys().cloned().collect())
        .unwrap_or_default();
    if limited.is_empty() {
        vec!["queries".to_owned()]
    } else {
        limited
    }
}

fn plot(series: &Series, metric: &str) -> String {
    let points: Vec<(&PointFact, u64)> = series
        .points
        .iter()
        .filter_map(|point| Some((point, *point.values.get(metric)?)))
        .collect();
    if points.is_empty() {
        return line(metric, "never measured");
    }
    let values: Vec<u64> = points.iter().map(|(_, value)| *value).collect();
    let plotted = &values[values.len().saturating_sub(PLOT)..];
    let mut text = line(metric, &sparkline(plotted));
    let earlier = points.len().saturating_sub(RUNS);
    if earlier > 0 {
        let word = if earlier == 1 { "run" } else { "runs" };
        text += &line("", &format!("{earlier} earlier {word}"));
    }
    let width = values.iter().map(|value| number(*value).len()).max();
    for (point, value) in &points[earlier..] {
        let told = format!(
            "{:>width$}{}  {}",
            number(*value),
            allowed(point, metric),
            moment(point),
            width = width.unwrap_or_default()
        );
        text += &line("", &told);
    }
    text
}

/// Values that are all the same lie low.
fn sparkline(values: &[u64]) -> String {
    let least = values.iter().min().copied().unwrap_or_default();
    let most = values.iter().max().copied().unwrap_or_default();
    let span = u128::from(most - least).max(1);
    let bar = |value: &u64| {
        let at = u128::from(value - least) * 7 / span;
        BARS[usize::try_from(at).unwrap_or_default()]
    };
    values.iter().map(bar).collect()
}

/// What is told of a recording without being asked: what has a limit, and queries.
fn is_main(metric: &str, point: &PointFact) -> bool {
    metric == "queries" || point.limits.contains_key(metric)
}

fn allowed(point: &PointFact, metric: &str) -> String {
    match point.limits.get(metric) {
        Some(most) => format!(" of {}", number(*most)),
        None => String::new(),
    }
}

/// `2026-11-26 09:24  70fa2e9b1 with changes  debug  0123456789ab`
fn moment(point: &PointFact) -> String {
    let at = point.at.get(..16).unwrap_or(&point.at).replace('T', " ");
    let commit = match &point.commit {
        Some(commit) => commit.get(..9).unwrap_or(commit),
        None => "no commit",
    };
    let dirty = if point.dirty == Some(true) {
        " with changes"
    } else {
        ""
    };
    format!(
        "{at}  {commit}{dirty}  {}  {}",
        point.profile, point.machine
    )
}

fn number(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("_")
}

fn passed_over(told: &Told) -> String {
    let told = told.passed_over.iter();
    let told: Vec<String> = told.map(|why| format!("passed over: {why}\n")).collect();
    told.concat()
}

fn line(word: &str, text: &str) -> String {
    format!("  {word:<16} {text}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn point(at: &str, queries: u64, rows: u64) -> PointFact {
        let of = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), *value));
            pairs.collect()
        };
        PointFact {
            run: at.to_owned(),
            at: format!("2026-11-{at}T09:24:22.123Z"),
            commit: Some("70fa2e9b184a27".to_owned()),
            dirty: Some(queries > 3),
            machine: "0123456789ab".to_owned(),
            profile: "debug".to_owned(),
            values: of(&[("queries", queries), ("rows", rows)]),
            limits: of(&[("queries", 5)]),
        }
    }

    fn told(points: Vec<PointFact>) -> Told {
        Told {
            series: vec![Series {
                name: "app perf users::list list".to_owned(),
                test: "users::list".to_owned(),
                entry: Some("GET /api/users/".to_owned()),
                points,
            }],
            passed_over: vec!["a.jsonl line 7 is not understood".to_owned()],
        }
    }

    #[test]
    fn each_series_is_listed_with_its_last_values() {
        let expected = "\
app perf users::list list
  entry            GET /api/users/
  runs             2, the last 2026-11-26 09:24  70fa2e9b1  debug  0123456789ab
  last             queries 2 of 5
passed over: a.jsonl line 7 is not understood
";
        let two = told(vec![point("25", 101, 1_000), point("26", 2, 100)]);
        assert_eq!(list(&two), expected);
    }

    #[test]
    fn a_series_is_shown_with_a_plot_and_the_value_of_each_run() {
        let points = vec![point("24", 101, 9), point("25", 50, 9), point("26", 2, 9)];
        let expected = "\
app perf users::list list
  entry            GET /api/users/
  queries          █▄▁
                   101 of 5  2026-11-24 09:24  70fa2e9b1 with changes  debug  0123456789ab
                    50 of 5  2026-11-25 09:24  70fa2e9b1 with changes  debug  0123456789ab
                     2 of 5  2026-11-26 09:24  70fa2e9b1  debug  0123456789ab
passed over: a.jsonl line 7 is not understood
";
        assert_eq!(show(&told(points), &[]), expected);
    }

    #[test]
    fn only_the_last_runs_are_told_one_by_one() {
        let many = told((0..30).map(|_| point("26", 2, 1_234)).collect());
        let text = show(&many, &["rows".to_owned(), "bytes".to_owned()]);
        assert!(
            text.contains(&format!("  rows             {}\n", "▁".repeat(30))),
            "{text}"
        );
        assert!(text.contains("  10 earlier runs\n"), "{text}");
        assert_eq!(text.matches(" 1_234  2026").count(), RUNS, "{text}");
        assert!(
            text.contains("  bytes            never measured\n"),
            "{text}"
        );
    }

    #[test]
    fn the_json_has_all_of_it() {
        let document: serde_json::Value =
            serde_json::from_str(&json(&told(vec![point("26", 2, 9)]))).unwrap();
        assert_eq!(document["schema"], "perf-harness/history-report/1");
        assert_eq!(document["series"][0]["points"][0]["values"]["rows"], 9);
        assert_eq!(
            document["passed_over"][0],
            "a.jsonl line 7 is not understood"
        );
    }
}
