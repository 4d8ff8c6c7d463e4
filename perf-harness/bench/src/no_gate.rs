//! Where there are no unix sockets, nobody compares in lockstep.

use std::time::Duration;

pub(crate) enum Gate {}

impl Gate {
    pub(crate) fn open(_: &[(String, u64)]) -> Option<Self> {
        None
    }

    pub(crate) fn sample_size(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn wait(&self) {
        match *self {}
    }

    pub(crate) fn tell(&self, _: Duration) {
        match *self {}
    }
}
