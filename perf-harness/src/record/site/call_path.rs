//! The way that a query took through the user's code.

use std::path::Path;

use super::frame::{self, Frame};

/// The calls that led to a query, the innermost first: the whole of it is what tells two paths apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallPath {
    pub(crate) frames: Vec<Frame>,
}

impl CallPath {
    /// The path that a stack stands for, or `None` where nothing of it lies below `root`.
    pub(crate) fn of(stack: &[usize], root: &Path) -> Option<Self> {
        let mut frames: Vec<Frame> = Vec::new();
        for address in stack {
            for frame in frame::of_address(*address, root) {
                // A function, the blocks in it and what polls them are one place: the line that calls on.
                let is_same =
                    |last: &Frame| last.file == frame.file && last.function == frame.function;
                if !frames.last().is_some_and(is_same) {
                    frames.push(frame);
                }
            }
        }
        (!frames.is_empty()).then_some(Self { frames })
    }

    /// The place that sent the query.
    #[must_use]
    pub fn site(&self) -> &Frame {
        &self.frames[0]
    }

    /// All places, the innermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The functions on it, the innermost first, without lines: what stays the same when code around them moves.
    /// `src/users.rs load_profile < src/users.rs list_users`
    pub(crate) fn functions(&self) -> String {
        let function = |frame: &Frame| {
            let name = frame.function().unwrap_or_default();
            let file = frame.file().display().to_string().replace('\\', "/");
            format!("{file} {name}").trim_end().to_owned()
        };
        let functions: Vec<String> = self.frames.iter().map(function).collect();
        functions.join(" < ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(file: &str, line: u32, function: Option<&str>) -> Frame {
        Frame {
            file: file.into(),
            line,
            function: function.map(str::to_owned),
            in_loop: Some(line),
        }
    }

    #[test]
    fn the_functions_of_a_path_stay_the_same_when_lines_move() {
        let path = |line| CallPath {
            frames: vec![
                frame("src/users.rs", line, Some("load_profile")),
                frame("src/users.rs", line + 1, Some("list_users")),
                frame("src/main.rs", line + 2, None),
            ],
        };
        let expected = "src/users.rs load_profile < src/users.rs list_users < src/main.rs";
        assert_eq!(path(1).functions(), expected);
        assert_eq!(path(70).functions(), expected);
    }
}
