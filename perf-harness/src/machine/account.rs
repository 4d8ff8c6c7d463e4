//! The scheduler's account of one thread, kept open: a read costs about a microsecond, and allocates nothing.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::usage::Usage;

/// Longer than three numbers of 64 bits.
const LONGEST: usize = 96;

/// An open `schedstat`. It stays that of its thread: one that gets the same number later is another.
#[derive(Debug)]
pub(super) struct Account {
    file: File,
    last: Mutex<Usage>,
}

impl Account {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let last = Mutex::new(read(&file)?);
        Ok(Self { file, last })
    }

    /// What is spent by now. A thread that has ended keeps what was last read.
    pub(super) fn usage(&self) -> Usage {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(usage) = read(&self.file) {
            *last = usage;
        }
        *last
    }

    /// Whether the thread is still there.
    pub(super) fn is_open(&self) -> bool {
        read(&self.file).is_ok()
    }
}

fn read(file: &File) -> io::Result<Usage> {
    let mut text = [0; LONGEST];
    let length = file.read_at(&mut text, 0)?;
    Usage::parse(&text[..length]).ok_or_else(|| {
        let text = String::from_utf8_lossy(&text[..length]).into_owned();
        io::Error::new(io::ErrorKind::InvalidData, format!("it says {text:?}"))
    })
}
