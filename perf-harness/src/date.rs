//! A day of the calendar and how it is written: `2026-11-30`.

use std::fmt;

/// A day of the Gregorian calendar, in no time zone of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    /// Counted from 1970-01-01.
    days: i64,
}

impl Date {
    /// So many days after 1970-01-01.
    pub(crate) fn of_days(days: i64) -> Self {
        Self { days }
    }

    /// So many days later.
    pub(crate) fn after(self, days: i64) -> Self {
        Self {
            days: self.days + days,
        }
    }

    /// A day as it is written here, if it is one: there is no `2026-02-30`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |width: usize| -> Option<i64> {
            let part = parts.next().filter(|part| part.len() == width)?;
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        };
        let date = Self::of_days(days(number(4)?, number(2)?, number(2)?));
        // Written back, a day that there is not is another.
        (date.to_string() == text).then_some(date)
    }
}

/// Year, month and day.
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shifted = self.days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The days from 1970-01-01 to a day of the calendar.
/// Source: H. Hinnant, as above, `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_read_as_it_is_written() {
        for days in -1_000..40_000 {
            let date = Date::of_days(days);
            assert_eq!(Date::read(&date.to_string()), Some(date), "{date}");
        }
        let check = |days, expected: &str| assert_eq!(Date::of_days(days).to_string(), expected);
        check(0, "1970-01-01");
        check(11_016, "2000-02-29");
        check(20_783, "2026-11-26");
        assert_eq!(Date::of_days(0).after(31).to_string(), "1970-02-01");
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "26-01-01",
            "2026-01-00",
            "2026-01-01-01",
            "01.01.2026",
            "2026-01-+1",
            "",
            "tomorrow",
        ] {
            assert_eq!(Date::read(text), None, "{text}");
        }
        assert!(Date::read("2024-02-29").is_some());
    }

    #[test]
    fn a_later_day_is_greater() {
        assert!(Date::read("2026-10-01") > Date::read("2026-09-30"));
    }
}
