//! How much a program measures: all of it for `cargo bench`, a little for `cargo test --benches`, which only asks whether it works.

use std::env;

/// The first for `cargo bench`, which says `--bench`; the other one else.
pub(crate) fn of<T>(full: T, least: T) -> T {
    let is_bench = env::args().any(|argument| argument == "--bench");
    if is_bench { full } else { least }
}
