//! Where the groups of a process are in the file system: from `/proc/self/cgroup` and `/proc/self/mountinfo`, no IO.
//!
//! <https://man7.org/linux/man-pages/man7/cgroups.7.html>

use std::path::{Path, PathBuf};

/// The two kinds of control groups. A machine can have both at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// A control group that can limit processor time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) version: Version,
    pub(super) directory: PathBuf,
}

/// The groups that the process is in, and those above, the innermost first.
pub(super) fn places(cgroup: &str, mountinfo: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for mount in mountinfo.lines().filter_map(Mount::parse) {
        let Some(own) = path_in(cgroup, mount.version) else {
            continue;
        };
        for directory in mount.up_from(Path::new(own)) {
            let version = mount.version;
            let place = Place { version, directory };
            // The same hierarchy can be mounted twice, at one place.
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// The path in the hierarchy that has processor time. Lines are `number:controllers:path`, without controllers for V2.
fn path_in(cgroup: &str, version: Version) -> Option<&str> {
    cgroup.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let is_it = match version {
            Version::V1 => has_cpu(controllers),
            Version::V2 => controllers.is_empty(),
        };
        is_it.then_some(path)
    })
}

/// Not `cpuset`, and not `cpuacct`.
fn has_cpu(controllers: &str) -> bool {
    controllers.split(',').any(|name| name == "cpu")
}

/// A hierarchy of groups, as it is mounted.
#[derive(Debug)]
struct Mount {
    version: Version,
    /// The group that is seen at the mount point.
    root: PathBuf,
    point: PathBuf,
}

impl Mount {
    /// Lines are `id parent device root point options [fields] - type source options`.
    fn parse(line: &str) -> Option<Self> {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, point) = (place.next()?, place.next()?);
        let mut kind = kind.split(' ');
        let version = match (kind.next()?, kind.nth(1)) {
            ("cgroup2", _) => Version::V2,
            ("cgroup", Some(options)) if has_cpu(options) => Version::V1,
            _ => return None,
        };
        Some(Self {
            version,
            root: unescape(root).into(),
            point: unescape(point).into(),
        })
    }

    /// The directories of a group and of all above it that this mount shows; none when it is beside what is shown.
    fn up_from(&self, own: &Path) -> Vec<PathBuf> {
        let within = own.strip_prefix(&self.root);
        // A process can be in a group that is above the ones that its namespace shows.
        let shown = within.ok().filter(|within| !within.starts_with(".."));
        let Some(within) = shown else {
            return Vec::new();
        };
        within
            .ancestors()
            .map(|above| self.point.join(above).components().collect())
            .collect()
    }
}

/// Blanks, tabs, line feeds and backslashes are written in octal: `\040`.
fn unescape(field: &str) -> String {
    const ESCAPES: [(&str, &str); 4] = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    ESCAPES.iter().fold(field.to_owned(), |field, (from, to)| {
        field.replace(from, to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cgroup: &str, mountinfo: &str, expected: &[(Version, &str)]) {
        let places = places(cgroup, mountinfo);
        let found: Vec<_> = places
            .iter()
            .map(|place| (place.version, place.directory.to_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{cgroup}{mountinfo}");
    }

    const SYSTEMD: &str = "\
24 30 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
";

    #[test]
    fn under_version_2_the_groups_are_those_up_to_the_root() {
        check(
            "0::/user.slice/user-1000.slice/session-2.scope\n",
            SYSTEMD,
            &[
                (
                    Version::V2,
                    "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope",
                ),
                (Version::V2, "/sys/fs/cgroup/user.slice/user-1000.slice"),
                (Version::V2, "/sys/fs/cgroup/user.slice"),
                (Version::V2, "/sys/fs/cgroup"),
            ],
        );
    }

    #[test]
    fn a_container_of_version_2_sees_its_own_group_as_the_root() {
        let container = "\
1590 1589 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot
";
        check("0::/\n", container, &[(Version::V2, "/sys/fs/cgroup")]);
        // A step further in: a group that the container made.
        let expected = [
            (Version::V2, "/sys/fs/cgroup/job"),
            (Version::V2, "/sys/fs/cgroup"),
        ];
        check("0::/job\n", container, &expected);
    }

    const VERSION_1: &str = "\
25 18 0:20 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755
26 25 0:21 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:9 - cgroup cgroup rw,xattr,name=systemd
29 25 0:24 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:12 - cgroup cgroup rw,cpu,cpuacct
30 25 0:25 / /sys/fs/cgroup/cpuset rw,nosuid,nodev,noexec,relatime shared:13 - cgroup cgroup rw,cpuset
";

    #[test]
    fn under_version_1_the_hierarchy_of_processor_time_is_meant() {
        check(
            "11:cpuset:/elsewhere\n4:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice/a\n",
            VERSION_1,
            &[
                (Version::V1, "/sys/fs/cgroup/cpu,cpuacct/user.slice"),
                (Version::V1, "/sys/fs/cgroup/cpu,cpuacct"),
            ],
        );
        check("11:cpuset:/elsewhere\n2:cpuacct:/\n", VERSION_1, &[]);
    }

    #[test]
    fn a_container_of_version_1_sees_a_part_of_the_hierarchy() {
        let docker = "\
731 730 0:24 /docker/4f1e /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev,noexec,relatime master:12 - cgroup cgroup rw,cpu,cpuacct
";
        let at_the_point = [(Version::V1, "/sys/fs/cgroup/cpu,cpuacct")];
        check("4:cpu,cpuacct:/docker/4f1e\n", docker, &at_the_point);
        let nested = [
            (Version::V1, "/sys/fs/cgroup/cpu,cpuacct/job"),
            (Version::V1, "/sys/fs/cgroup/cpu,cpuacct"),
        ];
        check("4:cpu,cpuacct:/docker/4f1e/job\n", docker, &nested);
        // What is mounted is another's.
        check("4:cpu,cpuacct:/docker/4f1e99\n", docker, &[]);
        check("4:cpu,cpuacct:/\n", docker, &[]);
    }

    #[test]
    fn a_group_above_what_the_namespace_shows_is_not_seen() {
        check("0::/../../system.slice\n", SYSTEMD, &[]);
    }

    #[test]
    fn a_hybrid_machine_has_both() {
        let hybrid = "\
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
        let cgroup = "9:name=systemd:/\n2:cpuacct:/\n1:cpu:/jobs\n0::/init.scope\n";
        let expected = [
            (Version::V1, "/sys/fs/cgroup/cpu/jobs"),
            (Version::V1, "/sys/fs/cgroup/cpu"),
            (Version::V2, "/sys/fs/cgroup/unified/init.scope"),
            (Version::V2, "/sys/fs/cgroup/unified"),
        ];
        check(cgroup, hybrid, &expected);
    }

    #[test]
    fn a_hierarchy_that_is_mounted_twice_is_read_once() {
        let twice = [SYSTEMD, SYSTEMD].concat();
        check("0::/\n", &twice, &[(Version::V2, "/sys/fs/cgroup")]);
    }

    #[test]
    fn a_mount_point_may_have_blanks() {
        let mount = "35 24 0:30 / /my\\040groups\\134 rw shared:9 master:1 - cgroup2 none rw\n";
        check("0::/\n", mount, &[(Version::V2, "/my groups\\")]);
    }

    #[test]
    fn without_groups_there_are_none() {
        check("", "", &[]);
        check("0::/\n", "", &[]);
        check("", SYSTEMD, &[]);
        check("nonsense\n", "nonsense\n35 24 - cgroup2\n", &[]);
    }
}
