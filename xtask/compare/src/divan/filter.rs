//! Which benches are asked for, and which may be slower: by parts of names, or by patterns with `*`.

use std::error::Error;
use std::fmt;

use serde::Deserialize;

use crate::nearest::nearest;

/// A pattern: `*` stands for any text, also none and also one with `::`. All else stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The whole of the name.
    pub(crate) fn is_whole(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        // The first place that a piece is found at leaves most to the next ones.
        let rest = pieces.try_fold(rest, |rest, piece| {
            rest.find(piece).map(|at| &rest[at + piece.len()..])
        });
        rest.is_some_and(|rest| rest.ends_with(last))
    }

    /// The whole of the name where the pattern has a `*`, otherwise any part of it.
    fn is_asked_for(&self, name: &str) -> bool {
        if self.0.contains('*') {
            self.is_whole(name)
        } else {
            name.contains(&self.0)
        }
    }
}

/// `--filter`, given any number of times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter(Vec<Pattern>);

impl Filter {
    pub(crate) fn add(&mut self, pattern: &str) {
        self.0.push(Pattern(pattern.to_owned()));
    }

    #[cfg(test)]
    fn of<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        let patterns = patterns.into_iter();
        Self(patterns.map(|one| Pattern(one.into())).collect())
    }

    /// One pattern is enough, and none at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|one| one.is_asked_for(name))
    }

    /// Those of the names that are asked for, in their order. Each pattern must ask for one: what was mistyped shall not go
    /// unnoticed.
    pub(crate) fn choose<'n>(&self, names: &[&'n str]) -> Result<Vec<&'n str>, NothingMatches> {
        let is_idle = |one: &&Pattern| !names.iter().any(|name| one.is_asked_for(name));
        if let Some(idle) = self.0.iter().find(is_idle) {
            return Err(NothingMatches::of(&idle.0, names));
        }
        Ok(names
            .iter()
            .copied()
            .filter(|name| self.has(name))
            .collect())
    }
}

/// A filter without a bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NothingMatches {
    pattern: String,
    near: Option<String>,
    /// How many names there were.
    names: usize,
}

impl NothingMatches {
    fn of(pattern: &str, names: &[&str]) -> Self {
        let word = pattern.replace('*', "");
        let parts = names.iter().flat_map(|name| parts(name));
        Self {
            pattern: pattern.to_owned(),
            near: nearest(&word, parts).map(str::to_owned),
            names: names.len(),
        }
    }
}

impl fmt::Display for NothingMatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = &self.pattern;
        match (&self.near, self.names) {
            (_, 0) => write!(
                f,
                "`--filter {pattern}` matches no bench: there is none at all"
            ),
            (Some(near), _) => write!(
                f,
                "`--filter {pattern}` matches no bench: did you mean `{near}`? `--list` shows all"
            ),
            (None, number) => write!(
                f,
                "`--filter {pattern}` matches none of the {number} benches: `--list` shows them; `*` stands for any text"
            ),
        }
    }
}

impl Error for NothingMatches {}

/// All that lies between two `::` of the name, and the whole.
fn parts(name: &str) -> Vec<&str> {
    let starts = || std::iter::once(0).chain(name.match_indices("::").map(|(at, _)| at + 2));
    let ends = || {
        name.match_indices("::")
            .map(|(at, _)| at)
            .chain([name.len()])
    };
    starts()
        .flat_map(|start| ends().filter_map(move |end| name.get(start..end)))
        .filter(|part| !part.is_empty())
        .collect()
}

/// `--allow PATTERN=reason`: benches, by the whole of their names, that may be slower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pattern: Pattern,
    reason: String,
}

