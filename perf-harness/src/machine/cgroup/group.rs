//! What the groups of a process say: their quotas, and how often and how long these held it up.

use std::path::PathBuf;
use std::time::Duration;

use super::place::{Place, Version, places};
use crate::machine::files::Files;

/// Times at which a quota was used up, and all that it is set on had to wait for the next period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Throttled {
    /// Periods in which that happened.
    pub(crate) times: u64,
    /// Of all processors together, which can be more than the time that passed.
    pub(crate) lasted: Duration,
}

impl Throttled {
    /// From a `cpu.stat`. `None` for a group that can have no quota.
    fn parse(stat: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut fields = stat.lines().filter_map(|line| line.split_once(' '));
            let (_, value) = fields.find(|(field, _)| *field == name)?;
            value.trim().parse().ok()
        };
        let lasted = value("throttled_usec").map(Duration::from_micros);
        Some(Self {
            times: value("nr_throttled")?,
            lasted: lasted.or_else(|| value("throttled_time").map(Duration::from_nanos))?,
        })
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            times: self.times.saturating_sub(earlier.times),
            lasted: self.lasted.saturating_sub(earlier.lasted),
        }
    }
}

/// The groups that this process is in, from its own to the outermost that is seen.
#[derive(Debug, Default)]
pub(in crate::machine) struct Groups(Vec<Place>);

impl Groups {
    pub(in crate::machine) fn of_this_process(files: Files<'_>) -> Self {
        let cgroup = files("/proc/self/cgroup").unwrap_or_default();
        let mountinfo = files("/proc/self/mountinfo").unwrap_or_default();
        Self(places(&cgroup, &mountinfo))
    }

    /// Since the groups were made, all together; `None` where no group tells of it.
    pub(in crate::machine) fn throttled(&self, files: Files<'_>) -> Option<Throttled> {
        let stats = self.0.iter().filter_map(|place| {
            let stat = place.file(files, "cpu.stat")?;
            Throttled::parse(&stat)
        });
        stats.reduce(|sum, one| Throttled {
            times: sum.times + one.times,
            lasted: sum.lasted + one.lasted,
        })
    }

    #[cfg(test)]
    pub(in crate::machine) fn directories(&self) -> impl Iterator<Item = &std::path::Path> {
        self.0.iter().map(|place| place.directory.as_path())
    }

    /// The smallest of their quotas, in processors.
    pub(in crate::machine) fn quota(&self, files: Files<'_>) -> Option<f64> {
        let quotas = self.0.iter().filter_map(|place| place.quota(files));
        quotas.min_by(f64::total_cmp)
    }
}

impl Place {
    fn file(&self, files: Files<'_>, name: &str) -> Option<String> {
        let path: PathBuf = self.directory.join(name);
        files(path.to_str()?)
    }

    fn quota(&self, files: Files<'_>) -> Option<f64> {
        match self.version {
            Version::V1 => {
                let file = |name| self.file(files, name);
                processors(&file("cpu.cfs_quota_us")?, &file("cpu.cfs_period_us")?)
            }
            Version::V2 => {
                let most = self.file(files, "cpu.max")?;
                let (quota, period) = most.trim().split_once(' ')?;
                processors(quota, period)
            }
        }
    }
}

