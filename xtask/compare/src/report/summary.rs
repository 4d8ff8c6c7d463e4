//! The answer in a headline and a sentence.

use crate::outcome::{Change, Compared, Comparison, Kind};

use super::number::{change, percent, signed_percent, times};
use super::remark::{is_slower_in_time, plural, remarks};
use super::standing::{Standing, in_order};

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing is to be believed.
    Noisy,
    /// Slower, or too little gained, or not measured.
    Bad,
    /// It is not known.
    Open,
    Good,
}

pub(super) struct Headline {
    pub(super) answer: Answer,
    pub(super) text: String,
}

/// The answer in a few words.
pub(super) fn headline(comparison: &Comparison) -> Headline {
    let (answer, text) = answer(comparison);
    if !comparison.is_partial {
        return Headline { answer, text };
    }
    let is_good = answer == Answer::Good;
    Headline {
        answer: if is_good { Answer::Open } else { answer },
        text: format!("stopped before its end; so far: {text}"),
    }
}

fn answer(comparison: &Comparison) -> (Answer, String) {
    let count = |standing| standing_count(comparison, standing);
    let failed = comparison.left_out.iter().filter(|one| one.is_failure);
    let failed = failed.count();
    let undecided = count(Standing::Undecided);
    let slower = count(Standing::Slower);
    match () {
        () if comparison.is_too_noisy() && comparison.more_is_counted() => {
            let text = "more is counted; the times are too noisy".to_owned();
            (Answer::Bad, text)
        }
        () if comparison.is_too_noisy() => (Answer::Noisy, noise(comparison)),
        () if slower > 0 && comparison.kind == Kind::Itself => (
            Answer::Noisy,
            "too noisy: it differs from itself".to_owned(),
        ),
        () if slower > 0 && comparison.kind == Kind::Versions => {
            (Answer::Bad, format!("{slower} slower"))
        }
        () if count(Standing::TooLittle) > 0 => {
            (Answer::Bad, "less is gained than was required".to_owned())
        }
        () if failed > 0 => {
            let benchmarks = plural(failed, "benchmark");
            (Answer::Bad, format!("{benchmarks} could not be measured"))
        }
        () if slower > 0 => (Answer::Open, format!("{slower} slower")),
        () if comparison.benchmarks.is_empty() => (Answer::Open, "nothing was compared".to_owned()),
        () if undecided > 0 => (Answer::Open, format!("none slower, {undecided} undecided")),
        () => (Answer::Good, "none slower".to_owned()),
    }
}

/// `too noisy: the base is not the same as itself (users::page +4.1 % [+2.0, +6.3])`.
fn noise(comparison: &Comparison) -> String {
    let flagged =
        |one: &&Compared| matches!(Standing::of(one), Standing::Slower | Standing::Faster);
    let told = comparison.control.iter().filter(flagged).map(named);
    let told: Vec<_> = told.collect();
    format!(
        "too noisy: the base is not the same as itself ({}), so nothing here is to be believed",
        told.join("; ")
    )
}

fn named(one: &Compared) -> String {
    let change = one.change.as_ref().map(change).unwrap_or_default();
    format!("{} {change}", one.name).trim_end().to_owned()
}

/// All counts in one sentence: `2 of 31 benchmarks slower (worst: users::page +12 % [+8.2, +16]), 1 faster, 28 same.`
pub(crate) fn sentence(comparison: &Comparison) -> String {
    let all = plural(comparison.benchmarks.len(), "benchmark");
    let slower = standing_count(comparison, Standing::Slower);
    let mut parts = vec![if comparison.benchmarks.is_empty() {
        "No benchmark compared".to_owned()
    } else {
        format!("{slower} of {all} slower{}", worst(comparison))
    }];
    for standing in Standing::ALL.into_iter().skip(1) {
        let count = standing_count(comparison, standing);
        if count > 0 {
            parts.push(format!("{count} {}", phrase(standing)));
        }
    }
    let left_out = comparison.left_out.len();
    if left_out > 0 {
        parts.push(format!("{left_out} left out"));
    }
    format!("{}.", parts.join(", "))
}

fn phrase(standing: Standing) -> &'static str {
    match standing {
        Standing::TooLittle => "with less gain than required",
        Standing::Allowed => "slower as allowed",
        Standing::Same => "the same",
        other => other.word(),
    }
}

