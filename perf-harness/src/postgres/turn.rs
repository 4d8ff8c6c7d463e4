//! Whose turn it is to take times: one test at a time, of all processes of this user on this machine.

use std::fs::File;
use std::path::Path;

use super::private;
use crate::config;
use crate::error::SetupError;

/// Waits for the turn. It ends when the file is dropped, or with the process.
pub(crate) fn turn_to_take_times() -> Result<File, SetupError> {
    let memory = Path::new("/dev/shm");
    let root = match &config::config()?.clusters {
        Some(named) => named.clone(),
        None if memory.is_dir() => memory.to_owned(),
        None => private::short(&config::temporary_directory()).to_owned(),
    };
    let place = private::place(&root);
    private::directory(&place, private::place_mode())?;
    private::lock(&place.join("latency.lock"))
}
