//! What makes expressions of one shape equal: whatever the values, for them or for all, and whatever the server's version.

use super::parts::{Part, Parts, Spaced};

/// Sub-plans without their numbers, and written as before version 17: `(ANY (a.x = (hashed SubPlan 1).col1))` is
/// `(hashed SubPlan)`. What an init-plan gives is a value.
pub(super) fn without_sub_plans(parts: &mut Parts) {
    for inner in parts.inner_mut() {
        without_sub_plans(inner);
    }
    let mut at = 0;
    while at < parts.0.len() {
        if let Some(name) = reference(&parts.0[at].part) {
            let columns = parts.is_sign(at + 1, ".") && at + 2 < parts.0.len();
            if columns {
                parts.0.drain(at + 1..at + 3);
            }
            parts.0[at].part = match name {
                "InitPlan" => Part::Value("?".to_owned()),
                name => unnumbered(&parts.0[at].part, name),
            };
        }
        at += 1;
    }
    without_tests(parts);
}

/// `EXISTS(SubPlan 1)`, `ARRAY(SubPlan 1)`, `(ANY (..))` and `(ALL (..))` around one.
fn without_tests(parts: &mut Parts) {
    let mut at = 0;
    while at + 1 < parts.0.len() {
        let tests = matches!(&parts.0[at].part, Part::Word(word) if matches!(word.as_str(), "EXISTS" | "ARRAY" | "ANY" | "ALL"));
        let begins = at == 0 || matches!(&parts.0[at - 1].part, Part::Word(word) if word == "NOT");
        if let (true, true, Some(found)) = (tests, begins, sub_plan_in(&parts.0[at + 1].part)) {
            let blank = parts.0[at].blank;
            let part = found.clone();
            parts.0.splice(at..at + 2, [Spaced { part, blank }]);
        }
        at += 1;
    }
}

/// The first sub-plan that a part refers to, as it is to be written.
fn sub_plan_in(part: &Part) -> Option<Part> {
    if reference(part).is_some() {
        return Some(part.clone());
    }
    match part {
        Part::Group(_, inner) => inner.0.iter().find_map(|spaced| sub_plan_in(&spaced.part)),
        _ => None,
    }
}

/// `(SubPlan 1)` or `(hashed SubPlan 1)`: its kind. The number goes.
fn reference(part: &Part) -> Option<&'static str> {
    let Part::Group('(', inner) = part else {
        return None;
    };
    let last = match &inner.0[..] {
        [one] => one,
        [hashed, one] if hashed.part == Part::Word("hashed".to_owned()) => one,
        _ => return None,
    };
    let Part::Word(word) = &last.part else {
        return None;
    };
    ["SubPlan", "InitPlan"].into_iter().find(|kind| {
        word.strip_prefix(kind)
            .is_some_and(|number| number.is_empty() || number.starts_with(' '))
    })
}

fn unnumbered(reference: &Part, name: &str) -> Part {
    let mut reference = reference.clone();
    if let Part::Group(_, inner) = &mut reference
        && let Some(last) = inner.0.last_mut()
    {
        last.part = Part::Word(name.to_owned());
    }
    reference
}

/// What is made of values alone is a value: the planner has computed it for the very values, and not for all.
pub(super) fn folded(parts: &mut Parts) {
    for inner in parts.inner_mut() {
        folded(inner);
    }
    let mut at = 0;
    while at < parts.0.len() {
        let Part::Group(open, inner) = &parts.0[at].part else {
            at += 1;
            continue;
        };
        let is_list = *open == '[' && is_word(parts, at, "ARRAY");
        let folds = if parts.is_call(at) || is_list {
            !inner.0.is_empty() && made_of_values(inner)
        } else {
            *open == '(' && made_of_values(inner) && !parts.follows_keyword(at)
        };
        if folds {
            let from = if parts.is_call(at) || is_list {
                at - 1
            } else {
                at
            };
            let blank = parts.0[from].blank;
            let part = Part::Value("?".to_owned());
            parts.0.splice(from..=at, [Spaced { part, blank }]);
            at = from;
        }
        at += 1;
    }
    parts.without_casts_of_values();
}

fn is_word(parts: &Parts, at: usize, word: &str) -> bool {
    let before = at.checked_sub(1).map(|before| &parts.0[before].part);
    matches!(before, Some(Part::Word(found)) if found == word)
}

/// Values, and operators and commas between them.
fn made_of_values(parts: &Parts) -> bool {
    let is_value = |spaced: &Spaced| matches!(spaced.part, Part::Value(_));
    let mut of_parts = parts.0.iter();
    of_parts.any(is_value)
        && parts.0.iter().all(|spaced| {
            is_value(spaced) || matches!(&spaced.part, Part::Sign(sign) if sign != ".")
        })
}
