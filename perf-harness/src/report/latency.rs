//! Latency as text: which rule is broken, by how much, where the time goes, and what was left out of it.

use std::panic::Location;
use std::time::Duration;

use serde_json::{Value, json};

use super::Subject;
use super::failure::{headline, section};
use super::next::further;
use super::number::grouped;
use super::time::{seconds, told};
use crate::budget::{
    Assertion, Decided, Finding, Latency, LatencyRule, Ruling, Sampled, Statistic,
};
use crate::machine::Disturbances;
use crate::record::TimeSpent;
use crate::stats::quantile;
use crate::timing::{Timings, Waits};

/// Rules that are broken, or that could not be decided.
pub(super) fn latency(subject: &Subject<'_>, finding: &Finding) -> String {
    let (latency, sampled) = asked(finding);
    let broken = sampled
        .rulings
        .iter()
        .any(|ruling| ruling.decided == Some(Decided::IsBroken));
    let what = if broken {
        "is too slow"
    } else {
        "is too noisy to judge"
    };
    let rules: Vec<String> = latency.rules.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        headline(subject, finding, what),
        String::new(),
        format!("  expected  {}", rules.join(", ")),
    ];
    lines.extend(section("actual", &actual(sampled)));
    lines.push(String::new());
    lines.extend(section("because", &because(sampled)));
    lines.push(String::new());
    lines.extend(section("next", &next(subject, finding, latency, sampled)));
    lines.join("\n") + "\n"
}

fn asked(finding: &Finding) -> (&Latency, &Sampled) {
    match (&finding.assertion, &finding.latency) {
        (Assertion::Latency(latency), Some(sampled)) => (latency, sampled),
        _ => unreachable!("a violation of latency has its samples"),
    }
}

/// A warning of rules that could not be decided, on one line.
pub(crate) fn too_noisy(location: &Location<'_>, written: &str, sampled: &Sampled) -> String {
    let open = sampled
        .rulings
        .iter()
        .filter(|ruling| ruling.decided.is_none());
    let open: Vec<String> = open.map(|ruling| told_ruling(ruling, sampled)).collect();
    let noise = noise(sampled).join("; ");
    let noise = if noise.is_empty() {
        noise
    } else {
        format!(" ({noise})")
    };
    format!(
        "{}:{}: {written} is too noisy to judge: {}{noise}. Allow more samples or more time, or a higher budget; \
         `undecided = fail` makes it a failure",
        location.file(),
        location.line(),
        open.join("; ")
    )
}

/// A line for each rule.
fn actual(sampled: &Sampled) -> Vec<String> {
    let rulings = sampled.rulings.iter();
    rulings.map(|ruling| told_ruling(ruling, sampled)).collect()
}

fn told_ruling(ruling: &Ruling, sampled: &Sampled) -> String {
    let rule = &ruling.rule;
    let standing = match ruling.decided {
        Some(Decided::Holds) => "holds",
        Some(Decided::IsBroken) => "is broken",
        None => "is undecided",
    };
    format!("`{rule}` {standing}: {}", evidence(ruling, rule, sampled))
}

fn evidence(ruling: &Ruling, rule: &LatencyRule, sampled: &Sampled) -> String {
    let (over, of) = (grouped(ruling.over as u64), grouped(ruling.of as u64));
    let most = told(rule.most());
    match rule.statistic().quantile() {
        Some(quantile) => {
            let allowed = percent(1.0 - quantile);
            format!("{over} of {of} runs took longer than {most}, where {allowed} may")
        }
        None if rule.statistic() == Statistic::Max => {
            format!("{over} of {of} runs took longer than {most}")
        }
        None => format!(
            "the mean of {of} runs is {}",
            told(sampled.estimate(Statistic::Mean))
        ),
    }
}

/// `5 %`, `0.1 %`
fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The times, where they go, and what is not in them.
fn because(sampled: &Sampled) -> Vec<String> {
    let timings = &sampled.timings;
    let mut lines = vec![distribution(sampled)];
    lines.extend(timings.spent.map(spent));
    lines.extend(noise(sampled));
    lines.extend(build());
    lines
}

/// `p50 3.4 ms, p95 4.02 ms (98 % certain: 3.9 ms to 4.3 ms), max 12 ms of 257 runs; on the wall p95 12.6 ms`
fn distribution(sampled: &Sampled) -> String {
    /// Of fewer no percentile is known.
    const FEW: usize = 20;
    let timings = &sampled.timings;
    let (times, wall) = (timings.judged(), timings.sorted(|run| run.wall));
    let runs = grouped(times.len() as u64);
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return "nothing was sampled".to_owned();
    };
    if times.len() < FEW {
        let wall = wall.last().copied().unwrap_or_default();
        return format!(
            "took {} to {} in {runs} run{}, on the wall up to {}",
            seconds(*first),
            seconds(*last),
            if times.len() == 1 { "" } else { "s" },
            seconds(wall)
        );
    }
    let at = |times: &[f64], q| quantile(times, q).map(seconds).unwrap_or_default();
    let interval = sampled.interval(Statistic::P95);
    let interval = interval.map_or_else(String::new, |(low, high)| {
        format!(" (98 % certain: {} to {})", told(low), told(high))
    });
    format!(
        "{runs} runs: p50 {}, p95 {}{interval}, max {}; on the wall p95 {}",
        at(&times, 0.5),
        at(&times, 0.95),
        seconds(*last),
        at(&wall, 0.95)
    )
}

