//! What rows the server returned: enough of each value to find it again in another place, and no more.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::Arc;

use super::parameter::{Parameter, oid};

/// How many rows of one query are kept.
pub(crate) const MOST_ROWS: u64 = 10_000;

/// One column of a result, as the server described it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) type_oid: u32,
    pub(crate) binary: bool,
}

/// A value as a number: equal values of one kind have equal numbers, whichever type and format they crossed the wire in.
/// `NULL` has none.
pub(crate) type Token = Option<NonZeroU64>;

/// The first rows of a result, value by value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) columns: Arc<[Column]>,
    /// Row after row.
    pub(crate) values: Vec<Token>,
}

impl Returned {
    /// Adds more rows of the same result.
    pub(crate) fn extend(&mut self, more: &Self) {
        if self.columns.is_empty() {
            self.columns = Arc::clone(&more.columns);
        }
        if self.columns.len() == more.columns.len() {
            self.values.extend(&more.values);
        }
    }

    /// The values of one column.
    pub(crate) fn column(&self, at: usize) -> impl Iterator<Item = Token> {
        self.values
            .iter()
            .skip(at)
            .step_by(self.columns.len().max(1))
            .copied()
    }
}

/// The number that a value is known by.
pub(crate) fn token(type_oid: u32, binary: bool, bytes: Option<&[u8]>) -> Token {
    let bytes = bytes?;
    let mut hasher = DefaultHasher::new();
    match number(type_oid, binary, bytes) {
        Some(number) => number.hash(&mut hasher),
        None => match uuid(type_oid, binary, bytes) {
            Some(uuid) => uuid.hash(&mut hasher),
            None => bytes.hash(&mut hasher),
        },
    }
    Some(NonZeroU64::MIN.saturating_add(hasher.finish()))
}

/// A whole number of any width. A text without a type can be one too.
fn number(type_oid: u32, binary: bool, bytes: &[u8]) -> Option<i128> {
    let is_whole = matches!(type_oid, oid::INT2 | oid::INT4 | oid::INT8 | oid::OID);
    match (is_whole, binary) {
        (true, true) => Some(match (type_oid, bytes) {
            (oid::OID, bytes) => u32::from_be_bytes(bytes.try_into().ok()?).into(),
            (_, bytes @ [_, _]) => i16::from_be_bytes(bytes.try_into().ok()?).into(),
            (_, bytes @ [_, _, _, _]) => i32::from_be_bytes(bytes.try_into().ok()?).into(),
            _ => i64::from_be_bytes(bytes.try_into().ok()?).into(),
        }),
        (is_whole, false) if is_whole || type_oid == 0 => {
            std::str::from_utf8(bytes).ok()?.parse().ok()
        }
        _ => None,
    }
}

fn uuid(type_oid: u32, binary: bool, bytes: &[u8]) -> Option<u128> {
    if type_oid == oid::UUID && binary {
        return Some(u128::from_be_bytes(bytes.try_into().ok()?));
    }
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() == 36 && (type_oid == oid::UUID || type_oid == 0))?;
    u128::from_str_radix(&text.replace('-', ""), 16).ok()
}

impl Parameter {
    /// The number that the value is known by among the values of rows. None for `NULL` and for what was cut.
    pub(crate) fn token(&self) -> Token {
        let (type_oid, binary, bytes) = self.parts();
        token(type_oid, binary, bytes.filter(|_| !self.is_cut()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_same_whichever_way_it_crosses_the_wire() {
        let same = [
            token(oid::INT4, true, Some(&7_i32.to_be_bytes())),
            token(oid::INT8, true, Some(&7_i64.to_be_bytes())),
            token(oid::INT2, true, Some(&7_i16.to_be_bytes())),
            token(oid::OID, true, Some(&7_u32.to_be_bytes())),
            token(oid::INT8, false, Some(b"7")),
            token(0, false, Some(b"7")),
        ];
        assert!(same[0].is_some() && same.iter().all(|one| *one == same[0]));
        let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let number = 0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8_u128;
        let binary = token(oid::UUID, true, Some(&number.to_be_bytes()));
        assert_eq!(binary, token(oid::UUID, false, Some(text.as_bytes())));
        assert_eq!(token(25, true, Some(b"a")), token(1043, false, Some(b"a")));
    }

    #[test]
    fn other_values_are_others_and_null_is_none() {
        let seven = token(oid::INT4, false, Some(b"7"));
        assert_ne!(seven, token(oid::INT4, false, Some(b"8")));
        assert_ne!(seven, token(25, false, Some(b"7")), "a text");
        assert_eq!(token(oid::INT4, false, None), None);
        let cut = Parameter::new(25, false, Some(b"a")).cut(Some(1));
        assert_eq!(cut.token(), None);
    }

    #[test]
    fn values_that_are_malformed_are_values_all_the_same() {
        for oid in [oid::INT4, oid::UUID, oid::OID, 0] {
            for bytes in [&b""[..], b"\xff", b"abc", b"\xff\xff\xff\xff\xff"] {
                assert!(token(oid, true, Some(bytes)).is_some());
                assert!(token(oid, false, Some(bytes)).is_some());
            }
        }
    }
}
