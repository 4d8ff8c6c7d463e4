//! A bound parameter: the bytes that crossed the wire, and how to read them.
//!
//! Binary layouts: the `*send` functions of the server's `src/backend/utils/adt`.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::date::Date;

/// One bound value. It is shown as SQL would write it, shortened to 40 characters.
///
/// Parameters can hold secrets: what is written to disk shows their number, never their value,
/// unless `PERF_HARNESS_PARAMETERS=show` asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    type_oid: u32,
    binary: bool,
    /// `None` is `NULL`.
    bytes: Option<Arc<[u8]>>,
    /// Of a value that was too long to be kept: a hash of what is missing, so that two are seldom equal.
    beyond: Option<u64>,
}

impl Parameter {
    pub(crate) fn new(type_oid: u32, binary: bool, bytes: Option<&[u8]>) -> Self {
        Self {
            type_oid,
            binary,
            bytes: bytes.map(Arc::from),
            beyond: None,
        }
    }

    /// The value with a hash of its missing bytes, where it was too long to be kept.
    pub(crate) fn cut(self, beyond: Option<u64>) -> Self {
        Self { beyond, ..self }
    }

    /// Many values in one: its type is an array's, as far as the driver named it.
    pub(crate) fn is_array(&self) -> bool {
        element_type(self.type_oid).is_some()
    }

    /// The object id of the type that the driver named, or 0 where it left that to the server.
    #[must_use]
    pub fn type_oid(&self) -> u32 {
        self.type_oid
    }

    /// The value as it was sent, `None` for `NULL`. [Cut](Self::is_cut) if its message was longer than 1 MiB.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    /// Its type, whether it is binary, and its bytes.
    pub(crate) fn parts(&self) -> (u32, bool, Option<&[u8]>) {
        (self.type_oid, self.binary, self.bytes.as_deref())
    }

    /// Are bytes missing? Then the query cannot be asked again with this value.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.beyond.is_some()
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(bytes) = self.bytes.as_deref() else {
            return f.write_str("NULL");
        };
        let shown = if self.binary {
            binary(self.type_oid, bytes)
        } else {
            text(bytes).map(|text| literal(self.type_oid, text))
        };
        f.write_str(&shown.unwrap_or_else(|| hex(bytes)))
    }
}

/// Object ids of built-in types: `src/include/catalog/pg_type.dat`.
pub(super) mod oid {
    pub(in crate::record) const BOOL: u32 = 16;
    pub(in crate::record) const INT8: u32 = 20;
    pub(in crate::record) const INT2: u32 = 21;
    pub(in crate::record) const INT4: u32 = 23;
    pub(in crate::record) const OID: u32 = 26;
    pub(in crate::record) const FLOAT4: u32 = 700;
    pub(in crate::record) const FLOAT8: u32 = 701;
    pub(in crate::record) const INT2_ARRAY: u32 = 1005;
    pub(in crate::record) const INT4_ARRAY: u32 = 1007;
    pub(in crate::record) const TEXT_ARRAY: u32 = 1009;
    pub(in crate::record) const VARCHAR_ARRAY: u32 = 1015;
    pub(in crate::record) const INT8_ARRAY: u32 = 1016;
    pub(in crate::record) const BYTEA: u32 = 17;
    pub(in crate::record) const DATE: u32 = 1082;
    pub(in crate::record) const TIMESTAMP: u32 = 1114;
    pub(in crate::record) const TIMESTAMPTZ: u32 = 1184;
    pub(in crate::record) const NUMERIC: u32 = 1700;
    pub(in crate::record) const UUID: u32 = 2950;
    pub(in crate::record) const UUID_ARRAY: u32 = 2951;
    pub(in crate::record) const JSONB: u32 = 3802;
}

fn binary(type_oid: u32, bytes: &[u8]) -> Option<String> {
    Some(match type_oid {
        oid::BOOL => (bytes.first()? != &0).to_string(),
        oid::INT2 => i16::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::INT4 => i32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::INT8 => i64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::OID => u32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::FLOAT4 => f32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::FLOAT8 => f64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::DATE => date(i32::from_be_bytes(bytes.try_into().ok()?)),
        oid::TIMESTAMP => timestamp(i64::from_be_bytes(bytes.try_into().ok()?), ""),
        oid::TIMESTAMPTZ => timestamp(i64::from_be_bytes(bytes.try_into().ok()?), "+00"),
        oid::UUID => uuid(bytes.try_into().ok()?),
        oid::JSONB => literal(type_oid, text(bytes.get(1..)?)?),
        oid::BYTEA | oid::NUMERIC => return None,
        _ => match element_type(type_oid) {
            Some(element) => array(element, bytes)?,
            None => literal(type_oid, text(bytes)?),
        },
    })
}

