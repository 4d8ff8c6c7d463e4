//! What the commands print. Pure: facts in, text out.

use std::fmt::Write as _;

use perf_harness::__private::baseline::{Added, Change, Changed, Fact, Pruned, State};

/// All entries, then how many there are of each kind.
pub(super) fn list(facts: &[Fact]) -> String {
    let told = facts.iter().map(|fact| entry(word(fact.state), fact));
    told.collect::<String>() + &summary(facts)
}

/// Those that should go.
pub(super) fn due(facts: &[Fact]) -> Vec<&Fact> {
    let is_due = |fact: &&Fact| matches!(fact.state, State::Stale | State::Expired);
    facts.iter().filter(is_due).collect()
}

/// Those that should go, and what to do about it.
pub(super) fn checked(facts: &[Fact]) -> String {
    let due = due(facts);
    let mut text: String = due
        .iter()
        .map(|fact| entry(word(fact.state), fact))
        .collect();
    text += &summary(facts);
    let has = |state| due.iter().any(|fact| fact.state == state);
    if has(State::Stale) {
        text += "next: take away what is stale: cargo xtask baseline prune\n";
    }
    if has(State::Expired) {
        text += "next: repair what has expired, or give it another day in the file, and say why in its issue\n";
    }
    text
}

/// What was taken away, and what could not be told.
pub(super) fn pruned(pruned: &Pruned) -> String {
    let removed = pruned.removed.iter().map(|fact| entry("removed", fact));
    let untold = pruned
        .untold
        .iter()
        .map(|fact| entry(word(fact.state), fact));
    let mut text: String = removed.chain(untold).collect();
    writeln!(text, "{} removed", pruned.removed.len()).expect("a String takes every write");
    if !pruned.untold.is_empty() {
        let untold = pruned.untold.len();
        writeln!(text, "{untold} kept, for no run of the test can tell: run it, or take it away if the test is gone")
            .expect("a String takes every write");
    }
    text
}

/// What was written, and what could not be.
pub(super) fn added(added: &Added) -> String {
    let mut text: String = added.changes.iter().map(changed).collect();
    for left_out in &added.left_out {
        text += &line("left out", left_out);
    }
    let mut files: Vec<_> = added
        .changes
        .iter()
        .map(|changed| &changed.entry.file)
        .collect();
    files.dedup();
    for file in &files {
        text += &line("written", &file.display().to_string());
    }
    if files.is_empty() {
        text += "nothing to add: no failure of the last run is new to what is known\n";
    }
    text
}

fn changed(changed: &Changed) -> String {
    match &changed.change {
        Change::Added => entry("added", &changed.entry),
        Change::Raised { from } => {
            entry("raised", &changed.entry) + &line("", &format!("before: at most {from}"))
        }
        Change::Renewed { from } => {
            entry("renewed", &changed.entry) + &line("", &format!("before: until {from}"))
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Used => "used",
        State::Exceeded => "exceeded",
        State::Stale => "stale",
        State::Expired => "expired",
        State::Unreached => "unreached",
        State::NotRun => "not run",
    }
}

fn entry(word: &str, fact: &Fact) -> String {
    let last = fact
        .last
        .map_or_else(String::new, |last| format!(", {last} in the last run"));
    let (finding, ceiling) = (&fact.finding, fact.ceiling);
    let mut text = line(word, &fact.test);
    text += &line("", &format!("{finding}, at most {ceiling}{last}"));
    text += &line("", &fact.subject);
    if let Some(function) = &fact.function {
        text += &line("", &format!("from {function}"));
    }
    text + &line("", &format!("until {}: {}", fact.expires, fact.issue))
}

/// `3 known: 2 used, 1 stale`
fn summary(facts: &[Fact]) -> String {
    let states = [
        State::Used,
        State::Exceeded,
        State::Stale,
        State::Expired,
        State::Unreached,
        State::NotRun,
    ];
    let counts = states.into_iter().filter_map(|state| {
        let count = facts.iter().filter(|fact| fact.state == state).count();
        (count > 0).then(|| format!("{count} {}", word(state)))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        return "nothing is known\n".to_owned();
    }
    format!("{} known: {}\n", facts.len(), counts.join(", "))
}

fn line(word: &str, text: &str) -> String {
    format!("{word:<10}{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(state: State) -> Fact {
        Fact {
            file: "/srv/app/perf-baseline.toml".into(),
            test: "perf users::list".to_owned(),
            finding: "n_plus_one".to_owned(),
            subject: "SELECT ... FROM profiles WHERE user_id = $1".to_owned(),
            function: Some("src/users.rs load_profile < src/users.rs list_users".to_owned()),
            ceiling: 20,
            last: (state != State::NotRun && state != State::Stale).then_some(12),
            issue: "https://example.com/7".to_owned(),
            expires: "2027-01-31".to_owned(),
            state,
        }
    }

    #[test]
    fn each_entry_is_told_with_what_became_of_it() {
        let told = list(&[fact(State::Used), fact(State::Stale)]);
        let expected = "\
used      perf users::list
          n_plus_one, at most 20, 12 in the last run
          SELECT ... FROM profiles WHERE user_id = $1
          from src/users.rs load_profile < src/users.rs list_users
          until 2027-01-31: https://example.com/7
stale     perf users::list
          n_plus_one, at most 20
          SELECT ... FROM profiles WHERE user_id = $1
          from src/users.rs load_profile < src/users.rs list_users
          until 2027-01-31: https://example.com/7
2 known: 1 used, 1 stale
";
        assert_eq!(told, expected);
        assert_eq!(list(&[]), "nothing is known\n");
    }

    #[test]
    fn what_should_go_is_told_with_the_next_step() {
        let told = checked(&[fact(State::Used), fact(State::Expired)]);
        assert!(told.starts_with("expired   perf users::list\n"), "{told}");
        assert!(
            told.contains("2 known: 1 used, 1 expired\nnext: repair"),
            "{told}"
        );
        assert!(!told.contains("prune"), "{told}");
        assert!(checked(&[fact(State::Stale)]).ends_with("cargo xtask baseline prune\n"));
        assert_eq!(checked(&[fact(State::Used)]), "1 known: 1 used\n");
    }

    #[test]
    fn what_cannot_be_told_is_kept_and_said() {
        let told = pruned(&Pruned {
            removed: vec![fact(State::Stale)],
            untold: vec![fact(State::NotRun)],
        });
        assert!(told.starts_with("removed   perf users::list\n"), "{told}");
        assert!(told.contains("\nnot run   perf users::list\n"), "{told}");
        assert!(told.contains("\n1 removed\n1 kept, for no run"), "{told}");
    }

    #[test]
    fn each_change_is_told_with_what_it_was_before() {
        let told = added(&Added {
            changes: vec![
                Changed {
                    change: Change::Raised { from: 12 },
                    entry: fact(State::Used),
                },
                Changed {
                    change: Change::Renewed {
                        from: "2026-01-31".to_owned(),
                    },
                    entry: fact(State::Used),
                },
            ],
            left_out: vec!["perf a: assert_max_queries!(a, 1) could not be judged".to_owned()],
        });
        assert!(told.starts_with("raised    perf users::list\n"), "{told}");
        for expected in [
            "\n          before: at most 12\nrenewed   perf",
            "\n          before: until 2026-01-31\n",
            "\nleft out  perf a: assert_max",
        ] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
        assert!(
            told.ends_with("\nwritten   /srv/app/perf-baseline.toml\n"),
            "{told}"
        );
        assert!(added(&Added::default()).starts_with("nothing to add"));
    }
}