/// Where the time of a typical run goes.
fn spent(spent: TimeSpent) -> String {
    let mut parts = vec![format!("{} in the database", told(spent.in_database))];
    if !spent.on_wire.is_zero() {
        parts.push(format!("{} on the simulated wire", told(spent.on_wire)));
    }
    let waiting = waiting(spent);
    if !waiting.is_zero() {
        parts.push(format!("{} waiting for a connection", told(waiting)));
    }
    parts.push(format!("{} in the service", told(spent.in_service)));
    format!(
        "a typical run of {}: {}",
        told(spent.elapsed),
        parts.join(", ")
    )
}

/// For a connection of the pool, or for one that is opened, as far as it is told.
fn waiting(spent: TimeSpent) -> Duration {
    spent.connecting + spent.waiting_for_pool.unwrap_or_default()
}

/// What else the machine did, and what is not known of it.
fn noise(sampled: &Sampled) -> Vec<String> {
    /// Less is nothing to speak of.
    const LEAST: f64 = 0.005;
    let timings = &sampled.timings;
    let mut lines = Vec::new();
    let share = timings.waiting_share();
    match &timings.waits {
        Waits::Unknown(why) => lines.push(format!(
            "how long it waited for a processor is not known, so the time on the wall is judged: {why}"
        )),
        _ if share >= LEAST => lines.push(format!(
            "left out: waiting for a processor, {} of the time",
            percent(share)
        )),
        _ => {}
    }
    if let Waits::OwnOnly(why) = &timings.waits {
        lines.push(format!("what the server waited is not left out: {why}"));
    }
    lines.extend(disturbed(&timings.disturbances));
    if timings.are_recorded() && timings.rtt.is_none() {
        lines.push("it went through the recorder, whose cost is in the times".to_owned());
    }
    if sampled.is_excused() {
        lines.push("without what the machine took it is not certain to be too slow".to_owned());
    }
    if timings.repeats > 0 {
        lines.push(format!("sampled {} times, to be sure", timings.repeats + 1));
    }
    lines
}

/// What the machine did that no thread's figures tell.
fn disturbed(found: &Disturbances) -> Vec<String> {
    let steal = found.steal.filter(|stolen| !stolen.is_zero());
    let steal = steal.map(|stolen| {
        format!(
            "the hypervisor took {} of the processors' time in {}",
            told(stolen),
            told(found.lasted)
        )
    });
    let throttled = found.throttled.filter(|throttled| throttled.times > 0);
    let throttled = throttled.map(|throttled| {
        format!(
            "a quota of processor time kept it back {} times, {} in all",
            throttled.times,
            told(throttled.lasted)
        )
    });
    let paused = found.paused.filter(|paused| paused.times > 0);
    let paused = paused.map(|paused| {
        format!(
            "the process or its machine stood still for {}",
            told(paused.total)
        )
    });
    let suspended = found.suspended.filter(|suspended| !suspended.is_zero());
    let suspended = suspended.map(|time| format!("the machine was suspended for {}", told(time)));
    [steal, throttled, paused, suspended]
        .into_iter()
        .flatten()
        .collect()
}

fn build() -> Option<String> {
    cfg!(debug_assertions).then(|| "it is a debug build".to_owned())
}

fn next(
    subject: &Subject<'_>,
    finding: &Finding,
    latency: &Latency,
    sampled: &Sampled,
) -> Vec<String> {
    let timings = &sampled.timings;
    let broken = sampled
        .rulings
        .iter()
        .any(|ruling| ruling.decided == Some(Decided::IsBroken));
    let mut lines = Vec::new();
    if !broken {
        let more = latency.samples.saturating_mul(4);
        lines.push(format!(
            "let it take more samples: `samples = {more}, time = 60s`"
        ));
    }
    lines.extend(broken.then(|| cure(timings)));
    if timings.are_recorded() && timings.rtt.is_none() {
        lines.push(
            "take times past the recorder: build the service on `db.unrecorded()`".to_owned(),
        );
    }
    lines.push(loosened(finding, latency, sampled));
    lines.extend(further(subject));
    lines
}

