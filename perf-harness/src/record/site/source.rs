//! What the source says around a line: the function that it stands in, and the loop.
//!
//! Debug information of line tables has no names of async functions, and none of loops. It is read as a person reads it, by
//! indentation, so it can be wrong about code that rustfmt never saw.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Around one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) function: Option<String>,
    /// The line of the innermost loop within the function.
    pub(super) in_loop: Option<u32>,
    /// It is an attribute: what stands there was generated.
    pub(super) is_attribute: bool,
}

/// What stands around a line of a file. Nothing is known of one that cannot be read.
pub(super) fn around(file: &Path, line: u32) -> Around {
    let text = read(file);
    let lines: Vec<&str> = text.lines().collect();
    usize::try_from(line).map_or_else(|_| Around::default(), |line| in_lines(&lines, line))
}

/// Read once: a path of calls has many lines of few files.
fn read(file: &Path) -> Arc<str> {
    static KNOWN: Mutex<Option<HashMap<PathBuf, Arc<str>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    let text = known.entry(file.to_owned()).or_insert_with(|| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        Arc::from(text)
    });
    Arc::clone(text)
}

fn in_lines(lines: &[&str], line: usize) -> Around {
    let mut around = Around::default();
    let Some(own) = line.checked_sub(1).and_then(|at| lines.get(at)) else {
        return around;
    };
    around.is_attribute = own.trim_start().starts_with("#[");
    // The head of a `while` is asked each time, that of a `for` once.
    if word_of(own) == Some("while") {
        around.in_loop = u32::try_from(line).ok();
    }
    let mut depth = indentation(own);
    if let Some(name) = function(own) {
        around.function = Some(name.to_owned());
        return around;
    }
    for (at, above) in lines[..line - 1].iter().enumerate().rev() {
        let is_code = !above.trim().is_empty() && !above.trim_start().starts_with("//");
        if !is_code || indentation(above) >= depth {
            continue;
        }
        // What closes a bracket opened it on a line that stands as far to the left: `) -> T {`, `} else {`.
        let closes = above.trim_start().starts_with([')', '}', ']']);
        depth = indentation(above) + usize::from(closes);
        if let Some(name) = function(above) {
            around.function = Some(name.to_owned());
            break;
        }
        if around.in_loop.is_none() && matches!(word_of(above), Some("for" | "while" | "loop")) {
            around.in_loop = u32::try_from(at + 1).ok();
        }
    }
    if around.function.is_none() {
        around.in_loop = None;
    }
    around
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The first word, a loop's label left out: `for` of `'outer: for x in y {`.
fn word_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let after = match line.split_once(": ") {
        Some((label, after)) if label.starts_with('\'') => after,
        _ => line,
    };
    after
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .filter(|word| !word.is_empty())
}

/// `load` of `pub(crate) async fn load(`.
fn function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_modifier = |word: &str| {
        matches!(
            word,
            "pub" | "async" | "unsafe" | "const" | "extern" | "default"
        ) || word.starts_with("pub(")
            || word.starts_with('"')
            || word.ends_with(')')
    };
    let name = after
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next();
    name.filter(|name| !name.is_empty() && before.split_whitespace().all(is_modifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
use a::b;

#[perf_test]
async fn listed(db: Db) {
    let list = db
        .record(list(&db))
        .await;
}

impl Users {
    pub(crate) async fn list(&self) -> Vec<User> {
        let mut users = Vec::new();
        // All of them.
        for id in self.ids().await {
            if id > 3 {
                let user = self
                    .load(id)
                    .await;
                users.push(user);
            }
        }
        self.count().await;
        while let Some(more) = self.more().await {
            users.push(more);
        }
        users
    }
}

fn plain() {}

async fn wide(
    db: &Db,
) -> Result<(), Error> {
    if db.is_open() {
        db.close();
    } else {
        db.open()
            .await;
    }
}
";

    fn check(line: usize, function: Option<&str>, in_loop: Option<u32>) {
        let lines: Vec<&str> = SOURCE.lines().collect();
        let around = in_lines(&lines, line);
        let found = (around.function.as_deref(), around.in_loop);
        assert_eq!(found, (function, in_loop), "{line}: {}", lines[line - 1]);
    }

    #[test]
    fn a_line_stands_in_a_function_and_in_a_loop() {
        check(6, Some("listed"), None);
        check(14, Some("list"), None);
        check(17, Some("list"), Some(14));
        check(22, Some("list"), None);
        check(23, Some("list"), Some(23));
        check(24, Some("list"), Some(23));
        check(30, Some("plain"), None);
        check(36, Some("wide"), None);
        check(39, Some("wide"), None);
        check(1, None, None);
    }

    #[test]
    fn an_attribute_is_told_from_code() {
        let lines: Vec<&str> = SOURCE.lines().collect();
        assert!(in_lines(&lines, 3).is_attribute && !in_lines(&lines, 6).is_attribute);
        assert_eq!(in_lines(&lines, 99), Around::default());
        assert_eq!(in_lines(&lines, 0), Around::default());
    }

    #[test]
    fn what_only_looks_like_a_function_or_a_loop_is_none() {
        assert_eq!(function("let f: fn (u32) = g;"), None);
        assert_eq!(function("    calls(|fn_name| fn_name)"), None);
        assert_eq!(function("pub const unsafe fn f<T>() {"), Some("f"));
        assert_eq!(word_of("format!(\"\")"), Some("format"));
        assert_eq!(word_of("'outer: for x in y {"), Some("for"));
        assert_eq!(word_of("} else {"), None);
    }
}
