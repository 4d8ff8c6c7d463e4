//! Waits that end within microseconds of their time, and never before. tokio's own end on whole milliseconds.

use std::time::Duration;

use super::now;

/// How long before its time tokio's timer is left alone: it may be a millisecond late.
const COARSE: Duration = Duration::from_millis(2);

/// A timer of the kernel's, where there is one to be had.
#[derive(Debug)]
pub(crate) struct Timer(Option<kernel::Alarm>);

impl Timer {
    /// Must be called within a runtime.
    pub(crate) fn new() -> Self {
        Self(kernel::Alarm::new())
    }

    /// Waits until this time of [`now`].
    pub(crate) async fn until(&self, due: Duration) {
        loop {
            let left = due.saturating_sub(now());
            if left.is_zero() {
                return;
            }
            match &self.0 {
                Some(alarm) if alarm.after(left).await.is_ok() => {}
                _ => coarse(left).await,
            }
        }
    }
}

/// Others have their turn meanwhile, and at the end again and again.
async fn coarse(left: Duration) {
    match left.checked_sub(COARSE) {
        Some(most) if !most.is_zero() => tokio::time::sleep(most).await,
        _ => tokio::task::yield_now().await,
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// `timerfd`: the thread sleeps in the same call as it does for its sockets, and is woken by a high-resolution timer.
    #[derive(Debug)]
    pub(super) struct Alarm(AsyncFd<OwnedFd>);

    impl Alarm {
        pub(super) fn new() -> Option<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags).ok()?;
            #[expect(
                deprecated,
                reason = "the new one is unsafe, for types that do not keep their descriptor; an `OwnedFd` does"
            )]
            let timer = AsyncFd::with_interest(timer, Interest::READABLE).ok()?;
            Some(Self(timer))
        }

        pub(super) async fn after(&self, left: Duration) -> io::Result<()> {
            let never = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let once = Itimerspec {
                it_interval: never,
                it_value: Timespec::try_from(left).map_err(io::Error::other)?,
            };
            timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &once)?;
            let rung = |timer: &OwnedFd| Ok(rustix::io::read(timer, &mut [0_u8; 8])?);
            self.0.async_io(Interest::READABLE, rung).await.map(drop)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::io;
    use std::time::Duration;

    /// There is none.
    #[derive(Debug)]
    pub(super) enum Alarm {}

    impl Alarm {
        pub(super) fn new() -> Option<Self> {
            None
        }

        pub(super) async fn after(&self, _: Duration) -> io::Result<()> {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_wait_ends_before_its_time() {
        for timer in [Timer::new(), Timer(None)] {
            for micros in [0, 1, 40, 999, 1_000, 3_300] {
                let due = now() + Duration::from_micros(micros);
                timer.until(due).await;
                assert!(now() >= due, "{micros} us");
            }
        }
    }

    #[tokio::test]
    async fn a_timer_that_was_given_up_on_is_set_anew() {
        let timer = Timer::new();
        let far = timer.until(now() + Duration::from_hours(1));
        let near = Duration::from_millis(2);
        tokio::time::timeout(near, far).await.expect_err("an hour");
        let due = now() + near;
        timer.until(due).await;
        assert!(now() >= due);
    }
}
