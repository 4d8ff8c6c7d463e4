//! What there is to say of a benchmark beside its times.

use crate::outcome::{Compared, Mode, Verdict, Witness};

use super::number::{counts, differ, percent, signed_percent};
use super::standing::Standing;
use super::wrap::cut;

const LONGEST: usize = 300;

/// So small a change of the instructions is none: hash seeds alone do that.
const AS_MANY: f64 = 0.001;
/// So large a one is to be told where the time is the same.
const OTHERS: f64 = 0.01;

/// One short sentence each, the most important first.
pub(super) fn remarks(one: &Compared) -> Vec<String> {
    let all = [
        changed_counts(one),
        only_counted(one),
        unconfirmed(one),
        allowance(one),
        requirement(one),
        blindness(one),
        processes(one),
        instructions(one),
    ];
    all.into_iter().flatten().collect()
}

/// `queries 3 -> 4, rows 10 -> 12`.
fn changed_counts(one: &Compared) -> Option<String> {
    let changed = one
        .counts
        .iter()
        .filter(|(_, counted)| differ(counted.base, counted.head))
        .map(|(name, counted)| format!("{name} {}", counts(counted.base, counted.head)));
    let told: Vec<_> = changed.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Whether its time is slower, too.
pub(super) fn is_slower_in_time(one: &Compared) -> bool {
    let verdict = one.change.map(|change| change.verdict(one.threshold));
    verdict == Some(Verdict::Slower)
}

fn only_counted(one: &Compared) -> Option<String> {
    let is_only_counted = one.verdict == Verdict::Slower && !is_slower_in_time(one);
    is_only_counted.then(|| "slower by what is counted, not by its time".to_owned())
}

fn unconfirmed(one: &Compared) -> Option<String> {
    let is_shown = matches!(one.verdict, Verdict::Slower | Verdict::Faster);
    (is_shown && is_time_changed(one) && !one.is_confirmed)
        .then(|| "not measured a second time".to_owned())
}

fn allowance(one: &Compared) -> Option<String> {
    let reason = one.allowed.as_deref()?;
    (Standing::of(one) == Standing::Allowed).then(|| format!("allowed: {reason}"))
}

fn requirement(one: &Compared) -> Option<String> {
    let required = one.required.as_ref()?;
    // The change above says that it is met; an exception says why it is one.
    if required.is_met && required.reason.is_none() {
        return None;
    }
    let asked = percent(required.gain);
    let shown = one.change.map(|change| match -change.high {
        gain if gain > 0.0 => format!("at least {} less time", percent(gain)),
        _ => "no gain is shown".to_owned(),
    });
    let shown = shown.unwrap_or_else(|| "not measured".to_owned());
    let reason = required.reason.as_ref();
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    Some(format!("{shown}, {asked} was required{reason}"))
}

/// The smallest change that could have been seen.
fn blindness(one: &Compared) -> Option<String> {
    if one.verdict != Verdict::Undecided {
        return None;
    }
    let Some(change) = one.change else {
        let pairs = one.pairs.len();
        return Some(format!("too few pairs for an interval: {pairs}"));
    };
    let seen = one.threshold + change.uncertainty();
    Some(format!(
        "only a change of {} or more would have been seen",
        percent(seen)
    ))
}

fn processes(one: &Compared) -> Option<String> {
    let is_by_process = one.mode == Mode::Process;
    is_by_process.then(|| {
        let threshold = percent(one.threshold);
        format!("compared by whole processes, threshold {threshold}")
    })
}

/// `instructions 12,345 -> 13,579 (+10 %)`, and what follows where the time says something else.
fn instructions(one: &Compared) -> Option<String> {
    let (base, head) = match one.instructions.as_ref()? {
        Witness::Counted { base, head } => (*base, *head),
        Witness::LeftOut { reason } => return Some(uncounted(reason)),
    };
    let change = head / base - 1.0;
    let told = counts(base.round(), head.round());
    let told = format!("instructions {told} ({})", signed_percent(change));
    let conflict = match one.verdict {
        Verdict::Slower | Verdict::Faster if is_time_changed(one) && change.abs() < AS_MANY => {
            ": as many, so it is memory, layout or waiting"
        }
        Verdict::Same if change > OTHERS => ": more of them, in the same time",
        Verdict::Same if change < -OTHERS => ": fewer of them, in the same time",
        _ => "",
    };
    Some(told + conflict)
}

/// On one line, for a program's last words may be many.
fn uncounted(reason: &str) -> String {
    let words: Vec<_> = reason.split_whitespace().collect();
    cut(
        &format!("instructions not counted: {}", words.join(" ")),
        LONGEST,
    )
}

/// Not only what is counted.
fn is_time_changed(one: &Compared) -> bool {
    one.verdict == Verdict::Faster || is_slower_in_time(one)
}

/// How it was measured, for who wants to know all: `lockstep, threshold 3.0 %, 10 pairs of 40 samples of 8 iterations`.
pub(super) fn method(one: &Compared) -> String {
    let mode = match one.mode {
        Mode::Identical => return "the same program on both sides, not run".to_owned(),
        Mode::Lockstep => "lockstep",
        Mode::Process => "process by process",
    };
    let [pairs, samples, iterations] = [
        plural(one.pairs.len(), "pair"),
        plural(one.samples_per_pair, "sample"),
        plural(one.iterations_per_sample, "iteration"),
    ];
    let threshold = percent(one.threshold);
    format!("{mode}, threshold {threshold}, {pairs} of {samples} of {iterations}")
}

/// `1 pair`, `3 pairs`.
pub(super) fn plural(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{end}")
}

/// How its pairs differ from no change, for a point of a plot.
pub(super) fn pair(at: usize, logarithm: f64) -> String {
    format!("pair {}: {}", at + 1, signed_percent(logarithm.exp_m1()))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn remarks_of(name: &str) -> Vec<String> {
        let comparison = sample::every_case();
        let mut all = comparison.benchmarks.iter();
        remarks(all.find(|one| one.name == name).unwrap())
    }

    #[test]
    fn what_is_counted_is_told_where_it_differs() {
        assert_eq!(
            remarks_of("users::page"),
            ["allocations 1,200 -> 1,450, queries 3 -> 4"]
        );
        let expected = [
            "round trips 2 -> 3",
            "slower by what is counted, not by its time",
        ];
        assert_eq!(remarks_of("dashboard::load"), expected);
    }

    #[test]
    fn an_allowed_one_has_its_reason() {
        let expected = ["allowed: ranking is exact now, <see> #12"];
        assert_eq!(remarks_of("articles::rank"), expected);
    }

    #[test]
    fn an_undecided_one_says_what_could_have_been_seen() {
        let comparison = sample::every_case();
        let mut all = comparison.benchmarks.iter();
        let one = all.find(|one| one.name == "memory::walk").unwrap();
        let change = one.change.unwrap();
        let seen = percent(0.03 + (change.high - change.low) / 2.0);
        let expected = format!("only a change of {seen} or more would have been seen");
        assert_eq!(remarks(one), [expected]);
        let expected = ["too few pairs for an interval: 3"];
        assert_eq!(remarks_of("startup::cold"), expected);
    }

    #[test]
    fn what_was_seen_once_only_says_so() {
        let mut comparison = sample::every_case();
        for name in ["users::page", "pages::depth::100"] {
            let mut all = comparison.benchmarks.iter_mut();
            let one = all.find(|one| one.name == name).unwrap();
            (one.counts, one.instructions) = (std::collections::BTreeMap::new(), None);
            assert_eq!(remarks(one), Vec::<String>::new());
            one.is_confirmed = false;
            assert_eq!(remarks(one), ["not measured a second time"]);
        }
    }

    #[test]
    fn instructions_are_told_and_where_they_do_not_fit_the_time() {
        let check = |name: &str, base: f64, head: f64, told: &str| {
            let mut comparison = sample::every_case();
            let mut all = comparison.benchmarks.iter_mut();
            let one = all.find(|one| one.name == name).unwrap();
            one.instructions = Some(Witness::Counted { base, head });
            assert_eq!(remarks(one).last().unwrap(), told);
        };
        let as_many = ": as many, so it is memory, layout or waiting";
        let (slower, faster, same) = ("users::page", "pages::depth::100", "recorder::forward");
        let told = "instructions 1,000 -> 1,200 (+20 %)";
        check(slower, 1_000.0, 1_200.0, told);
        let told = format!("instructions 10,000 -> 10,009 (+0.1 %){as_many}");
        check(slower, 10_000.2, 10_009.0, &told);
        check(
            faster,
            10_000.0,
            10_000.0,
            &told.replace("10,009 (+0.1 %)", "10,000 (0.0 %)"),
        );
        check(
            slower,
            10_000.0,
            10_010.1,
            "instructions 10,000 -> 10,010 (+0.1 %)",
        );
        check(
            same,
            1_000.0,
            1_000.0,
            "instructions 1,000 -> 1,000 (0.0 %)",
        );
        check(
            same,
            1_000.0,
            1_009.0,
            "instructions 1,000 -> 1,009 (+0.9 %)",
        );
        check(
            same,
            1_000.0,
            1_011.0,
            "instructions 1,000 -> 1,011 (+1.1 %): more of them, in the same time",
        );
        check(
            same,
            1_000.0,
            980.0,
            "instructions 1,000 -> 980 (-2.0 %): fewer of them, in the same time",
        );
        check(faster, 1_000.0, 500.0, "instructions 1,000 -> 500 (-50 %)");
        // Slower by what is counted: its time did not change.
        check(
            "dashboard::load",
            1_000.0,
            1_000.0,
            "instructions 1,000 -> 1,000 (0.0 %)",
        );
    }

    #[test]
    fn instructions_that_were_not_counted_have_a_reason() {
        let told = remarks_of("old::style");
        let expected = "instructions not counted: its body is not one of perf-harness-bench";
        assert_eq!(told.last().unwrap(), expected);
        let told = uncounted(&format!(
            "the base: its stderr:\n{}",
            "a line\n".repeat(100)
        ));
        assert!(told.starts_with("instructions not counted: the base: its stderr: a line a line"));
        assert_eq!(told.chars().count(), LONGEST);
    }

    #[test]
    fn a_required_gain_is_held_against_the_intervals_lower_end() {
        let comparison = sample::variants(false);
        let told: Vec<_> = comparison.benchmarks.iter().flat_map(remarks).collect();
        let expected = [
            "queries 101 -> 2",
            "at least 8.3 % less time, 50 % was required",
        ];
        assert_eq!(told, expected);
        let mut second = comparison.benchmarks[1].clone();
        second.required.as_mut().unwrap().reason = Some("it mostly waits".to_owned());
        let expected = ["at least 8.3 % less time, 50 % was required: it mostly waits"];
        assert_eq!(remarks(&second), expected);
        // Also where it is met: it is an exception.
        second.required.as_mut().unwrap().is_met = true;
        assert_eq!(remarks(&second), expected);
    }
}
