//! What a statement does to the settings of its session, by its first words.

use std::sync::Arc;

use super::Setting;
use crate::record::sql::{Kind, Token, tokens};

/// What a statement does to the settings of its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Set(Setting),
    Reset(String),
    /// `RESET ALL`: not the role.
    ResetAll,
    DiscardAll,
    Rollback,
    /// The transaction goes on as if its error had not been.
    RollbackToSavepoint,
}

impl Change {
    pub(super) fn of(sql: &str) -> Option<Self> {
        let mut words = tokens(sql);
        let first = words.next()?;
        let is_one = ["SET", "RESET", "DISCARD", "ROLLBACK", "ABORT"]
            .iter()
            .any(|word| first.is(word));
        if !is_one {
            return None;
        }
        let rest: Vec<Token<'_>> = words.take(4).collect();
        let is_all = rest.first().is_some_and(|token| token.is("ALL"));
        if first.is("SET") {
            let name = name_set(&rest)?;
            let statement = Arc::from(sql);
            Some(Self::Set(Setting { name, statement }))
        } else if first.is("DISCARD") {
            is_all.then_some(Self::DiscardAll)
        } else if !first.is("RESET") {
            rollback(&rest)
        } else if is_all {
            Some(Self::ResetAll)
        } else {
            name_of(&rest).map(Self::Reset)
        }
    }
}

fn rollback(words: &[Token<'_>]) -> Option<Change> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|token| token.is(word));
    let about = usize::from(is(0, "WORK") || is(0, "TRANSACTION"));
    if is(0, "PREPARED") {
        None
    } else if is(about, "TO") {
        Some(Change::RollbackToSavepoint)
    } else {
        Some(Change::Rollback)
    }
}

/// What a `SET` sets for the session, if it does.
fn name_set(words: &[Token<'_>]) -> Option<String> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|token| token.is(word));
    let words = &words[usize::from(is(0, "SESSION") && !is(1, "AUTHORIZATION"))..];
    let of_transaction = ["LOCAL", "TRANSACTION", "CHARACTERISTICS", "CONSTRAINTS"];
    let first = words.first()?;
    if of_transaction.iter().any(|word| first.is(word)) {
        return None;
    }
    name_of(words)
}

/// What a `SET` or `RESET` is about, in lower case. Some settings have names that are words.
fn name_of(words: &[Token<'_>]) -> Option<String> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|token| token.is(word));
    let in_words = [
        (is(0, "TIME") && is(1, "ZONE"), "timezone"),
        (
            is(0, "SESSION") && is(1, "AUTHORIZATION"),
            "session_authorization",
        ),
        (is(0, "SCHEMA"), "search_path"),
        (is(0, "XML") && is(1, "OPTION"), "xmloption"),
    ];
    if let Some((_, name)) = in_words.iter().find(|(is_it, _)| *is_it) {
        return Some((*name).to_owned());
    }
    let of_word = |token: &Token<'_>| match token.kind {
        Kind::Word | Kind::Quoted => token.name().map(str::to_ascii_lowercase),
        _ => None,
    };
    let first = of_word(words.first()?)?;
    let is_dot = words.get(1).is_some_and(|token| token.is_symbol("."));
    Some(match words.get(2).filter(|_| is_dot).and_then(of_word) {
        Some(second) => format!("{first}.{second}"),
        None => first,
    })
}
