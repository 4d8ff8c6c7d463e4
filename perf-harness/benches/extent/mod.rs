//! How much a program measures: all of it for `cargo bench`, a little for `cargo test --benches`, which only asks whether it works.

use std::env;

/// The first for `cargo bench`, which says `--bench`; the last one else.
pub(crate) fn of<T>(full: T, least: T) -> T {
    if is_asked("--bench") { full } else { least }
}

fn is_asked(word: &str) -> bool {
    env::args().any(|argument| argument == word)
}

/// The same of a program that also knows `--quick`: a little, but so much that its tables mean something.
#[allow(dead_code, reason = "not of all programs")]
pub(crate) fn or_quick<T>(full: T, quick: T, least: T) -> T {
    of(if is_asked("--quick") { quick } else { full }, least)
}
