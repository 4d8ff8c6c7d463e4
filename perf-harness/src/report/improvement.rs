//! A comparison of two pieces of work as text: by how much the second is better, and what it must be.

use std::time::Duration;

use serde_json::{Value, json};

use super::Subject;
use super::failure::{headline, section};
use super::next::further;
use super::number::grouped;
use super::time::{seconds, told};
use crate::budget::{
    Assertion, Compared, Finding, Improvement, Measure, gain_of_count, gain_of_time,
};
use crate::stats::quantile;
use crate::timing::{Pair, Timing};

/// How certain the interval is that is told.
const CONFIDENCE: f64 = 0.95;

/// A gain that is not there, or is not certain.
pub(super) fn improvement(subject: &Subject<'_>, finding: &Finding) -> String {
    let (Assertion::Improves(improvement), Some(compared)) =
        (&finding.assertion, &finding.compared)
    else {
        unreachable!("a comparison has its pairs");
    };
    let is_missed = compared.gains.contains(&Some(false));
    let what = if is_missed {
        "is not improved by as much as it must be"
    } else {
        "may be improved by as much as it must be, or not"
    };
    let expected = improvement
        .gains
        .iter()
        .map(|(measure, percent)| match measure {
            Measure::Latency => format!("{percent} % faster"),
            measure => format!("{percent} % fewer {}", words(*measure)),
        });
    let mut lines = vec![
        headline(subject, finding, what),
        String::new(),
        format!("  expected  {}", expected.collect::<Vec<_>>().join(", ")),
        format!("  actual    {}", gains(improvement, compared).join(", ")),
        String::new(),
    ];
    let because = because(compared);
    if !because.is_empty() {
        lines.extend(section("because", &because));
        lines.push(String::new());
    }
    lines.extend(section(
        "next",
        &next(subject, finding, improvement, compared),
    ));
    lines.join("\n") + "\n"
}

/// `73 % faster (95 % certain: 70 to 76 %)`, `101 queries to 2`
pub(crate) fn gains(improvement: &Improvement, compared: &Compared) -> Vec<String> {
    let asked = improvement.gains.iter().map(|(measure, _)| *measure);
    let (before, after) = &compared.counts;
    let mut measures: Vec<Measure> = asked.collect();
    // What explains it is told in any case.
    if before.queries > 0 && !measures.contains(&Measure::Queries) {
        measures.push(Measure::Queries);
    }
    let told = measures.into_iter().filter_map(|measure| {
        let Some((before, after)) = measure.of(before).zip(measure.of(after)) else {
            return of_time(&compared.pairs);
        };
        let share = gain_of_count(before, after)
            .map_or_else(String::new, |gain| format!(" ({})", change(gain)));
        Some(format!(
            "{} {} to {}{share}",
            grouped(before),
            words(measure),
            grouped(after)
        ))
    });
    told.collect()
}

fn of_time(pairs: &[Pair]) -> Option<String> {
    let gain = gain_of_time(pairs, CONFIDENCE)?;
    let word = if gain.estimate < 0.0 {
        "slower"
    } else {
        "faster"
    };
    let percent = |share: f64| format!("{:.0}", share.abs() * 100.0);
    // A second that takes twice the time is 100 % slower.
    let estimate = percent(gain.estimate);
    let interval = gain.interval.map_or_else(
        || " (of too few pairs to be certain of anything)".to_owned(),
        |interval| {
            let sign = gain.estimate.signum() * 100.0;
            let (one, other) = (interval.low * sign, interval.high * sign);
            format!(
                " (95 % certain: {:.0} to {:.0} %)",
                one.min(other),
                one.max(other)
            )
        },
    );
    Some(format!("{estimate} % {word}{interval}"))
}

fn change(gain: f64) -> String {
    let word = if gain < 0.0 { "more" } else { "fewer" };
    let text = format!("{:.1}", gain.abs() * 100.0);
    format!(
        "{} % {word}",
        text.trim_end_matches('0').trim_end_matches('.')
    )
}

