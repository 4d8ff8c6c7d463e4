//! The process that runs a cluster, told from any other with its number.

use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// The server that a data directory names, if it is this directory's: numbers are used again.
pub(super) fn postmaster(data: &Path) -> Option<Pid> {
    let file = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid: i32 = file.lines().next()?.trim().parse().ok()?;
    let is_ours = command_line(pid).contains(data.to_str()?);
    is_ours.then(|| Pid::from_raw(pid)).flatten()
}

/// Stops a server at once, without ceremony: its data is not needed any more.
pub(super) fn quit(pid: Pid) {
    match kill_process(pid, Signal::QUIT) {
        // It may have ended meanwhile.
        Ok(()) | Err(_) => {}
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