/// Where to look first: at the largest part.
fn cure(timings: &Timings) -> String {
    let Some(spent) = timings.spent else {
        return "see where its time goes: sample it with `#[perf_test(rtt = 1ms)]`, or count its queries: assert_max_queries!"
            .to_owned();
    };
    let waiting = waiting(spent);
    let parts = [
        (
            spent.in_database,
            "the database takes most of it: see its plans, assert_no_full_scan!",
        ),
        (
            spent.on_wire,
            "the wire takes most of it: send fewer queries, assert_max_queries!",
        ),
        (
            waiting,
            "waiting for a connection takes most of it: a larger pool, or connections that are given back sooner",
        ),
        (
            spent.in_service,
            "the service itself takes most of it: profile it",
        ),
    ];
    let largest = parts.iter().max_by_key(|(time, _)| *time);
    largest.map_or_else(String::new, |(_, cure)| (*cure).to_owned())
}

/// The budget that it would keep.
fn loosened(finding: &Finding, latency: &Latency, sampled: &Sampled) -> String {
    let rules = sampled.rulings.iter().map(|ruling| match ruling.decided {
        Some(Decided::Holds) => ruling.rule,
        _ => kept(ruling, sampled),
    });
    let allowed = Latency {
        rules: rules.collect(),
        ..latency.clone()
    };
    let written = Assertion::Latency(allowed).written(&finding.form);
    format!("or allow it: {written}")
}

/// A rule that the samples would keep, with half as much again.
fn kept(ruling: &Ruling, sampled: &Sampled) -> LatencyRule {
    const ROOM: f64 = 1.5;
    let statistic = ruling.rule.statistic();
    let now = sampled.estimate(statistic).as_secs_f64();
    let room = now.max(ruling.rule.most().as_secs_f64()) * ROOM;
    LatencyRule::new(statistic, round_number(room))
}

/// Up to two digits: 0.0312 s are 32 ms.
fn round_number(seconds: f64) -> Duration {
    let micros = (seconds * 1e6).ceil();
    let scale = 10_f64.powf((micros.log10().floor() - 1.0).max(0.0));
    let micros = (micros / scale).ceil() * scale;
    Duration::try_from_secs_f64(micros / 1e6).unwrap_or(Duration::MAX)
}

/// The same for programs: each run by itself.
pub(super) fn latency_json(sampled: &Sampled) -> Value {
    let Sampled { timings, rulings } = sampled;
    let rulings: Vec<Value> = rulings
        .iter()
        .map(|ruling| {
            json!({
                "rule": ruling.rule.to_string(),
                "verdict": match ruling.decided {
                    Some(Decided::Holds) => "holds",
                    Some(Decided::IsBroken) => "broken",
                    None => "undecided",
                },
                "over": ruling.over,
                "over_on_the_wall": ruling.over_on_the_wall,
                "runs": ruling.of,
            })
        })
        .collect();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let runs: Vec<Value> = timings
        .runs
        .iter()
        .map(|run| {
            json!({
                "wall_us": micros(run.wall),
                "own_wait_us": micros(run.own_wait),
                "server_wait_us": micros(run.server_wait),
                "recorded_round_trips": run.recorded,
            })
        })
        .collect();
    json!({
        "rules": rulings,
        "warm_up": timings.warm_up,
        "concurrency": timings.concurrency,
        "repeats": timings.repeats,
        "rtt_us": timings.rtt.map(micros),
        "because": because(sampled),
        "runs": runs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Timing;

    #[test]
    fn a_budget_is_rounded_up_to_two_digits() {
        let check = |seconds, micros| {
            assert_eq!(round_number(seconds), Duration::from_micros(micros));
        };
        check(0.031_2, 32_000);
        check(0.000_007, 7);
        check(0.199_9, 200_000);
        check(1.0, 1_000_000);
    }

    #[test]
    fn a_share_is_told_as_short_as_it_can_be() {
        assert_eq!(percent(0.05), "5 %");
        assert_eq!(percent(0.001), "0.1 %");
        assert_eq!(percent(0.5), "50 %");
    }

    #[test]
    fn few_times_are_told_by_their_ends_and_many_by_percentiles() {
        let told = |count: u64| {
            let runs = (1..=count).map(|at| Timing {
                wall: Duration::from_millis(at + 10),
                own_wait: Duration::from_millis(10),
                ..Timing::default()
            });
            distribution(&Sampled {
                timings: Timings::new(runs.collect(), Waits::Known, Disturbances::default()),
                rulings: Vec::new(),
            })
        };
        assert_eq!(told(0), "nothing was sampled");
        assert_eq!(
            told(1),
            "took 1 ms to 1 ms in 1 run, on the wall up to 11 ms"
        );
        assert_eq!(
            told(3),
            "took 1 ms to 3 ms in 3 runs, on the wall up to 13 ms"
        );
        assert_eq!(
            told(60),
            "60 runs: p50 30 ms, p95 57 ms, max 60 ms; on the wall p95 67 ms"
        );
        assert_eq!(
            told(200),
            "200 runs: p50 100 ms, p95 190 ms (98 % certain: 178 ms to 199 ms), max 200 ms; on the wall p95 200 ms"
        );
    }
}
