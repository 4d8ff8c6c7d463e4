//! What the machine's processors did, and what of their time the hypervisor gave to others.

use std::time::Duration;

/// The unit of `/proc/stat`: the kernel has told it in hundredths of a second since Linux 2.6 on all but a few old machines.
const TICK: Duration = Duration::from_millis(10);

/// What `/proc/stat` says of all processors together, in ticks since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticks {
    /// Not idle and not stolen. What guests of this machine use is in it.
    busy: u64,
    /// Wanted, and given to others by the hypervisor.
    stolen: u64,
}

/// Processor time that was wanted here, and that the hypervisor gave to others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Steal {
    /// Of all processors together, to the hundredth of a second.
    pub(crate) lasted: Duration,
    /// Of the processor time that was wanted, from 0 to 1. Idle processors count for nothing.
    pub(crate) share: f64,
}

impl Ticks {
    /// `None` where the kernel is older than steal (2.6.11), or tells none of it.
    ///
    /// <https://man7.org/linux/man-pages/man5/proc_stat.5.html>
    pub(super) fn parse(stat: &str) -> Option<Self> {
        let all = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let numbers: Option<Vec<u64>> = all
            .split_ascii_whitespace()
            .map(|number| number.parse().ok())
            .collect();
        let &[user, nice, system, _idle, _iowait, irq, softirq, stolen, ..] = &numbers?[..] else {
            return None;
        };
        Some(Self {
            busy: user + nice + system + irq + softirq,
            stolen,
        })
    }

    pub(super) fn steal_since(self, earlier: Self) -> Steal {
        let stolen = self.stolen.saturating_sub(earlier.stolen);
        let wanted = stolen + self.busy.saturating_sub(earlier.busy);
        let ticks = u32::try_from(stolen).unwrap_or(u32::MAX);
        Steal {
            lasted: TICK * ticks,
            share: share(stolen, wanted),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share, for a person")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stat: &str, expected: Option<(u64, u64)>) {
        let ticks = Ticks::parse(stat).map(|ticks| (ticks.busy, ticks.stolen));
        assert_eq!(ticks, expected, "{stat}");
    }

    #[test]
    fn the_first_line_is_of_all_processors() {
        let vm = "cpu  3992663 218407 1254412 2218653 43531 0 20607 89380 0 0\n\
                  cpu0 1934028 103973 610421 1205002 14149 0 7118 43376 0 0\n\
                  intr 1 2\n";
        check(vm, Some((3_992_663 + 218_407 + 1_254_412 + 20_607, 89_380)));
        // Time of guests is in `user` and `nice` already.
        check("cpu  100 10 30 500 5 1 2 7 40 3\n", Some((143, 7)));
        check("cpu  100 10 30 500 5 1 2 7\n", Some((143, 7)));
    }

    #[test]
    fn an_old_kernel_does_not_tell_of_steal() {
        check("cpu  100 10 30 500\ncpu0 100 10 30 500\n", None);
        check("cpu  100 10 30 500 5 1 2\ncpu0 100 10 30 500 5 1 2\n", None);
        check("cpu0 100 10 30 500 5 1 2 7 0 0\n", None);
        check("cpu  100 10 thirty 500 5 1 2 7 0 0\n", None);
        check("", None);
    }

    #[test]
    fn steal_is_a_share_of_what_was_wanted() {
        let ticks = |busy, stolen| Ticks { busy, stolen };
        let check = |earlier: Ticks, later: Ticks, milliseconds, share: f64| {
            let steal = later.steal_since(earlier);
            assert_eq!(steal.lasted, Duration::from_millis(milliseconds));
            assert!((steal.share - share).abs() < 1e-9, "{steal:?}");
        };
        check(ticks(100, 5), ticks(190, 15), 100, 0.1);
        check(ticks(100, 5), ticks(190, 5), 0, 0.0);
        check(ticks(100, 5), ticks(100, 5), 0, 0.0);
        check(ticks(100, 5), ticks(100, 8), 30, 1.0);
        // Some hypervisors let it fall when the machine moves.
        check(ticks(100, 5), ticks(90, 2), 0, 0.0);
    }
}
