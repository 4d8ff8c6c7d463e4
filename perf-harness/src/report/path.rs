//! The way that queries took through the user's code, as lines.

use crate::record::{CallPath, Frame, Shape};

/// How many places are told.
const MOST_PLACES: usize = 3;

/// `  from src/users.rs:58  load_profile` and who called that.
pub(super) fn came_from(shape: &Shape<'_>, count: &str) -> Vec<String> {
    let Some(path) = shape.path() else {
        return Vec::new();
    };
    let words = std::iter::once(format!("  from {}", place(path.site(), count)));
    let callers = path.frames()[1..].iter().take(MOST_PLACES - 1);
    let callers = callers.map(|frame| format!("    called by {}", place(frame, "")));
    words.chain(callers).chain(rest(path)).collect()
}

/// `src/users.rs:41  list_users, in the loop of line 40`
fn place(frame: &Frame, count: &str) -> String {
    let function = frame.function().map(|name| format!("  {name}"));
    let in_loop = frame.in_loop().map(|line| match line {
        line if line == frame.line() => ", a loop".to_owned(),
        line => format!(", in the loop of line {line}"),
    });
    let (file, line) = (frame.file().display(), frame.line());
    let parts = [function, in_loop].map(Option::unwrap_or_default);
    format!("{file}:{line}{}{count}", parts.concat())
}

fn rest(path: &CallPath) -> Option<String> {
    let more = path.frames().len().saturating_sub(MOST_PLACES);
    (more > 0).then(|| format!("    and {more} more"))
}
