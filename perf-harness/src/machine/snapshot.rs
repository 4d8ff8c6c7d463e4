//! What the kernel tells of the machine at one moment.

use std::time::Duration;

use super::cgroup::{Groups, Throttled};
use super::files::Files;
use super::pressure::{some_waited, uptime};
use super::processors::Stolen;
use crate::clock;

/// All that only grows, so that two of them tell what came between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot {
    /// By the clock, just before the first figure and just after the last.
    pub(super) before: Duration,
    pub(super) after: Duration,
    pub(super) stolen: Option<Stolen>,
    pub(super) throttled: Option<Throttled>,
    pub(super) pressure: Option<Duration>,
    pub(super) uptime: Option<Duration>,
}

impl Snapshot {
    pub(super) fn take(files: Files<'_>, groups: &Groups) -> Self {
        let before = clock::now();
        let stolen = files("/proc/stat").and_then(|text| Stolen::parse(&text));
        let throttled = groups.throttled(files);
        let pressure = files("/proc/pressure/cpu").and_then(|text| some_waited(&text));
        let uptime = files("/proc/uptime").and_then(|text| uptime(&text));
        Self {
            before,
            after: clock::now(),
            stolen,
            throttled,
            pressure,
            uptime,
        }
    }
}
