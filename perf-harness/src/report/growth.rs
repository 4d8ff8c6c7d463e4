//! Growth as text: how often each shape was asked at each size, and where that leads.

use super::Subject;
use super::failure::{MOST_GROUPS, headline, noun, section};
use super::next::{edit_of, further};
use super::number::grouped;
use super::path::came_from;
use super::sql_line::one_line;
use crate::budget::{Finding, Grown, grown};
use crate::record::{Sample, Traffic};

/// All shapes that changed, the worst first.
pub(super) fn growth(subject: &Subject<'_>, finding: &Finding) -> String {
    let samples = &finding.samples;
    let grown = grown(samples);
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
        format!("  expected  the same queries at {}", sizes.join(", ")),
        format!("  actual    {}", totals(samples)),
        String::new(),
    ];
    lines.extend(section(
        "because",
        &because(&finding.traffic, samples, &grown),
    ));
    lines.push(String::new());
    lines.extend(section("next", &next(subject, &grown)));
    lines.join("\n") + "\n"
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

fn because(traffic: &Traffic, samples: &[Sample], grown: &[Grown<'_>]) -> Vec<String> {
    let paths = traffic.repeated();
    let mut lines = Vec::new();
    for one in grown.iter().take(MOST_GROUPS) {
        lines.push(counts(samples, one));
        let path = paths
            .iter()
            .find(|path| path.fingerprint() == one.most.fingerprint() && path.path().is_some());
        lines.extend(path.map_or_else(Vec::new, |path| came_from(path, "")));
        lines.push(format!("  {}", one_line(one.most.fingerprint())));
    }
    let more = grown.len().saturating_sub(MOST_GROUPS);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

/// `10 at 10, 100 at 100: +1 per size; 10,000 at 10,000`
fn counts(samples: &[Sample], grown: &Grown<'_>) -> String {
    let pairs = samples.iter().zip(&grown.counts);
    let told = pairs.map(|(sample, count)| {
        format!(
            "{} at {}",
            grouped(*count as u64),
            grouped(sample.size as u64)
        )
    });
    let told = told.collect::<Vec<_>>().join(", ");
    if !grown.is_growing() {
        return format!("{told}: fewer at a larger size, as behind a cache that was filled before");
    }
    match line(samples, grown) {
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

/// How many more for one more, and the number at a hundred times the largest size, if it goes on so.
fn line(samples: &[Sample], grown: &Grown<'_>) -> Option<(String, u64, u64)> {
    let ((first, last), (from, to)) = (
        (samples.first()?, samples.last()?),
        (*grown.counts.first()?, *grown.counts.last()?),
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

fn next(subject: &Subject<'_>, grown: &[Grown<'_>]) -> Vec<String> {
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
    lines.extend(further(subject));
    lines
}
