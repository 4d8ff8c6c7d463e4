//! Divan's text of one bench that ran alone: `--bench --exact NAME`.
//!
//! The name is known, so each line of the tree must be the next piece of it. That is how names may hold anything, and how what
//! the bench itself prints to stdout is found.

use std::collections::BTreeMap;

use super::cells::{COLUMNS, cut, nanoseconds, time_at_the_end, whole};
use super::rows::Rows;
use super::unreadable::{Problem, Unreadable};

/// What divan measured. Times are of one iteration; divan cuts them to four digits, and never rounds up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Measured {
    /// How many threads ran it, where it ran for more than one number of them. None where divan does not say: one number.
    pub(crate) threads: Option<usize>,
    /// Nothing at all, where the bench is faster than divan's own overhead.
    pub(crate) fastest_ns: f64,
    pub(crate) slowest_ns: f64,
    pub(crate) median_ns: f64,
    pub(crate) mean_ns: f64,
    pub(crate) samples: u32,
    /// Of all samples.
    pub(crate) iterations: u64,
    /// Throughput by what is counted (`bytes`, `chars`, `cycles`, `items`), as divan tells it: fastest, slowest, median, mean.
    pub(crate) counters: BTreeMap<String, [String; 4]>,
    /// What one iteration allocates, where it was the same in the four columns: `alloc count`, `alloc bytes`, and so of
    /// `dealloc`, `grow`, `shrink` and `max alloc`. What is zero is not told, nor is anything without divan's `AllocProfiler`.
    ///
    /// Exact below 10 000, and of bytes only in divan's decimal units: divan cuts to four digits. `max alloc` is what a *sample*
    /// held at once, divided by its size, so it is comparable between equal sample sizes only.
    pub(crate) allocations: BTreeMap<String, f64>,
    /// The same where samples differ: the mean.
    pub(crate) unsteady: BTreeMap<String, f64>,
}

/// What the bench `name` printed as a program of its own: a measurement for each number of threads, at least one.
pub(crate) fn read(text: &str, name: &str) -> Result<Vec<Measured>, Unreadable> {
    let lines: Vec<&str> = text.lines().collect();
    let unreadable = |(at, problem): (usize, Problem)| Unreadable {
        bench: name.to_owned(),
        line: lines.get(at).map(|line| (at + 1, (*line).to_owned())),
        problem,
    };
    measured(&lines, name).map_err(unreadable)
}

/// A problem comes with the line that has it, from 0.
type Found<T> = Result<T, (usize, Problem)>;

fn measured(lines: &[&str], name: &str) -> Found<Vec<Measured>> {
    let mut tree = Tree::below(lines, name)?;
    for (at, line) in lines.iter().enumerate().skip(1) {
        tree.take(line).map_err(|problem| match problem {
            Problem::Empty => after_an_empty_one(lines, at),
            problem => (at, problem),
        })?;
    }
    if tree.measured.is_empty() || !tree.rows.is_open() {
        return Err((lines.len() - 1, Problem::CutOff));
    }
    Ok(tree.measured)
}

/// A bench without values: it has none, or what it printed is between them and its name, or it did not come to them.
fn after_an_empty_one(lines: &[&str], at: usize) -> (usize, Problem) {
    let is_divans = |line: &&str| line.is_empty() || branch(line).is_some();
    let after = &lines[at + 1..];
    match after.iter().position(|line| !is_divans(line)) {
        Some(printed) => (at + 1 + printed, Problem::PrintsToStdout),
        None if after.is_empty() => (at, Problem::CutOff),
        None => (at, Problem::Empty),
    }
}

/// The tree as far as it was read.
struct Tree<'n> {
    /// What of the name is left to be read below each of the open nodes. None below the whole of it.
    left: Vec<Option<&'n str>>,
    measured: Vec<Measured>,
    rows: Rows,
    is_closed: bool,
}

impl<'n> Tree<'n> {
    fn below(lines: &[&str], name: &'n str) -> Found<Self> {
        let Some(head) = lines.first() else {
            return Err((0, Problem::Silent));
        };
        let Some(root) = root(head) else {
            let is_test = next(name, head).is_some();
            let problem = if is_test {
                Problem::TestMode
            } else {
                Problem::NoTable
            };
            return Err((0, problem));
        };
        let left = next(name, root).ok_or((0, Problem::AnotherBench))?;
        Ok(Self {
            left: vec![left],
            measured: Vec::new(),
            rows: Rows::Open,
            is_closed: false,
        })
    }

    fn take(&mut self, line: &str) -> Result<(), Problem> {
        if self.is_closed {
            return Err(Problem::PrintsToStdout);
        }
        if line.is_empty() {
            self.is_closed = true;
            return Ok(());
        }
        if let Some((depth, shown)) = branch(line).filter(|_| self.rows.is_open()) {
            return self.node(depth, &Shown::of(shown));
        }
        let measured = self.measured.last_mut().ok_or(Problem::PrintsToStdout)?;
        let rows = self.rows.take(line, measured);
        self.rows = rows.ok_or(Problem::PrintsToStdout)?;
        Ok(())
    }

