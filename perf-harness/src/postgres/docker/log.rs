//! What a container writes until its server is ready: the reason when it ends before that.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use testcontainers::core::logs::LogFrame;
use testcontainers::core::logs::consumer::LogConsumer;

/// The most that is kept, in bytes.
const MOST: usize = 16 << 10;
/// The most lines that are told.
const LINES: usize = 8;

/// The last words of a container that was started.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    text: Vec<u8>,
    closed: bool,
}

impl Log {
    /// What is written from now on is not read: the server's log must not cost its first user anything.
    pub(super) fn close(&self) {
        self.state().closed = true;
    }

    /// The last lines that say something.
    pub(super) fn last_lines(&self) -> String {
        let state = self.state();
        let text = String::from_utf8_lossy(&state.text);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    fn write(&self, bytes: &[u8]) {
        let text = &mut self.state().text;
        text.extend_from_slice(bytes);
        let surplus = text.len().saturating_sub(MOST);
        text.drain(..surplus);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogConsumer for Log {
    fn accept<'a>(&'a self, record: &'a LogFrame) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if self.state().closed {
                std::future::pending::<()>().await;
            }
            self.write(record.bytes());
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_told_and_no_more_is_kept() {
        let log = Log::default();
        for n in 0..10_000 {
            log.write(format!("line {n}\n\n").as_bytes());
        }
        let told = log.last_lines();
        assert_eq!(told.lines().count(), LINES);
        assert!(
            told.starts_with("line 9992") && told.ends_with("line 9999"),
            "{told}"
        );
        assert_eq!(log.state().text.len(), MOST);
    }
}