fn words(measure: Measure) -> &'static str {
    match measure {
        Measure::Latency => "seconds",
        Measure::Queries => "queries",
        Measure::RoundTrips => "round trips",
        Measure::Rows => "rows",
        Measure::Bytes => "bytes",
    }
}

/// `before: p50 4.02 ms, p95 4.3 ms; after: p50 1.1 ms, p95 1.3 ms, of 40 pairs`
fn because(compared: &Compared) -> Vec<String> {
    if compared.pairs.is_empty() {
        return Vec::new();
    }
    let side = |of: fn(&Pair) -> Timing| {
        let mut times: Vec<f64> = compared
            .pairs
            .iter()
            .map(|pair| of(pair).least().as_secs_f64())
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |q| quantile(&times, q).map(seconds).unwrap_or_default();
        format!("p50 {}, p95 {}", at(0.5), at(0.95))
    };
    let mut lines = vec![format!(
        "before: {}; after: {}; {} pairs",
        side(|pair| pair.before),
        side(|pair| pair.after),
        grouped(compared.pairs.len() as u64)
    )];
    let waited: Duration = compared
        .pairs
        .iter()
        .flat_map(|pair| [pair.before, pair.after])
        .map(|run| run.waited())
        .sum();
    lines.extend(
        (waited > Duration::from_millis(1))
            .then(|| format!("left out: waiting for a processor, {} in all", told(waited))),
    );
    let is_recorded = compared
        .pairs
        .iter()
        .any(|pair| pair.before.recorded + pair.after.recorded > 0);
    lines.extend(
        is_recorded
            .then(|| "both went through the recorder, whose cost is in the times".to_owned()),
    );
    lines.extend(cfg!(debug_assertions).then(|| "it is a debug build".to_owned()));
    lines
}

fn next(
    subject: &Subject<'_>,
    finding: &Finding,
    improvement: &Improvement,
    compared: &Compared,
) -> Vec<String> {
    let mut lines = Vec::new();
    if compared.gains.contains(&Some(false)) {
        lines.push(
            "see what takes the time that is left, or take the change back: it does not pay"
                .to_owned(),
        );
    }
    if compared.gains.contains(&None) {
        let pairs = improvement.pairs.saturating_mul(4);
        lines.push(format!("run more pairs: `pairs = {pairs}, time = 60s`; or ask for a gain further from what it is"));
    }
    lines.extend(lessened(finding, improvement, compared));
    lines.extend(further(subject));
    lines
}

/// The gains that are there, if all are.
fn lessened(finding: &Finding, improvement: &Improvement, compared: &Compared) -> Option<String> {
    let (before, after) = &compared.counts;
    let mut there = Improvement::new();
    for (measure, percent) in &improvement.gains {
        let gain = match measure.of(before).zip(measure.of(after)) {
            Some((before, after)) => gain_of_count(before, after)?,
            None => gain_of_time(&compared.pairs, 0.99)?.interval?.low,
        };
        let percent = percent.min((gain * 100.0).floor());
        if percent < 1.0 {
            return None;
        }
        there = there.by(*measure, percent);
    }
    let written = Assertion::Improves(there).written(&finding.form);
    Some(format!("or ask for what is certain: {written}"))
}

/// The same for programs: each pair by itself.
pub(super) fn improvement_json(compared: &Compared) -> Value {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let run = |run: &Timing| {
        json!({
            "wall_us": micros(run.wall),
            "own_wait_us": micros(run.own_wait),
            "server_wait_us": micros(run.server_wait),
        })
    };
    let pairs = compared.pairs.iter();
    let pairs: Vec<Value> = pairs
        .map(|pair| json!({ "before": run(&pair.before), "after": run(&pair.after) }))
        .collect();
    let gain = gain_of_time(&compared.pairs, CONFIDENCE);
    json!({
        "gain": gain.map(|gain| gain.estimate),
        "interval": gain.and_then(|gain| gain.interval).map(|interval| [interval.low, interval.high]),
        "counts": { "before": compared.counts.0, "after": compared.counts.1 },
        "pairs": pairs,
    })
}
