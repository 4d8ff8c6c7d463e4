//! An expression as a tree of brackets.

use std::fmt;
use std::iter::Peekable;

use super::Literals;
use crate::plan::token::{Kind, Token, tokens};

/// What stands side by side within one pair of brackets, or within none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts(pub(super) Vec<Spaced>);

/// A part, and whether a blank stands before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spaced {
    pub(super) part: Part,
    pub(super) blank: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// A name, quoted or not, or a keyword. `SubPlan 1` is one, too.
    Word(String),
    /// A text, a number or a parameter.
    Value(String),
    /// An operator, a comma, a dot, `::`.
    Sign(String),
    /// What is in brackets, by the opening one.
    Group(char, Parts),
}

/// Words that make the name of a type, after its first.
const OF_TYPES: [&str; 15] = [
    "precision",
    "varying",
    "with",
    "without",
    "time",
    "zone",
    "year",
    "to",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "local",
    "unsigned",
];

/// What is called like a function, and is none.
const NO_FUNCTIONS: [&str; 5] = ["AND", "OR", "NOT", "IS", "FROM"];

/// What brackets belong to.
const TAKE_BRACKETS: [&str; 6] = ["ANY", "ALL", "IN", "EXISTS", "ROW", "ARRAY"];

impl Parts {
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader {
            tokens: tokens(text).into_iter().peekable(),
            end: 0,
        };
        reader.parts(None)
    }

    /// `alias.` goes, wherever it stands before a name.
    pub(super) fn without_qualifier(&mut self, alias: &str) {
        let quoted = format!("\"{}\"", alias.replace('"', "\"\""));
        let mut at = 0;
        while at < self.0.len() {
            let is_alias =
                matches!(&self.0[at].part, Part::Word(word) if word == alias || *word == quoted);
            let begins = at == 0 || !self.is_sign(at - 1, ".");
            if is_alias && begins && self.is_sign(at + 1, ".") && at + 2 < self.0.len() {
                self.0[at + 2].blank = self.0[at].blank;
                self.0.drain(at..at + 2);
            }
            at += 1;
        }
        for inner in self.inner_mut() {
            inner.without_qualifier(alias);
        }
    }

    /// Nothing but `true` or `false`: it tells that there are no rows, and no value.
    pub(super) fn is_constant(&self) -> bool {
        let [one] = &self.0[..] else {
            return false;
        };
        match &one.part {
            Part::Word(word) => matches!(word.as_str(), "true" | "false"),
            Part::Group(_, inner) => inner.is_constant(),
            _ => false,
        }
    }

    /// Something stands for each value. Parameters are values only where all is left out.
    pub(super) fn without_values(&mut self, literals: Literals) {
        let left = literals == Literals::Left;
        for at in 0..self.0.len() {
            let is_value = match &self.0[at].part {
                Part::Value(value) => left || !value.starts_with('$'),
                Part::Word(word) => self.is_constant_word(word, at),
                _ => false,
            };
            if is_value {
                let instead = if left { "?" } else { ".." };
                self.0[at].part = Part::Value(instead.to_owned());
            }
        }
        for inner in self.inner_mut() {
            inner.without_values(literals);
        }
    }

    /// `true`, `false` and `NULL`, but for those of `IS NOT NULL`.
    fn is_constant_word(&self, word: &str, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.0[before].part);
        let tests = matches!(before, Some(Part::Word(word)) if word == "IS" || word == "NOT");
        matches!(word, "true" | "false" | "NULL") && !tests
    }

    /// The type of a value is mostly what the column's is.
    pub(super) fn without_casts_of_values(&mut self) {
        for inner in self.inner_mut() {
            inner.without_casts_of_values();
        }
        let mut at = 0;
        while at + 1 < self.0.len() {
            if self.is_sign(at + 1, "::") && self.is_value(at) {
                let end = self.end_of_type(at + 2);
                self.0.drain(at + 1..end);
                if let Part::Group(_, inner) = &self.0[at].part {
                    self.0[at].part = inner.0[0].part.clone();
                }
            } else {
                at += 1;
            }
        }
    }

    /// A value, or one in brackets: `($1)::text`.
    pub(super) fn is_value(&self, at: usize) -> bool {
        match &self.0[at].part {
            Part::Value(_) => true,
            Part::Word(word) => self.is_constant_word(word, at),
            Part::Group('(', inner) => inner.0.len() == 1 && inner.is_value(0) && !self.is_call(at),
            _ => false,
        }
    }

    /// Is it what a function is called with?
    pub(super) fn is_call(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.0[before].part);
        let named =
            matches!(before, Some(Part::Word(word)) if !NO_FUNCTIONS.contains(&word.as_str()));
        named && !self.0[at].blank && !self.follows_keyword(at)
    }

    /// Is it what follows `ANY`, `ROW` or the like?
    pub(super) fn follows_keyword(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.0[before].part);
        matches!(before, Some(Part::Word(word)) if TAKE_BRACKETS.contains(&word.as_str()))
    }

    fn end_of_type(&self, from: usize) -> usize {
        let mut at = from + 1;
        while let Some(next) = self.0.get(at) {
            let goes_on = match &next.part {
                Part::Sign(sign) => sign == "." && !next.blank,
                Part::Word(word) => self.is_sign(at - 1, ".") || OF_TYPES.contains(&word.as_str()),
                Part::Group(..) => !next.blank,
                Part::Value(_) => false,
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        at.min(self.0.len())
    }

    pub(super) fn with_words_for_operators(&mut self) {
        for spaced in &mut self.0 {
            match &mut spaced.part {
                Part::Sign(sign) => {
                    let word = match sign.as_str() {
                        "~~" => "LIKE",
                        "~~*" => "ILIKE",
                        "!~~" => "NOT LIKE",
                        "!~~*" => "NOT ILIKE",
                        _ => continue,
                    };
                    word.clone_into(sign);
                }
                Part::Group(_, inner) => inner.with_words_for_operators(),
                _ => {}
            }
        }
    }

    /// `(lower(name)) DESC` is `lower(name) DESC`.
    pub(super) fn without_brackets_of_a_key(&mut self) {
        let is_sorted = self.has_word("DESC") || self.has_word("NULLS");
        if let (
            true,
            [
                Spaced {
                    part: Part::Group('(', inner),
                    ..
                },
                rest @ ..,
            ],
        ) = (is_sorted, &self.0[..])
        {
            self.0 = inner.0.iter().chain(rest).cloned().collect();
        }
    }

    pub(super) fn has_word(&self, word: &str) -> bool {
        self.0
            .iter()
            .any(|spaced| matches!(&spaced.part, Part::Word(found) if found == word))
    }

    /// Puts what is in brackets of its own in their place, where it may be.
    pub(super) fn unwrap_groups(&mut self, may: impl Fn(&Self) -> bool) {
        let mut at = 0;
        while at < self.0.len() {
            let joins = |at: usize| match self.0.get(at).map(|spaced| &spaced.part) {
                None => true,
                Some(Part::Word(word)) => word == "AND" || word == "OR",
                Some(_) => false,
            };
            let is_whole = joins(at + 1) && (at == 0 || joins(at - 1));
            let blank = self.0[at].blank;
            match &mut self.0[at].part {
                Part::Group('(', inner) if is_whole && may(inner) => {
                    let mut inner = std::mem::take(inner).0;
                    if let Some(first) = inner.first_mut() {
                        first.blank = blank;
                    }
                    let more = inner.len();
                    self.0.splice(at..=at, inner);
                    at += more;
                }
                _ => at += 1,
            }
        }
    }

    pub(super) fn groups_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        let parts = self.0.iter_mut().map(|spaced| &mut spaced.part);
        parts.filter(|part| matches!(part, Part::Group(..)))
    }

    pub(super) fn inner_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.0
            .iter_mut()
            .filter_map(|spaced| match &mut spaced.part {
                Part::Group(_, inner) => Some(inner),
                _ => None,
            })
    }

    pub(super) fn is_sign(&self, at: usize, sign: &str) -> bool {
        matches!(self.0.get(at).map(|spaced| &spaced.part), Some(Part::Sign(found)) if found == sign)
    }
}

