//! A day as Python reads it.

use sea_orm::{
    prelude::Date,
    sea_query::prelude::chrono::{Datelike as _, Days, Weekday},
};

/// Django's `parse_date`: what Python's `date.fromisoformat` takes, and a month or a day of one digit. Years 1 to 9999.
pub(super) fn parse(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = digits(year).filter(|year| *year > 0)?.cast_signed();
    let parts = rest.strip_prefix('-').unwrap_or(rest);
    let dashed = parts.len() < rest.len();
    if let Some(week) = parts.strip_prefix('W') {
        return week_date(year, week, dashed);
    }
    let (month, day) = match dashed {
        true => parts.split_once('-')?,
        false if parts.len() == 4 => parts.split_at_checked(2)?,
        false => return None,
    };
    (month.len() <= 2 && day.len() <= 2).then_some(())?;
    Date::from_ymd_opt(year, digits(month)?, digits(day)?)
}

/// `2026-W07-3`, `2026W073`, and the Monday of `2026-W07`.
fn week_date(year: i32, week: &str, dashed: bool) -> Option<Date> {
    let (week, day) = week.split_at_checked(2)?;
    let day = match (day, dashed) {
        ("", _) => 1,
        (day, true) => digits(day.strip_prefix('-')?)?,
        (day, false) => digits(day)?,
    };
    let day = (1..=7).contains(&day).then_some(day)?;
    let monday = Date::from_isoywd_opt(year, digits(week)?, Weekday::Mon)?;
    let date = monday.checked_add_days(Days::new(u64::from(day) - 1))?;
    (date.year() <= 9999).then_some(date)
}

/// Without a sign.
fn digits(text: &str) -> Option<u32> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right-hand sides are those of Django's `parse_date` with Python 3.11.
    #[test]
    fn a_date_is_read_as_django_reads_it() {
        for (text, expected) in [
            ("2026-02-28", Some("2026-02-28")),
            ("2026-2-8", Some("2026-02-08")),
            ("20260228", Some("2026-02-28")),
            ("2026-W07-3", Some("2026-02-11")),
            ("2026W073", Some("2026-02-11")),
            ("2026-W07", Some("2026-02-09")),
            ("0001-01-01", Some("0001-01-01")),
            ("9999-12-31", Some("9999-12-31")),
            ("9999-W52-5", Some("9999-12-31")),
            ("9999-W52-6", None),
            ("2026-02-30", None),
            ("2026-02-28T00:00:00", None),
            ("2026-002-28", None),
            ("2026-W54", None),
            ("2026-W07-8", None),
            ("2026-W07-", None),
            ("0000-01-01", None),
            ("+2026-01-01", None),
            ("10000-01-01", None),
            ("2026-+1-01", None),
            (" 2026-02-28", None),
            ("2026-02", None),
            ("202602", None),
            ("ü26-01-01", None),
            ("", None),
        ] {
            let expected = expected.map(|date| date.parse().unwrap());
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }
}