/// The slowest one, or else what one of them does more of.
fn worst(comparison: &Comparison) -> String {
    let slower: Vec<_> = in_order(comparison)
        .into_iter()
        .filter(|(standing, _)| *standing == Standing::Slower)
        .map(|(_, one)| one)
        .collect();
    let by_time = slower.iter().find(|one| is_slower_in_time(one));
    let told = match (by_time, slower.first()) {
        (Some(one), _) => format!("worst: {}", named(one)),
        (None, Some(one)) => {
            let why = remarks(one).into_iter().next().unwrap_or_default();
            format!("{}: {why}", one.name)
        }
        (None, None) => return String::new(),
    };
    format!(" ({told})")
}

pub(super) fn standing_count(comparison: &Comparison, standing: Standing) -> usize {
    let all = comparison.benchmarks.iter();
    all.filter(|one| Standing::of(one) == standing).count()
}

/// What all benches together say: the geometric mean, the gain of a variant, the noise of a machine.
pub(super) fn together(comparison: &Comparison) -> Option<String> {
    match comparison.kind {
        Kind::Versions => mean(comparison),
        Kind::Variants => gain(comparison),
        Kind::Itself => noise_floor(comparison),
    }
}

fn mean(comparison: &Comparison) -> Option<String> {
    let mean = signed_percent(geometric_mean(comparison)?);
    let measured = plural(changes(comparison).count(), "measured benchmark");
    Some(format!("Geometric mean of {measured}: {mean}."))
}

/// `optimised takes 8.1 % of naive's time: 12.3 x as fast.`
fn gain(comparison: &Comparison) -> Option<String> {
    let ratio = 1.0 + geometric_mean(comparison)?;
    let (base, head) = (&comparison.base.name, &comparison.head.name);
    let (size, how) = if ratio <= 1.0 {
        (1.0 / ratio, "fast")
    } else {
        (ratio, "slow")
    };
    let over = match changes(comparison).count() {
        1 => String::new(),
        measured => format!(" (geometric mean of {measured} benchmarks)"),
    };
    let (share, size) = (percent(ratio), times(size));
    Some(format!(
        "{head} takes {share} of {base}'s time: {size} as {how}{over}."
    ))
}

/// `A change of 4.1 % or more would have been seen in each benchmark; least is seen in memory::walk.`
fn noise_floor(comparison: &Comparison) -> Option<String> {
    let measured = comparison.benchmarks.iter().filter_map(|one| {
        let seen = one.threshold + one.change?.uncertainty();
        Some((seen, one.name.as_str()))
    });
    let (seen, name) = measured.max_by(|one, other| one.0.total_cmp(&other.0))?;
    let seen = percent(seen);
    Some(format!(
        "A change of {seen} or more would have been seen in each benchmark; least is seen in {name}."
    ))
}

/// Of what was measured, as a change. None of nothing.
pub(super) fn geometric_mean(comparison: &Comparison) -> Option<f64> {
    let count: f64 = changes(comparison).map(|_| 1.0).sum();
    let sum: f64 = changes(comparison)
        .map(|change| change.estimate.ln_1p())
        .sum();
    (count > 0.0).then(|| (sum / count).exp_m1())
}