/// What is in the one pair of brackets that holds all.
pub(super) fn group_is_one(parts: &Parts) -> Option<Parts> {
    let [one] = &parts.0[..] else {
        return None;
    };
    match &one.part {
        Part::Group('(', inner) => Some(inner.clone()),
        _ => None,
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, spaced) in self.0.iter().enumerate() {
            if spaced.blank && at > 0 {
                f.write_str(" ")?;
            }
            match &spaced.part {
                Part::Word(text) | Part::Value(text) | Part::Sign(text) => f.write_str(text)?,
                Part::Group(open, inner) => {
                    let close = if *open == '(' { ')' } else { ']' };
                    write!(f, "{open}{inner}{close}")?;
                }
            }
        }
        Ok(())
    }
}

/// Tokens, and where the last one ended.
struct Reader<I: Iterator> {
    tokens: Peekable<I>,
    end: usize,
}

impl<'t, I: Iterator<Item = Token<'t>>> Reader<I> {
    /// All up to a closing bracket, or to the end.
    fn parts(&mut self, close: Option<&str>) -> Parts {
        let mut parts = Vec::new();
        while let Some(token) = self.tokens.next() {
            let blank = self.end < token.start;
            self.end = token.end();
            if close.is_some_and(|close| token.is_symbol(close)) {
                break;
            }
            let part = self.part(token);
            parts.push(Spaced { part, blank });
        }
        Parts(parts)
    }

    fn part(&mut self, token: Token<'t>) -> Part {
        match (token.kind, token.text) {
            (Kind::Symbol, "(") => Part::Group('(', self.parts(Some(")"))),
            (Kind::Symbol, "[") => Part::Group('[', self.parts(Some("]"))),
            (Kind::Symbol, sign) => Part::Sign(sign.to_owned()),
            (Kind::Literal | Kind::Parameter, value) => Part::Value(value.to_owned()),
            (Kind::Word, "SubPlan" | "InitPlan") => self.numbered(token.text),
            (Kind::Word | Kind::Quoted, word) => Part::Word(word.to_owned()),
        }
    }

    /// `SubPlan 1` is one word.
    fn numbered(&mut self, word: &str) -> Part {
        let is_number = |next: &Token<'_>| next.text.bytes().all(|byte| byte.is_ascii_digit());
        Part::Word(match self.tokens.next_if(is_number) {
            Some(number) => {
                self.end = number.end();
                format!("{word} {}", number.text)
            }
            None => word.to_owned(),
        })
    }
}
