//! The way that queries took through the user's code, as lines.

use crate::record::{CallPath, Frame, Shape};

/// How many of the innermost places are told.
const MOST_PLACES: usize = 3;

/// `  from src/users.rs:58  load_profile` and who called that: the innermost places, the one with the loop, and the one where
/// it parts from another shape's way to the same query.
pub(super) fn came_from(shape: &Shape<'_>, count: &str, others: &[Shape<'_>]) -> Vec<String> {
    let Some(path) = shape.path() else {
        return Vec::new();
    };
    let same = |other: &&Shape<'_>| other.fingerprint() == shape.fingerprint();
    let paths = others.iter().filter(same).filter_map(Shape::path);
    told(path, count, paths)
}

fn told<'p>(
    path: &CallPath,
    count: &str,
    others: impl Iterator<Item = &'p CallPath>,
) -> Vec<String> {
    let frames = path.frames();
    let parts = others.filter_map(|other| parting(path, other)).max();
    let in_loop = frames.iter().position(|frame| frame.in_loop().is_some());
    let mut places: Vec<usize> = (0..frames.len().min(MOST_PLACES)).collect();
    places.extend(
        [in_loop, parts]
            .into_iter()
            .flatten()
            .filter(|at| *at >= MOST_PLACES),
    );
    places.sort_unstable();
    places.dedup();
    let mut lines = vec![format!("  from {}", place(path.site(), count))];
    for pair in places.windows(2) {
        let between = match pair[1] - pair[0] - 1 {
            0 => String::new(),
            more => format!("{more} more, "),
        };
        lines.push(format!(
            "    {between}called by {}",
            place(&frames[pair[1]], "")
        ));
    }
    let more = frames.len() - 1 - places.last().copied().unwrap_or_default();
    lines.extend((more > 0).then(|| format!("    and {more} more")));
    lines
}

/// Where a path parts from another one, if it is another one.
fn parting(path: &CallPath, other: &CallPath) -> Option<usize> {
    let mut pairs = path.frames().iter().zip(other.frames());
    let parts = pairs.position(|(one, other)| one != other);
    // One can be the beginning of the other.
    parts.or_else(|| (path.frames().len() > other.frames().len()).then(|| other.frames().len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of one file, by line; those of `in_loop` stand in a loop.
    fn path(lines: &[u32], in_loop: &[u32]) -> CallPath {
        let frame = |line: &u32| Frame {
            file: "a.rs".into(),
            line: *line,
            function: Some(format!("f{line}")),
            in_loop: in_loop.contains(line).then_some(line - 1),
        };
        CallPath {
            frames: lines.iter().map(frame).collect(),
        }
    }

    fn check(path: &CallPath, others: &[CallPath], expected: &[&str]) {
        assert_eq!(told(path, "", others.iter()), expected);
    }

    #[test]
    fn the_innermost_places_are_told() {
        check(&path(&[10], &[]), &[], &["  from a.rs:10  f10"]);
        check(
            &path(&[10, 20, 30, 40, 50], &[20]),
            &[],
            &[
                "  from a.rs:10  f10",
                "    called by a.rs:20  f20, in the loop of line 19",
                "    called by a.rs:30  f30",
                "    and 2 more",
            ],
        );
    }

    #[test]
    fn the_loop_is_told_however_far_out_it_is() {
        check(
            &path(&[10, 20, 30, 40, 50, 60], &[50]),
            &[],
            &[
                "  from a.rs:10  f10",
                "    called by a.rs:20  f20",
                "    called by a.rs:30  f30",
                "    1 more, called by a.rs:50  f50, in the loop of line 49",
                "    and 1 more",
            ],
        );
    }

    #[test]
    fn the_place_where_two_ways_part_is_told() {
        let long = [10, 20, 30, 40, 50, 60];
        let expected = [
            "  from a.rs:10  f10",
            "    called by a.rs:20  f20",
            "    called by a.rs:30  f30",
            "    1 more, called by a.rs:50  f50",
            "    and 1 more",
        ];
        let others = [path(&[10, 20, 30, 40, 51, 60], &[]), path(&[10, 21], &[])];
        check(&path(&long, &[]), &others, &expected);
        check(&path(&long, &[]), &[path(&long[..4], &[])], &expected);
        // The same way is no other one.
        check(
            &path(&long, &[]),
            &[path(&long, &[])],
            &[
                "  from a.rs:10  f10",
                "    called by a.rs:20  f20",
                "    called by a.rs:30  f30",
                "    and 3 more",
            ],
        );
    }
}
