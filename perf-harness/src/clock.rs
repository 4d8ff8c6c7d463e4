//! The only source of time. Everything else is given the time it judges by.

mod timer;

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

pub(crate) use self::timer::Timer;
use crate::date::Date;

/// Time since this process first asked for it. Monotonic.
pub(crate) fn now() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Nanoseconds since 1970, for names that no other process uses. Not monotonic.
pub(crate) fn wall() -> u128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_nanos()
}

/// The day that it is, in UTC.
pub(crate) fn today() -> Date {
    const NANOSECONDS: u128 = 86_400_000_000_000;
    Date::of_days(i64::try_from(wall() / NANOSECONDS).unwrap_or(i64::MAX / 2))
}
