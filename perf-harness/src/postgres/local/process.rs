//! The process that runs a cluster, told from any other with its number.

use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// A running server.
#[derive(Clone, Debug)]
pub(in crate::postgres) struct Postmaster {
    pid: Pid,
    data: String,
}

impl Postmaster {
    /// The server that a data directory names, if it is this directory's: numbers are used again.
    pub(super) fn of(data: &Path) -> Option<Self> {
        let file = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        // Below zero while `initdb` runs a server without a postmaster.
        let number: i32 = file.lines().next()?.trim().parse().ok()?;
        let found = Self {
            pid: Pid::from_raw(number.checked_abs()?)?,
            data: data.to_str()?.to_owned(),
        };
        found.is_alive().then_some(found)
    }

    /// Does it still run? It takes its number from the directory before it ends.
    pub(in crate::postgres) fn is_alive(&self) -> bool {
        command_line(self.pid.as_raw_nonzero().get()).contains(&self.data)
    }

    /// Tells it to end at once, without ceremony: its data is not needed any more.
    pub(super) fn quit(&self) {
        match kill_process(self.pid, Signal::QUIT) {
            // It may have ended meanwhile.
            Ok(()) | Err(_) => {}
        }
    }
}

/// What a process was started with, or nothing if there is none.
fn command_line(pid: i32) -> String {
    if let Ok(bytes) = std::fs::read(format!("/proc/{pid}/cmdline")) {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let output = Command::new("ps")
        .args(["-o", "args=", "-p", &pid.to_string()])
        .output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_names_no_process_of_ours_names_none() {
        let data = std::env::temp_dir().join(format!("ph-process-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let ours = i64::from(std::process::id());
        for number in [
            "",
            "x",
            "0",
            "-2147483648",
            &(-ours).to_string(),
            &ours.to_string(),
        ] {
            std::fs::write(data.join("postmaster.pid"), format!("{number}\n")).unwrap();
            assert!(Postmaster::of(&data).is_none(), "{number}");
        }
        std::fs::remove_dir_all(data).unwrap();
    }
}