    fn node(&mut self, depth: usize, shown: &Shown<'_>) -> Result<(), Problem> {
        self.left.truncate(depth);
        let left = match self.left.get(depth - 1) {
            Some(left) => *left,
            None => return Err(Problem::AnotherBench),
        };
        match shown {
            Shown::Bench { name, values } => self.bench(left, name, values),
            Shown::Parent(name) => self.parent(left, name),
            Shown::Name(name) => Err(match left {
                None if threads(name).is_some() => Problem::Empty,
                Some(left) if next(left, name) == Some(None) => Problem::Empty,
                left => foreign(left, name),
            }),
        }
    }

    fn bench(&mut self, left: Option<&str>, name: &str, values: &Measured) -> Result<(), Problem> {
        let of_threads = match left {
            None => Some(threads(name).ok_or(Problem::AnotherBench)?),
            Some(left) if next(left, name) == Some(None) => None,
            left => return Err(foreign(left, name)),
        };
        let is_known = |other: &Measured| other.threads == of_threads;
        if self.measured.iter().any(is_known) {
            return Err(Problem::Twice);
        }
        if !values.is_in_order() {
            return Err(Problem::Disordered);
        }
        self.measured.push(Measured {
            threads: of_threads,
            ..values.clone()
        });
        Ok(())
    }

    fn parent(&mut self, left: Option<&'n str>, name: &str) -> Result<(), Problem> {
        let left = left.ok_or(Problem::AnotherBench)?;
        if let Some(below) = next(left, name) {
            self.left.push(below);
            return Ok(());
        }
        let ignored = name.trim_end_matches(' ').strip_suffix("(ignored)");
        match ignored.and_then(|name| next(left, name)) {
            Some(None) => Err(Problem::Ignored),
            _ => Err(foreign(Some(left), name)),
        }
    }
}

/// A name that is not the next piece: the piece and what the bench printed after it, or a bench that nobody asked for.
fn foreign(left: Option<&str>, name: &str) -> Problem {
    match left {
        Some(left) if name.starts_with(left) => Problem::PrintsToStdout,
        None if name.starts_with("t=") => Problem::PrintsToStdout,
        _ => Problem::AnotherBench,
    }
}

/// A node of the tree without what is drawn before it.
enum Shown<'l> {
    Bench {
        name: &'l str,
        values: Measured,
    },
    Parent(&'l str),
    /// No cells, or some that are divan's by chance only.
    Name(&'l str),
}

impl<'l> Shown<'l> {
    fn of(text: &'l str) -> Self {
        let Some(cells) = cut(text) else {
            return Self::Name(text);
        };
        if cells[1..] == [""; COLUMNS - 1] {
            return Self::Parent(cells[0]);
        }
        match values(cells) {
            Some((name, values)) => Self::Bench { name, values },
            None => Self::Name(text),
        }
    }
}

fn values(
    [first, slowest, median, mean, samples, iterations]: [&str; COLUMNS],
) -> Option<(&str, Measured)> {
    let (name, fastest_ns) = time_at_the_end(first)?;
    let values = Measured {
        fastest_ns,
        slowest_ns: nanoseconds(slowest)?,
        median_ns: nanoseconds(median)?,
        mean_ns: nanoseconds(mean)?,
        samples: whole(samples)?,
        iterations: whole(iterations)?,
        ..Measured::default()
    };
    Some((name, values))
}

impl Measured {
    fn is_in_order(&self) -> bool {
        let range = self.fastest_ns..=self.slowest_ns;
        range.contains(&self.median_ns) && range.contains(&self.mean_ns)
    }
}

/// The name before the titles of the columns.
fn root(head: &str) -> Option<&str> {
    let [first, "slowest", "median", "mean", "samples", "iters"] = cut(head)? else {
        return None;
    };
    first.trim_end_matches(' ').strip_suffix("fastest")
}

/// How deep in the tree the line's node is, and the line without what is drawn before the name. None of a line without one.
fn branch(line: &str) -> Option<(usize, &str)> {
    let mut depth = 1;
    let mut text = line;
    loop {
        if let Some(name) = text.strip_prefix("├─ ").or(text.strip_prefix("╰─ ")) {
            return Some((depth, name));
        }
        text = text.strip_prefix("│  ").or(text.strip_prefix("   "))?;
        depth += 1;
    }
}

fn threads(name: &str) -> Option<usize> {
    whole(name.trim_end_matches(' ').strip_prefix("t=")?)
}

/// What is left after `shown`, which is followed by blanks of the table or of the name: the next piece, or nothing at all.
/// None where the name goes on otherwise.
#[expect(clippy::option_option, reason = "no match, and a match of all")]
fn next<'n>(left: &'n str, shown: &str) -> Option<Option<&'n str>> {
    let after = left.strip_prefix(shown.trim_end_matches(' '))?;
    match after.trim_start_matches(' ') {
        "" => Some(None),
        more => more.strip_prefix("::").map(Some),
    }
}

#[cfg(test)]
mod painted;
#[cfg(test)]
mod tests;
