//! A round-trip time as it is written: `500us`, `0.5ms`, `1ms`, `1s`.

use syn::{Error, Lit, Result};

use crate::assignment::Assignment;

/// What is written with each unit, and how many nanoseconds one has.
const UNITS: [(&str, f64); 3] = [("us", 1e3), ("ms", 1e6), ("s", 1e9)];

/// The longest one that is taken for no mistake: ten seconds.
const LONGEST: u64 = 10_000_000_000;

/// A round-trip time, checked.
pub(crate) struct Rtt {
    pub(crate) nanoseconds: u64,
}

impl Rtt {
    pub(crate) fn of(assignment: &Assignment) -> Result<Self> {
        let literal: Lit = assignment.value()?;
        let (digits, suffix) = match &literal {
            Lit::Int(number) => (number.base10_digits(), number.suffix()),
            Lit::Float(number) => (number.base10_digits(), number.suffix()),
            _ => return Err(assignment.refused()),
        };
        let wrong = |message: String| Err(Error::new(literal.span(), message));
        if suffix.is_empty() {
            return wrong(format!(
                "`rtt` needs a unit: `{digits}us`, `{digits}ms` or `{digits}s`"
            ));
        }
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == suffix) else {
            return wrong(format!(
                "`{suffix}` is no unit of `rtt`: there are `us`, `ms` and `s`"
            ));
        };
        let Ok(number) = digits.parse::<f64>() else {
            return Err(assignment.refused());
        };
        match rounded(number * unit) {
            0 => wrong("`rtt` must be more than nothing: leave it out for none".to_owned()),
            nanoseconds if nanoseconds > LONGEST => {
                wrong("`rtt` is at most `10s`: no database is farther away".to_owned())
            }
            nanoseconds => Ok(Self { nanoseconds }),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "no literal is negative, and what is too large is as much as can be: too much"
)]
fn rounded(nanoseconds: f64) -> u64 {
    nanoseconds.round() as u64
}