impl Allowed {
    /// The first `=` ends the pattern. In a name that has one, `*` stands for it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (pattern, reason) = text.split_once('=').unwrap_or((text, ""));
        let [pattern, reason] = [pattern.trim(), reason.trim()];
        if pattern.is_empty() || reason.is_empty() {
            return Err(format!(
                "`--allow {text}` is not a pattern and a reason: write `--allow 'articles::*=more is counted since #12'`"
            ));
        }
        Ok(Self {
            pattern: Pattern(pattern.to_owned()),
            reason: reason.to_owned(),
        })
    }

    /// Why it may be slower, if it may.
    pub(crate) fn reason(&self, name: &str) -> Option<&str> {
        self.pattern.is_whole(name).then_some(&*self.reason)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 4] = [
        "json::encode::small",
        "json::decode",
        "a │ b::c  d::*",
        "users::all::10",
    ];

    #[test]
    fn a_filter_is_a_part_of_the_name_or_a_pattern_for_all_of_it() {
        let check = |filters: &[&str], expected: &[usize]| {
            let expected: Vec<_> = expected.iter().map(|at| NAMES[*at]).collect();
            let chosen = Filter::of(filters.iter().copied()).choose(&NAMES);
            assert_eq!(chosen, Ok(expected), "{filters:?}");
        };
        check(&[], &[0, 1, 2, 3]);
        check(&["code"], &[0, 1]);
        check(&["json::*"], &[0, 1]);
        check(&["*code"], &[1]);
        check(&["*code*"], &[0, 1]);
        check(&["*::*::*"], &[0, 2, 3]);
        check(&["│ b::c  d"], &[2]);
        check(&["users", "decode"], &[1, 3]);
        check(&["*"], &[0, 1, 2, 3]);
        check(&["**::10"], &[3]);
    }

    #[test]
    fn a_filter_that_matches_nothing_is_an_error_with_what_was_probably_meant() {
        let check = |filters: &[&str], names: &[&str], expected: &str| {
            let told = Filter::of(filters.iter().copied())
                .choose(names)
                .unwrap_err();
            assert_eq!(told.to_string(), expected);
        };
        let meant = "`--filter uesrs` matches no bench: did you mean `users`? `--list` shows all";
        check(&["uesrs"], &NAMES, meant);
        check(&["json", "uesrs"], &NAMES, meant);
        check(
            &["json::encode::smal*l"],
            &["json::encode::smull"],
            "`--filter json::encode::smal*l` matches no bench: did you mean `json::encode::smull`? `--list` shows all",
        );
        check(
            &["quite another"],
            &NAMES,
            "`--filter quite another` matches none of the 4 benches: `--list` shows them; `*` stands for any text",
        );
        check(
            &["x"],
            &[],
            "`--filter x` matches no bench: there is none at all",
        );
    }

    #[test]
    fn what_may_be_slower_is_named_in_full_and_with_a_reason() {
        let reason = |text, name| {
            Allowed::parse(text)
                .unwrap()
                .reason(name)
                .map(str::to_owned)
        };
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(
            reason("json::*=slower = safer", NAMES[1]),
            of("slower = safer")
        );
        assert_eq!(reason("json::decode = why", NAMES[1]), of("why"));
        assert_eq!(reason("decode=why", NAMES[1]), None);
        assert_eq!(reason("json::*=why", NAMES[3]), None);
        for wrong in ["", "json", "json=", "json= ", "=why"] {
            let told = Allowed::parse(wrong).unwrap_err();
            assert!(
                told.starts_with(&format!("`--allow {wrong}` is not")),
                "{told}"
            );
        }
    }

    proptest! {
        /// Against the rule itself, letter by letter.
        #[test]
        fn a_pattern_matches_as_its_rule_says(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
            prop_assert_eq!(Pattern(pattern.clone()).is_whole(&name), by_the_rule(&pattern, &name));
        }
    }

    fn by_the_rule(pattern: &str, name: &str) -> bool {
        match pattern.split_at_checked(1) {
            None => name.is_empty(),
            Some(("*", rest)) => (0..=name.len()).any(|at| by_the_rule(rest, &name[at..])),
            Some((letter, rest)) => name
                .strip_prefix(letter)
                .is_some_and(|name| by_the_rule(rest, name)),
        }
    }
}
