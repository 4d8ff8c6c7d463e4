//! What of the processors' time the hypervisor gave to others.

use std::time::Duration;

use super::files;

/// The unit of `/proc/stat`: the kernel has told it in hundredths of a second since Linux 2.6 on all but a few old machines.
const TICK: Duration = Duration::from_millis(10);

/// What the hypervisor has taken since the machine was started, if that is known.
pub(crate) fn stolen() -> Option<Duration> {
    let stat = files::here("/proc/stat")?;
    Stolen::parse(&stat).map(Stolen::in_all)
}

/// What `/proc/stat` says that the hypervisor gave to others of what was wanted here: of all processors together, in ticks
/// since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stolen(u64);

impl Stolen {
    /// `None` where the kernel is older than steal (2.6.11), or tells none of it.
    ///
    /// <https://man7.org/linux/man-pages/man5/proc_stat.5.html>
    pub(super) fn parse(stat: &str) -> Option<Self> {
        let all = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let stolen = all.split_ascii_whitespace().nth(7)?;
        stolen.parse().ok().map(Self)
    }

    /// Since the machine was started.
    pub(super) fn in_all(self) -> Duration {
        self.since(Self(0))
    }

    /// To the tick: what is told of may have been taken up to one before.
    pub(super) fn since(self, earlier: Self) -> Duration {
        let ticks = self.0.saturating_sub(earlier.0);
        TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stat: &str, expected: Option<u64>) {
        assert_eq!(Stolen::parse(stat), expected.map(Stolen), "{stat}");
    }

    #[test]
    fn the_first_line_is_of_all_processors() {
        let vm = "cpu  3992663 218407 1254412 2218653 43531 0 20607 89380 0 0\n\
                  cpu0 1934028 103973 610421 1205002 14149 0 7118 43376 0 0\n\
                  intr 1 2\n";
        check(vm, Some(89_380));
        check("cpu  100 10 30 500 5 1 2 7\n", Some(7));
    }

    #[test]
    fn an_old_kernel_does_not_tell_of_steal() {
        check("cpu  100 10 30 500\ncpu0 100 10 30 500\n", None);
        check("cpu  100 10 30 500 5 1 2\ncpu0 100 10 30 500 5 1 2\n", None);
        check("cpu0 100 10 30 500 5 1 2 7 0 0\n", None);
        check("cpu  100 10 30 500 5 1 2 seven 0 0\n", None);
        check("", None);
    }

    #[test]
    fn steal_is_told_in_hundredths_of_a_second() {
        let check = |earlier, later, milliseconds| {
            let stolen = Stolen(later).since(Stolen(earlier));
            assert_eq!(stolen, Duration::from_millis(milliseconds));
        };
        check(5, 15, 100);
        check(5, 5, 0);
        // Some hypervisors let it fall when the machine moves.
        check(5, 2, 0);
    }
}
