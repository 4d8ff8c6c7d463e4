//! The head's times in the shapes that trackers of benchmarks read, so that they can keep a history.
//!
//! - Bencher Metric Format: <https://bencher.dev/docs/reference/bencher-metric-format/>
//! - `customSmallerIsBetter` of github-action-benchmark: <https://github.com/benchmark-action/github-action-benchmark>
//!
//! A bench that was not run, as the programs are identical, has no time and is not in them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::outcome::{Change, Compared, Comparison};

use super::fact::side;
use super::json::pretty;
use super::number::change;
use super::remark::method;
use super::standing::Standing;

/// A measure of Bencher: latency is in nanoseconds there.
#[derive(Serialize)]
struct Measure {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_value: Option<f64>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    unit: String,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    extra: String,
}

/// Each bench with its latency, and what it costs beside time.
pub(crate) fn bencher(comparison: &Comparison) -> String {
    let benches = comparison.benchmarks.iter().map(|one| {
        let costs = costs(one).map(|(name, value)| (name, Measure::exact(value)));
        let measures = latency(one).into_iter().chain(costs);
        (one.name.as_str(), measures.collect::<BTreeMap<_, _>>())
    });
    let told: BTreeMap<_, _> = benches
        .filter(|(_, measures)| !measures.is_empty())
        .collect();
    pretty(&told)
}

/// Each bench as an entry of its own, and each of its costs.
pub(crate) fn github_action_benchmark(comparison: &Comparison) -> String {
    let base = side(&comparison.base);
    let entries = comparison
        .benchmarks
        .iter()
        .flat_map(|one| entries(one, &base));
    pretty(&entries.collect::<Vec<_>>())
}

impl Measure {
    fn exact(value: f64) -> Self {
        Self {
            value,
            lower_value: None,
            upper_value: None,
        }
    }
}

fn latency(one: &Compared) -> Option<(&str, Measure)> {
    let value = one.head_ns?;
    let around = one.change.map(|change| around(value, &change));
    let measure = Measure {
        value,
        lower_value: around.map(|(low, _)| low),
        upper_value: around.map(|(_, high)| high),
    };
    Some(("latency", measure))
}

/// The change's interval, around the time of the head.
fn around(head_ns: f64, change: &Change) -> (f64, f64) {
    let of = |end: f64| head_ns * (1.0 + end) / (1.0 + change.estimate);
    (of(change.low), of(change.high))
}

fn costs(one: &Compared) -> impl Iterator<Item = (&str, f64)> {
    let costs = one.counts.iter().filter(|(_, counted)| counted.is_cost);
    costs.map(|(name, counted)| (name.as_str(), counted.head))
}

fn entries(one: &Compared, base: &str) -> Vec<Entry> {
    let time = one.head_ns.map(|value| Entry {
        name: one.name.clone(),
        unit: "ns".to_owned(),
        value,
        range: one.change.map(|change| range(value, &change)),
        extra: extra(one, base),
    });
    let costs = costs(one).map(|(name, value)| Entry {
        name: format!("{}: {name}", one.name),
        unit: name.to_owned(),
        value,
        range: None,
        extra: "exact".to_owned(),
    });
    time.into_iter().chain(costs).collect()
}

/// In the unit of the value, as that action writes it.
fn range(head_ns: f64, change: &Change) -> String {
    let (low, high) = around(head_ns, change);
    let half = (high - low) / 2.0;
    let digits = usize::from(half < 10.0) * 2;
    format!("± {half:.digits$}")
}

fn extra(one: &Compared, base: &str) -> String {
    let verdict = Standing::of(one).word();
    let change = one.change.as_ref().map(change);
    let change = change.map_or_else(String::new, |change| format!(": {change}"));
    format!("against {base}: {verdict}{change}\n{}", method(one))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::sample;
    use super::*;

    #[test]
    fn bencher_has_a_measure_for_time_and_one_for_each_cost() {
        insta::assert_snapshot!(bencher(&sample::every_case()));
    }

    #[test]
    fn the_action_has_an_entry_for_time_and_one_for_each_cost() {
        insta::assert_snapshot!(github_action_benchmark(&sample::every_case()));
    }

    #[test]
    fn nothing_compared_is_nothing_to_keep() {
        assert_eq!(bencher(&sample::empty()), "{}\n");
        assert_eq!(github_action_benchmark(&sample::empty()), "[]\n");
    }

    #[test]
    fn the_time_is_within_its_bounds() {
        let told: Value = serde_json::from_str(&bencher(&sample::every_case())).unwrap();
        let mut bounded = 0;
        for (name, bench) in told.as_object().unwrap() {
            let latency = &bench["latency"];
            let value = latency["value"].as_f64().unwrap();
            let Some(low) = latency["lower_value"].as_f64() else {
                continue;
            };
            let high = latency["upper_value"].as_f64().unwrap();
            assert!(low <= value && value <= high, "{name}: {latency}");
            bounded += 1;
        }
        assert_eq!(bounded, 9);
    }
}
