//! The whole answer for programs. [`schema`](super::schema) says what is in it.

use serde::Serialize;

use crate::outcome::Comparison;

use super::standing::{Standing, in_order};
use super::summary::{geometric_mean, headline, standing_count};

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    /// What a program would have to count itself. It is not read back.
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    headline: String,
    is_too_noisy: bool,
    /// Of what fails: slower and not allowed, or with less gain than required.
    failed: Vec<String>,
    slower: usize,
    less_gain_than_required: usize,
    slower_as_allowed: usize,
    faster: usize,
    undecided: usize,
    same: usize,
    identical: usize,
    geometric_mean_change: Option<f64>,
}

/// Pretty, with a line end. Its beginning can be read as a [`Comparison`] again.
pub(crate) fn page(comparison: &Comparison) -> String {
    let told = Told {
        comparison,
        summary: summary(comparison),
    };
    pretty(&told)
}

/// Numbers, texts and lists, which always have a JSON.
pub(super) fn pretty(told: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(told);
    let text = text.unwrap_or_else(|error| unreachable!("plain data has a JSON: {error}"));
    format!("{text}\n")
}

fn summary(comparison: &Comparison) -> Summary {
    let count = |standing| standing_count(comparison, standing);
    let failed = in_order(comparison)
        .into_iter()
        .filter(|(standing, _)| standing.is_failure(comparison.kind))
        .map(|(_, one)| one.name.clone());
    Summary {
        headline: headline(comparison).text,
        is_too_noisy: comparison.is_too_noisy(),
        failed: failed.collect(),
        slower: count(Standing::Slower),
        less_gain_than_required: count(Standing::TooLittle),
        slower_as_allowed: count(Standing::Allowed),
        faster: count(Standing::Faster),
        undecided: count(Standing::Undecided),
        same: count(Standing::Same),
        identical: count(Standing::Identical),
        geometric_mean_change: geometric_mean(comparison),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn all_of_it_is_told() {
        insta::assert_snapshot!(page(&sample::every_case()));
    }

    #[test]
    fn what_was_told_can_be_read_again() {
        let all = [
            sample::every_case(),
            sample::empty(),
            sample::partial(),
            sample::noisy(),
            sample::variants(false),
        ];
        for comparison in all {
            let read: Comparison = serde_json::from_str(&page(&comparison)).unwrap();
            assert_eq!(read, comparison);
        }
    }
}
