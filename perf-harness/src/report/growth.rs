//! Growth as text: how often each shape was asked at each size, and where that leads.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::failure::{fitted, headline, noun, section};
use super::known::{known_line, renewal};
use super::next::{edit_of, further};
use super::number::grouped;
use super::path::came_from;
use super::sql_line::one_line;
use crate::budget::{Assertion, Finding, Grown, Slope};
use crate::record::Sample;

/// How many tables are told.
const MOST_TABLES: usize = 2;

/// All shapes that changed, the worst first.
pub(super) fn growth(subject: &Subject<'_>, finding: &Finding) -> String {
    let samples = &finding.samples;
    let Assertion::Constant(allowed) = finding.assertion else {
        unreachable!("growth is found by this assertion alone");
    };
    let grown = finding.grown();
    let sizes: Vec<String> = samples
        .iter()
        .map(|sample| grouped(sample.size as u64))
        .collect();
    let what = if grown.iter().any(Grown::is_growing) {
        "grows with its data"
    } else {
        "does not ask the same each time"
    };
    let mut lines = vec![
        headline(subject, finding, what),
        String::new(),
        format!("  expected  {} at {}", expected(allowed), sizes.join(", ")),
        format!("  actual    {}", totals(samples)),
        String::new(),
    ];
    let next = next(subject, finding, &grown);
    let tables = tables(samples, &grown);
    let groups = because(finding, &grown);
    let mut because = fitted(groups, next.len() + tables.len());
    because.extend(tables);
    lines.extend(section("because", &because));
    lines.push(String::new());
    lines.extend(section("next", &next));
    lines.join("\n") + "\n"
}

fn expected(allowed: Slope) -> String {
    if allowed == Slope::NONE {
        return "the same queries".to_owned();
    }
    format!("each query at most {allowed} more often,")
}

/// `11 queries at 10, 101 at 100`
fn totals(samples: &[Sample]) -> String {
    let told = samples.iter().enumerate().map(|(at, sample)| {
        let count = sample.traffic().counts().queries;
        let noun = if at == 0 {
            format!(" {}", noun(count))
        } else {
            String::new()
        };
        format!(
            "{}{noun} at {}",
            grouped(count as u64),
            grouped(sample.size as u64)
        )
    });
    told.collect::<Vec<_>>().join(", ")
}

fn because(finding: &Finding, grown: &[Grown<'_>]) -> Vec<Vec<String>> {
    let paths = finding.traffic.repeated();
    let group = |one: &Grown<'_>| {
        let mut lines = vec![counts(&finding.samples, &one.counts)];
        let path = paths
            .iter()
            .find(|path| path.fingerprint() == one.most.fingerprint() && path.path().is_some());
        lines.extend(path.map_or_else(Vec::new, |path| came_from(path, "", &paths)));
        lines.push(format!("  {}", one_line(one.most.fingerprint())));
        let known = known_line(finding, &one.occurrence(&paths).key);
        lines.extend(known.map(|line| format!("  {line}")));
        lines
    };
    grown.iter().map(group).collect()
}

/// `10 at 10, 100 at 100: +1 for each; 10,000 at 10,000`
fn counts(samples: &[Sample], counts: &[usize]) -> String {
    let pairs = samples.iter().zip(counts);
    let told = pairs.map(|(sample, count)| {
        format!(
            "{} at {}",
            grouped(*count as u64),
            grouped(sample.size as u64)
        )
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if counts.first() >= counts.last() {
        return format!("{told}: fewer at a larger size, as behind a cache that was filled before");
    }
    match line(samples, counts) {
        Some((slope, size, count)) => {
            format!(
                "{told}: +{slope} for each; {} at {}",
                grouped(count),
                grouped(size)
            )
        }
        None => told,
    }
}

/// Each table that is asked about more often the more there is, where several shapes do.
fn tables(samples: &[Sample], grown: &[Grown<'_>]) -> Vec<String> {
    if grown.len() < 2 {
        return Vec::new();
    }
    let all: Vec<BTreeMap<String, usize>> = samples
        .iter()
        .map(|sample| sample.traffic().tables())
        .collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let of = |name: &String| -> Vec<usize> {
        let counts = all.iter().map(|tables| tables.get(name));
        counts.map(|count| count.copied().unwrap_or(0)).collect()
    };
    names
        .into_iter()
        .map(|name| (name, of(name)))
        .filter(|(_, counts_of)| counts_of.first() < counts_of.last())
        .take(MOST_TABLES)
        .map(|(name, counts_of)| format!("on {name}: {}", counts(samples, &counts_of)))
        .collect()
}

/// How many more for one more, and the number at a hundred times the largest size, if it goes on so.
fn line(samples: &[Sample], counts: &[usize]) -> Option<(String, u64, u64)> {
    let ((first, last), (from, to)) = (
        (samples.first()?, samples.last()?),
        (*counts.first()?, *counts.last()?),
    );
    let more = to.checked_sub(from)? as u128;
    let wider = last
        .size
        .checked_sub(first.size)
        .filter(|wider| *wider > 0)? as u128;
    let size = last.size as u128 * 100;
    let count = to as u128 + (size - last.size as u128) * more / wider;
    let hundredths = more * 100 / wider;
    let slope = match (hundredths / 100, hundredths % 100) {
        (0, 0) => "less than 0.01".to_owned(),
        (whole, 0) => whole.to_string(),
        (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
        (whole, part) => format!("{whole}.{part:02}"),
    };
    Some((slope, u64::try_from(size).ok()?, u64::try_from(count).ok()?))
}

fn next(subject: &Subject<'_>, finding: &Finding, grown: &[Grown<'_>]) -> Vec<String> {
    let worst = grown.first().filter(|worst| worst.is_growing());
    let mut lines: Vec<String> = worst
        .map(|worst| edit_of(&worst.most))
        .into_iter()
        .collect();
    if lines.is_empty() {
        lines.push(
            "fill or empty the cache within the work, so that each size meets it alike".to_owned(),
        );
    }
    lines.extend(steepest(&finding.samples, grown).map(|slope| {
        let allow = Assertion::Constant(slope).written(&finding.form);
        format!("or allow it: {allow}")
    }));
    lines.extend(renewal(subject, finding));
    lines.extend(further(subject));
    lines
}

/// The slope that would allow all of them. None does where a shape is asked less often.
fn steepest(samples: &[Sample], grown: &[Grown<'_>]) -> Option<Slope> {
    let steps = grown.iter().flat_map(|one| {
        let steps = samples.windows(2).zip(one.counts.windows(2));
        steps.map(|(samples, counts)| {
            let wider = samples[1].size.saturating_sub(samples[0].size);
            Some((counts[1].checked_sub(counts[0])?, wider))
        })
    });
    let steps: Option<Vec<(usize, usize)>> = steps.collect();
    let steepest = steps?.into_iter().max_by(|one, other| {
        let ratio = |a: &(usize, usize), b: &(usize, usize)| a.0 as u128 * b.1 as u128;
        ratio(one, other).cmp(&ratio(other, one))
    });
    steepest.map(|(more, wider)| Slope::of(more, wider))
}
