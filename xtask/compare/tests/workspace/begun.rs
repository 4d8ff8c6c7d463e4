//! A comparison that is under way.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::repository::{Told, Workspace, processes};

/// It is killed when this goes.
pub(crate) struct Begun {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Workspace {
    /// Begins one, and waits for a line with this word.
    pub(crate) fn begin(&self, line: &str, word: &str) -> Begun {
        let mut command = self.command(line);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let mut begun = Begun { child, errors };
        let mut said = String::new();
        while !said.lines().last().is_some_and(|line| line.contains(word)) {
            assert_ne!(begun.errors.read_line(&mut said).unwrap(), 0, "{said}");
        }
        begun
    }
}

impl Begun {
    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ctrl-C, but for this one only.
    pub(crate) fn interrupt(mut self) -> Told {
        self.signal(Signal::INT);
        assert!(has_ended(self.number()), "it goes on");
        let [mut output, mut errors] = [const { String::new() }; 2];
        self.errors.read_to_string(&mut errors).unwrap();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut output)
            .unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        Told {
            code,
            output,
            errors,
        }
    }

    /// Without a chance to do anything about it. Its benches go on to their end, for their gates are closed.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
        for bench in processes().into_keys() {
            assert!(has_ended(bench), "{bench} goes on");
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.number()).unwrap(), signal).unwrap();
    }

    fn number(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A bench that hangs would be found by the next test.
        for bench in processes().into_keys().filter_map(Pid::from_raw) {
            let _ = kill_process(bench, Signal::KILL);
        }
    }
}

/// Waits for the end of a process, at most a minute.
fn has_ended(number: i32) -> bool {
    const MINUTE: Timespec = Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    let Ok(process) = pidfd_open(Pid::from_raw(number).unwrap(), PidfdFlags::empty()) else {
        return true;
    };
    let mut asked = [PollFd::new(&process, PollFlags::IN)];
    poll(&mut asked, Some(&MINUTE)).unwrap() > 0
}