fn changes(comparison: &Comparison) -> impl Iterator<Item = Change> {
    comparison.benchmarks.iter().filter_map(|one| one.change)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::outcome::Verdict;

    #[test]
    fn a_sentence_has_all_counts_and_the_worst() {
        let comparison = sample::every_case();
        let told = sentence(&comparison);
        assert!(
            told.starts_with("3 of 11 benchmarks slower (worst: users::page +12 % ["),
            "{told}"
        );
        let rest =
            "1 slower as allowed, 1 faster, 2 undecided, 3 the same, 1 identical, 2 left out.";
        assert!(told.ends_with(rest), "{told}");
    }

    #[test]
    fn of_no_benchmarks_none_is_slower_nor_anything_else() {
        assert_eq!(sentence(&sample::empty()), "No benchmark compared.");
    }

    #[test]
    fn where_only_counts_are_worse_they_are_told() {
        let mut comparison = sample::every_case();
        comparison
            .benchmarks
            .retain(|one| one.name == "dashboard::load");
        comparison.left_out.clear();
        assert_eq!(
            sentence(&comparison),
            "1 of 1 benchmark slower (dashboard::load: round trips 2 -> 3)."
        );
    }

    #[test]
    fn the_headline_is_the_worst_that_is_known() {
        let told = |comparison: &Comparison| {
            let headline = headline(comparison);
            (headline.answer, headline.text)
        };
        let mut comparison = sample::every_case();
        assert_eq!(told(&comparison), (Answer::Bad, "3 slower".to_owned()));
        comparison
            .benchmarks
            .retain(|one| Standing::of(one) != Standing::Slower);
        let failed = "1 benchmark could not be measured".to_owned();
        assert_eq!(told(&comparison), (Answer::Bad, failed));
        comparison.left_out.clear();
        let open = "none slower, 2 undecided".to_owned();
        assert_eq!(told(&comparison), (Answer::Open, open));
        comparison
            .benchmarks
            .retain(|one| Standing::of(one) != Standing::Undecided);
        assert_eq!(told(&comparison), (Answer::Good, "none slower".to_owned()));
        comparison.is_partial = true;
        let partial = "stopped before its end; so far: none slower".to_owned();
        assert_eq!(told(&comparison), (Answer::Open, partial));
        comparison.is_partial = false;
        comparison.benchmarks.clear();
        assert_eq!(
            told(&comparison),
            (Answer::Open, "nothing was compared".to_owned())
        );
    }

    #[test]
    fn noise_is_said_before_all_and_with_what_showed_it() {
        let headline = headline(&sample::noisy());
        assert_eq!(headline.answer, Answer::Noisy);
        let expected = "too noisy: the base is not the same as itself (recorder::forward +6.3 % [";
        assert!(headline.text.starts_with(expected), "{}", headline.text);
    }

    #[test]
    fn too_little_gain_is_bad() {
        let headline = headline(&sample::variants(false));
        assert_eq!(headline.answer, Answer::Bad);
        assert_eq!(headline.text, "less is gained than was required");
    }

    #[test]
    fn the_headline_is_bad_where_the_exit_code_is_one() {
        let mut slower_variant = sample::variants(true);
        slower_variant.benchmarks[0].verdict = Verdict::Slower;
        let mut allowed = sample::every_case();
        allowed.left_out.clear();
        for one in &mut allowed.benchmarks {
            one.allowed = Some("a reason".to_owned());
        }
        let mut whole = sample::every_case();
        whole.left_out.clear();
        let mut noisy_but_counted = sample::every_case();
        noisy_but_counted.left_out.clear();
        noisy_but_counted.control = sample::noisy().control;
        assert!(noisy_but_counted.more_is_counted());
        let all = [
            noisy_but_counted,
            whole,
            allowed,
            slower_variant,
            sample::variants(true),
            sample::variants(false),
            sample::noisy(),
            sample::partial(),
            sample::empty(),
        ];
        for comparison in all {
            let is_bad = headline(&comparison).answer == Answer::Bad;
            let code = comparison.exit_code(false, false);
            assert_eq!(is_bad, code == 1, "{}", headline(&comparison).text);
            assert!(code == 0 || headline(&comparison).answer != Answer::Good);
        }
    }

    #[test]
    fn the_mean_is_of_what_was_measured_and_geometric() {
        let mut comparison = sample::every_case();
        assert!(
            mean(&comparison)
                .unwrap()
                .starts_with("Geometric mean of 9 measured benchmarks: ")
        );
        comparison.benchmarks.truncate(2);
        for (one, estimate) in comparison.benchmarks.iter_mut().zip([1.0, -0.5]) {
            one.change = Some(Change {
                estimate,
                low: estimate,
                high: estimate,
            });
        }
        let mean = geometric_mean(&comparison).unwrap();
        assert!(mean.abs() < 1e-12, "{mean}");
        assert_eq!(geometric_mean(&sample::empty()), None);
    }

    #[test]
    fn a_variant_is_told_by_its_gain() {
        let mut comparison = sample::variants(true);
        assert_eq!(
            gain(&comparison).unwrap(),
            "optimised takes 6.7 % of naive's time: 14.9 x as fast (geometric mean of 2 benchmarks)."
        );
        comparison.benchmarks.truncate(1);
        assert_eq!(
            gain(&comparison).unwrap(),
            "optimised takes 7.4 % of naive's time: 13.5 x as fast."
        );
        let one = &mut comparison.benchmarks[0];
        one.change = Some(Change {
            estimate: 0.25,
            low: 0.2,
            high: 0.3,
        });
        assert_eq!(
            gain(&comparison).unwrap(),
            "optimised takes 125 % of naive's time: 1.25 x as slow."
        );
    }

    #[test]
    fn one_version_against_itself_says_what_can_be_seen_here() {
        let mut comparison = sample::every_case();
        comparison.kind = Kind::Itself;
        assert_eq!(
            headline(&comparison).text,
            "too noisy: it differs from itself"
        );
        let told = together(&comparison).unwrap();
        assert!(told.ends_with("least is seen in old::style."), "{told}");
    }
}
