//! How crowded the machine is, by the kernel's own figures.

use std::time::Duration;

/// How long at least one thread of the machine waited for a processor, since boot, from `/proc/pressure/cpu`.
///
/// <https://docs.kernel.org/accounting/psi.html>
pub(super) fn some_waited(pressure: &str) -> Option<Duration> {
    let some = pressure
        .lines()
        .find_map(|line| line.strip_prefix("some "))?;
    let total = some
        .split_ascii_whitespace()
        .find_map(|word| word.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

/// How many threads ran or waited, on average over about a minute, from `/proc/loadavg`.
pub(super) fn load(loadavg: &str) -> Option<f64> {
    let first = loadavg.split_ascii_whitespace().next()?;
    first.parse().ok().filter(|load: &f64| load.is_finite())
}

/// Time since boot, from `/proc/uptime`. Time in which the machine was suspended is in it, which a monotonic clock leaves out.
pub(super) fn uptime(uptime: &str) -> Option<Duration> {
    let seconds = uptime.split_ascii_whitespace().next()?;
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_is_the_total_of_some() {
        let check = |text: &str, expected| {
            assert_eq!(some_waited(text), expected, "{text}");
        };
        let psi = "some avg10=42.91 avg60=29.47 avg300=20.00 total=12851056172\n\
                   full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
        check(psi, Some(Duration::from_micros(12_851_056_172)));
        check("full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", None);
        check("some avg10=42.91\n", None);
        check("some total=many\n", None);
        check("", None);
    }

    #[test]
    fn load_is_the_first_number() {
        assert_eq!(load("3.62 2.51 2.11 10/133 29738\n"), Some(3.62));
        assert_eq!(load("0.00 0.01 0.05 1/1 1\n"), Some(0.0));
        assert_eq!(load("nan 1 1\n"), None);
        assert_eq!(load(""), None);
    }

    #[test]
    fn uptime_is_the_first_number_in_seconds() {
        let expected = Duration::from_millis(39_331_910);
        assert_eq!(uptime("39331.91 22186.53\n"), Some(expected));
        assert_eq!(uptime("-1.00 0.00\n"), None);
        assert_eq!(uptime("now\n"), None);
        assert_eq!(uptime(""), None);
    }
}