/// How many processors a quota of so many microseconds in a period is. Without a quota it is `max` or -1.
fn processors(quota: &str, period: &str) -> Option<f64> {
    let quota: f64 = quota.trim().parse().ok()?;
    let period: f64 = period.trim().parse().ok()?;
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stat: &str, expected: Option<(u64, Duration)>) {
        let told = Throttled::parse(stat).map(|told| (told.times, told.lasted));
        assert_eq!(told, expected, "{stat}");
    }

    #[test]
    fn version_2_tells_microseconds() {
        let stat = "usage_usec 3214508\nuser_usec 2108741\nsystem_usec 1105767\n\
                    nr_periods 41\nnr_throttled 38\nthrottled_usec 1504221\nnr_bursts 0\nburst_usec 0\n";
        check(stat, Some((38, Duration::from_micros(1_504_221))));
    }

    #[test]
    fn version_1_tells_nanoseconds() {
        let stat = "nr_periods 23\nnr_throttled 23\nthrottled_time 1620959294\nnr_bursts 0\nburst_time 0\n";
        check(stat, Some((23, Duration::from_nanos(1_620_959_294))));
        check(
            "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
            Some((0, Duration::ZERO)),
        );
    }

    #[test]
    fn a_group_that_can_have_no_quota_tells_nothing() {
        check(
            "usage_usec 3214508\nuser_usec 2108741\nsystem_usec 1105767\n",
            None,
        );
        check("nr_periods 1\nnr_throttled 1\n", None);
        check("nr_throttled many\nthrottled_usec 1\n", None);
        check("", None);
    }

    #[test]
    fn a_quota_is_told_in_processors() {
        let check = |quota: &str, period: &str, expected| {
            assert_eq!(processors(quota, period), expected, "{quota} {period}");
        };
        check("200000", "100000\n", Some(2.0));
        check("50000\n", "100000\n", Some(0.5));
        check("max", "100000\n", None);
        check("-1\n", "100000\n", None);
        check("50000", "0", None);
        check("", "", None);
    }

    const MOUNTS: &str = "35 24 0:30 / /cg rw shared:9 - cgroup2 cgroup2 rw\n\
                          36 24 0:31 / /one/cpu rw - cgroup cgroup rw,cpu\n";

    fn groups_of(cgroup: &str, files: &[(&str, &str)]) -> (Option<Throttled>, Option<f64>) {
        let read = |path: &str| match path {
            "/proc/self/cgroup" => Some(cgroup.to_owned()),
            "/proc/self/mountinfo" => Some(MOUNTS.to_owned()),
            path => {
                let (_, text) = files.iter().find(|(name, _)| *name == path)?;
                Some((*text).to_owned())
            }
        };
        let groups = Groups::of_this_process(&read);
        (groups.throttled(&read), groups.quota(&read))
    }

    #[test]
    fn a_quota_above_the_own_group_holds_too() {
        let files = [
            (
                "/cg/pod/app/cpu.stat",
                "nr_throttled 1\nthrottled_usec 1000\n",
            ),
            ("/cg/pod/app/cpu.max", "max 100000\n"),
            ("/cg/pod/cpu.stat", "nr_throttled 2\nthrottled_usec 500\n"),
            ("/cg/pod/cpu.max", "150000 100000\n"),
            ("/cg/cpu.stat", "usage_usec 5\n"),
        ];
        let throttled = Throttled {
            times: 3,
            lasted: Duration::from_micros(1_500),
        };
        assert_eq!(
            groups_of("0::/pod/app\n", &files),
            (Some(throttled), Some(1.5))
        );
    }

    #[test]
    fn the_smallest_quota_is_the_one_that_holds() {
        let files = [
            ("/cg/pod/app/cpu.max", "300000 100000\n"),
            ("/cg/pod/cpu.max", "150000 100000\n"),
            ("/one/cpu/job/cpu.cfs_quota_us", "20000\n"),
            ("/one/cpu/job/cpu.cfs_period_us", "100000\n"),
        ];
        assert_eq!(groups_of("0::/pod/app\n", &files).1, Some(1.5));
        let outer_is_larger = [
            ("/cg/pod/app/cpu.max", "50000 100000\n"),
            ("/cg/pod/cpu.max", "150000 100000\n"),
        ];
        assert_eq!(groups_of("0::/pod/app\n", &outer_is_larger).1, Some(0.5));
        let both = "1:cpu:/job\n0::/pod/app\n";
        assert_eq!(groups_of(both, &files).1, Some(0.2));
    }

    #[test]
    fn where_no_group_tells_of_it_nothing_is_known() {
        assert_eq!(groups_of("", &[]), (None, None));
        assert_eq!(groups_of("0::/pod\n", &[]), (None, None));
    }

    #[test]
    fn what_came_meanwhile_is_never_negative() {
        let throttled = |times, micros| Throttled {
            times,
            lasted: Duration::from_micros(micros),
        };
        let (earlier, later) = (throttled(3, 70), throttled(5, 100));
        assert_eq!(later.since(earlier), throttled(2, 30));
        // A group that was made anew begins at zero.
        assert_eq!(earlier.since(later), throttled(0, 0));
    }
}
