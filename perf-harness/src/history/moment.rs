//! A moment as it is written: `2026-11-26T09:24:22.123Z`, in UTC, so that later ones sort behind earlier ones.

use crate::date::Date;

/// So many nanoseconds after 1970 began.
pub(super) fn written(nanoseconds: u128) -> String {
    const DAY_MS: u128 = 86_400_000;
    let ms = nanoseconds / 1_000_000;
    let date = Date::of_days(i64::try_from(ms / DAY_MS).unwrap_or_default());
    let (seconds, rest) = (ms % DAY_MS / 1_000, ms % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{date}T{hours:02}:{minutes:02}:{seconds:02}.{rest:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_to_the_millisecond() {
        let check = |ms: u128, expected: &str| assert_eq!(written(ms * 1_000_000), expected);
        check(0, "1970-01-01T00:00:00.000Z");
        check(1_795_685_062_123, "2026-11-26T09:24:22.123Z");
        check(951_868_799_999, "2000-02-29T23:59:59.999Z");
    }
}
