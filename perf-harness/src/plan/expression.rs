//! The expressions that EXPLAIN writes, as a person likes to read them: `((u.status)::text = 'idle'::text)` is
//! `status::text = 'idle'`. Values are shown, masked or left out. Pure, by tokens.

mod parts;
mod shape;

use parts::{Part, Parts, group_is_one};

/// What becomes of the values in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literals {
    /// They are told.
    Shown,
    /// `..` stands for each: they may be secrets.
    Masked,
    /// `?` stands for each, for each parameter and for what is made of them alone.
    Left,
}

/// An expression without what is noise. `own` is the alias that needs no telling.
pub(crate) fn told(expression: &str, own: Option<&str>, literals: Literals) -> String {
    let mut parts = Parts::of(expression);
    if let Some(own) = own {
        parts.without_qualifier(own);
    }
    if literals == Literals::Left {
        shape::without_sub_plans(&mut parts);
    }
    let is_constant = parts.is_constant();
    if literals != Literals::Shown && !is_constant {
        parts.without_values(literals);
    }
    parts.without_casts_of_values();
    if literals == Literals::Left && !is_constant {
        shape::folded(&mut parts);
    }
    parts.with_words_for_operators();
    parts.without_brackets_of_a_key();
    without_needless_brackets(&mut parts);
    parts.to_string()
}

/// The brackets around all of it, and around what `AND` and `OR` join, where they say nothing.
fn without_needless_brackets(parts: &mut Parts) {
    while let Some(inner) = group_is_one(parts) {
        *parts = inner;
    }
    for part in parts.groups_mut() {
        inside(part);
    }
    let (ands, ors) = (parts.has_word("AND"), parts.has_word("OR"));
    if ands || ors {
        // `a AND b OR c` is clear to the server, and not to everyone.
        parts.unwrap_groups(|inner| !inner.has_word("OR") && (!ors || !inner.has_word("AND")));
    }
}

/// What is in brackets that stay. Brackets within brackets say nothing.
fn inside(part: &mut Part) {
    let Part::Group(_, inner) = part else {
        return;
    };
    if let Some(innermost) = group_is_one(inner) {
        *inner = innermost;
    }
    let mut parts = std::mem::take(inner);
    without_needless_brackets(&mut parts);
    *inner = parts;
}

#[cfg(test)]
mod tests;