/// A text that can be printed as it is.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars()
        .all(|c| !c.is_control() || c.is_whitespace())
        .then_some(text)
}

/// Numbers stand bare, everything else in quotes.
fn literal(type_oid: u32, text: &str) -> String {
    let number = matches!(
        type_oid,
        oid::BOOL
            | oid::INT2
            | oid::INT4
            | oid::INT8
            | oid::OID
            | oid::FLOAT4
            | oid::FLOAT8
            | oid::NUMERIC
    );
    let flat = text.replace(['\n', '\r', '\t'], " ");
    if number {
        flat
    } else {
        format!("'{}'", shortened(&flat.replace('\'', "''")))
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    const SHOWN: usize = 16;
    let mut shown = "'\\x".to_owned();
    for byte in bytes.iter().take(SHOWN) {
        write!(shown, "{byte:02x}").unwrap_or_else(|_| unreachable!("strings grow"));
    }
    shown.push_str(if bytes.len() > SHOWN { "…'" } else { "'" });
    shown
}

fn uuid(bytes: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    format!(
        "'{}-{}-{}-{}-{}'",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

const DAYS_1970_TO_2000: i64 = 10_957;

/// Days since 2000-01-01.
fn date(days: i32) -> String {
    match infinity(days, i32::MIN, i32::MAX) {
        Some(infinity) => infinity,
        None => format!("'{}'", Date::of_days(i64::from(days) + DAYS_1970_TO_2000)),
    }
}

/// Microseconds since 2000-01-01 00:00.
fn timestamp(micros: i64, zone: &str) -> String {
    const DAY: i64 = 86_400_000_000;
    if let Some(infinity) = infinity(micros, i64::MIN, i64::MAX) {
        return infinity;
    }
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let seconds = rest / 1_000_000;
    format!(
        "'{} {:02}:{:02}:{:02}.{:06}{zone}'",
        Date::of_days(days + DAYS_1970_TO_2000),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        rest % 1_000_000
    )
}

/// The first and the last number stand for the ends of time.
fn infinity<T: PartialEq + Copy>(value: T, first: T, last: T) -> Option<String> {
    if value == first {
        Some("'-infinity'".to_owned())
    } else if value == last {
        Some("'infinity'".to_owned())
    } else {
        None
    }
}

fn element_type(array: u32) -> Option<u32> {
    Some(match array {
        oid::INT2_ARRAY => oid::INT2,
        oid::INT4_ARRAY => oid::INT4,
        oid::INT8_ARRAY => oid::INT8,
        oid::UUID_ARRAY => oid::UUID,
        oid::TEXT_ARRAY | oid::VARCHAR_ARRAY => 25,
        _ => return None,
    })
}

/// A one-dimensional array: its first items and how many there are.
fn array(element: u32, bytes: &[u8]) -> Option<String> {
    const SHOWN: usize = 5;
    match i32_at(bytes, 0)? {
        0 => return Some("'{}'".to_owned()),
        1 => {}
        _ => return None,
    }
    let items = usize::try_from(i32_at(bytes, 12)?).ok()?;
    let mut rest = bytes.get(20..)?;
    let mut shown = Vec::new();
    for _ in 0..items.min(SHOWN) {
        let (item, after) = array_item(element, rest)?;
        shown.push(item);
        rest = after;
    }
    let more = if items > SHOWN {
        format!(", ... {items} items")
    } else {
        String::new()
    };
    Some(format!("[{}{more}]", shown.join(", ")))
}

fn array_item(element: u32, bytes: &[u8]) -> Option<(String, &[u8])> {
    let Ok(length) = usize::try_from(i32_at(bytes, 0)?) else {
        return Some(("NULL".to_owned(), &bytes[4..]));
    };
    let item = bytes.get(4..4 + length)?;
    Some((binary(element, item)?, &bytes[4 + length..]))
}

fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    let four = bytes.get(at..at + 4)?;
    Some(i32::from_be_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::noise::Noise;

    fn check_binary(type_oid: u32, bytes: &[u8], expected: &str) {
        let shown = Parameter::new(type_oid, true, Some(bytes)).to_string();
        assert_eq!(shown, expected);
    }

    #[test]
    fn binary_values_are_read_by_their_type() {
        check_binary(oid::INT4, &(-7i32).to_be_bytes(), "-7");
        check_binary(oid::INT8, &7i64.to_be_bytes(), "7");
        check_binary(oid::BOOL, &[1], "true");
        check_binary(oid::FLOAT8, &1.5f64.to_be_bytes(), "1.5");
        check_binary(25, b"it's", "'it''s'");
        check_binary(oid::JSONB, b"\x01{\"a\":1}", "'{\"a\":1}'");
        check_binary(oid::DATE, &0i32.to_be_bytes(), "'2000-01-01'");
        check_binary(oid::DATE, &(-1i32).to_be_bytes(), "'1999-12-31'");
        check_binary(oid::DATE, &i32::MAX.to_be_bytes(), "'infinity'");
        check_binary(oid::TIMESTAMP, &i64::MIN.to_be_bytes(), "'-infinity'");
        check_binary(oid::DATE, &9_556i32.to_be_bytes(), "'2026-03-01'");
        check_binary(
            oid::TIMESTAMPTZ,
            &(-1i64).to_be_bytes(),
            "'1999-12-31 23:59:59.999999+00'",
        );
        check_binary(
            oid::UUID,
            &[0xab; 16],
            "'abababab-abab-abab-abab-abababababab'",
        );
    }

    #[test]
    fn arrays_show_their_first_items_and_their_size() {
        let mut bytes = Vec::new();
        for header in [1i32, 0, 23, 7, 1] {
            bytes.extend(header.to_be_bytes());
        }
        for item in 1..=7i32 {
            bytes.extend(4i32.to_be_bytes());
            bytes.extend(item.to_be_bytes());
        }
        check_binary(oid::INT4_ARRAY, &bytes, "[1, 2, 3, 4, 5, ... 7 items]");
        check_binary(oid::INT4_ARRAY, &[0; 12], "'{}'");
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_bytes_and_never_panics() {
        check_binary(oid::INT4, &[1], "'\\x01'");
        check_binary(
            oid::BYTEA,
            &[0; 20],
            "'\\x00000000000000000000000000000000…'",
        );
        check_binary(99_999, &[0xff], "'\\xff'");
        check_binary(oid::INT4_ARRAY, &[0, 0, 0, 1], "'\\x00000001'");
        let two_dimensions = [2i32, 0, 23, 1, 1, 4, 1].map(i32::to_be_bytes).concat();
        check_binary(
            oid::INT4_ARRAY,
            &two_dimensions,
            "'\\x00000002000000000000001700000001…'",
        );
    }

    #[test]
    fn any_bytes_of_any_type_can_be_shown() {
        let mut noise = Noise::new(4);
        for size in (0..40).cycle().take(20_000) {
            let oid = noise.pick(&[
                16, 17, 20, 21, 23, 26, 700, 701, 1005, 1007, 1009, 1082, 1114, 1184, 2950, 2951,
            ]);
            let mut bytes = noise.bytes(size);
            // Small numbers, so that an array's header can be true.
            for byte in &mut bytes {
                *byte >>= noise.below(8);
            }
            let binary = noise.below(2) == 0;
            let shown = Parameter::new(oid, binary, Some(&bytes)).to_string();
            assert!(!shown.is_empty() || bytes.is_empty(), "{oid} {bytes:?}");
        }
    }

    #[test]
    fn values_that_are_cut_are_the_same_only_if_what_is_missing_is() {
        let cut = |beyond| Parameter::new(25, false, Some(b"x")).cut(beyond);
        assert_eq!(cut(Some(1)), cut(Some(1)));
        assert_ne!(cut(Some(1)), cut(Some(2)));
        assert_ne!(cut(Some(1)), cut(None));
        assert!(cut(Some(1)).is_cut() && !cut(None).is_cut());
    }

    #[test]
    fn text_values_are_quoted_unless_they_are_numbers() {
        let shown = |oid, text: &str| Parameter::new(oid, false, Some(text.as_bytes())).to_string();
        assert_eq!(shown(oid::INT4, "42"), "42");
        assert_eq!(shown(0, "42"), "'42'");
        assert_eq!(shown(25, &"x".repeat(50)), format!("'{}…'", "x".repeat(40)));
        assert_eq!(Parameter::new(25, false, None).to_string(), "NULL");
    }
}
