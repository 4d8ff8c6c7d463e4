//! Where and how it was measured: what one has to know to believe it, or not.

use crate::outcome::{Comparison, Machine, Mode, Side};

use super::number::{duration, percent};
use super::remark::plural;

/// What it is about, and what is so: `("load", "0.40 before, 1.20 after")`.
pub(super) type Fact = (&'static str, String);

/// Of the whole run, what disturbs first.
pub(super) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let machine = &comparison.machine;
    vec![
        ("mode", modes(comparison)),
        ("pairs", pairs(comparison)),
        ("load", load(machine)),
        ("steal", machine.steal_percent.map_or_else(unknown, steal)),
        (
            "throttled",
            machine.throttled.map_or_else(unknown, throttled),
        ),
        ("processor", processor(machine)),
        ("system", machine.system.clone()),
        ("toolchain", machine.toolchain.clone()),
        ("profile", machine.profile.clone()),
        ("seed", comparison.seed.to_string()),
        ("time", duration(comparison.seconds)),
    ]
}

/// The name of a side and what it was built from: `main (1a2b3c4)`, `working tree (1a2b3c4 and changes)`.
pub(crate) fn side(side: &Side) -> String {
    let commit = side.commit.as_deref().map(short);
    let source = match (commit, side.is_dirty) {
        (Some(commit), true) => format!(" ({commit} and changes)"),
        (Some(commit), false) => format!(" ({commit})"),
        (None, true) => " (with changes)".to_owned(),
        (None, false) => String::new(),
    };
    format!("{}{source}", side.name)
}

fn short(commit: &str) -> &str {
    let end = commit
        .char_indices()
        .nth(7)
        .map_or(commit.len(), |(at, _)| at);
    &commit[..end]
}

fn modes(comparison: &Comparison) -> String {
    let count = |mode| {
        let all = comparison.benchmarks.iter();
        all.filter(|one| one.mode == mode).count()
    };
    let told = [
        (count(Mode::Lockstep), "in lockstep"),
        (count(Mode::Process), "by whole processes"),
        (count(Mode::Identical), "identical and not run"),
    ];
    let told = told.iter().filter(|(number, _)| *number > 0);
    let told: Vec<_> = told
        .map(|(number, how)| format!("{number} {how}"))
        .collect();
    if told.is_empty() {
        "nothing was run".to_owned()
    } else {
        told.join(", ")
    }
}

fn pairs(comparison: &Comparison) -> String {
    let run = comparison.benchmarks.iter();
    let pairs = run
        .filter(|one| one.mode != Mode::Identical)
        .map(|one| one.pairs.len());
    let (fewest, most) = (pairs.clone().min(), pairs.max());
    match (fewest, most) {
        (Some(fewest), Some(most)) if fewest == most => format!("{most} each"),
        (Some(fewest), Some(most)) => format!("{fewest} to {most}"),
        _ => "none".to_owned(),
    }
}

fn load(machine: &Machine) -> String {
    let told = |(before, after)| format!("{before:.2} before, {after:.2} after");
    machine.load.map_or_else(unknown, told)
}

fn steal(of_all: f64) -> String {
    percent(of_all / 100.0)
}

fn throttled(times: u64) -> String {
    if times == 0 {
        "never".to_owned()
    } else {
        plural(times, "time")
    }
}

fn processor(machine: &Machine) -> String {
    let each = plural(machine.processors, "processor");
    format!("{}, {each}", machine.processor)
}

fn unknown() -> String {
    "not known here".to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_side_is_told_with_its_commit_and_its_changes() {
        let told = |commit: Option<&str>, is_dirty| {
            side(&Side {
                name: "head".to_owned(),
                commit: commit.map(str::to_owned),
                is_dirty,
            })
        };
        assert_eq!(told(None, false), "head");
        assert_eq!(told(None, true), "head (with changes)");
        assert_eq!(told(Some("0123456789abcdef"), false), "head (0123456)");
        assert_eq!(told(Some("0123"), true), "head (0123 and changes)");
    }

    #[test]
    fn what_is_not_known_is_said_to_be_so() {
        let mut comparison = sample::every_case();
        let machine = &mut comparison.machine;
        (machine.load, machine.steal_percent, machine.throttled) = (None, None, None);
        let facts = facts(&comparison);
        for name in ["load", "steal", "throttled"] {
            assert!(facts.contains(&(name, unknown())), "{facts:?}");
        }
    }

    #[test]
    fn pairs_and_modes_of_all_are_told() {
        let told = |comparison: &Comparison| (modes(comparison), pairs(comparison));
        let expected = "9 in lockstep, 1 by whole processes, 1 identical and not run";
        let (modes, pairs) = told(&sample::every_case());
        assert_eq!((modes.as_str(), pairs.as_str()), (expected, "3 to 40"));
        let (modes, pairs) = told(&sample::empty());
        assert_eq!(
            (modes.as_str(), pairs.as_str()),
            ("nothing was run", "none")
        );
        let (modes, pairs) = told(&sample::variants(true));
        assert_eq!(
            (modes.as_str(), pairs.as_str()),
            ("2 in lockstep", "10 each")
        );
    }
}
