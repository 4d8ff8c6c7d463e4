//! Why divan's text cannot be read, and what helps.

use std::error::Error;
use std::fmt;

/// How much of a line is told.
const LONGEST: usize = 160;

/// Divan's text of a bench, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// The bench that was asked for.
    pub(super) bench: String,
    /// Its number, from 1, and its text. None where there is no line.
    pub(super) line: Option<(usize, String)>,
    pub(super) problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not a line. Divan is silent, and content, where nothing has the name.
    Silent,
    /// It does not start as a table.
    NoTable,
    /// Names without times.
    TestMode,
    Ignored,
    /// It takes a bencher and does not use it.
    Empty,
    PrintsToStdout,
    /// Two benches have the name.
    Twice,
    AnotherBench,
    /// The fastest sample is not the fastest.
    Disordered,
    /// The text ends too early.
    CutOff,
}

impl Problem {
    fn in_words(self) -> &'static str {
        match self {
            Self::Silent => {
                "divan printed nothing: no bench has exactly this name (one with arguments, constants or types is selected with \
                 them, as `--list` shows)"
            }
            Self::NoTable => {
                "is not the head of divan's table: does the program's `main` print? Let it print to stderr"
            }
            Self::TestMode => {
                "has no times, as in a test: does the program's `main` call `divan::main()`, so that divan sees `--bench`?"
            }
            Self::Ignored => "it is marked `ignore`: take the mark off, or leave the bench out",
            Self::Empty => "measures nothing: it takes a `Bencher` and calls none of its methods",
            Self::PrintsToStdout => {
                "is not divan's alone: the bench prints to stdout, where divan's table is; let it print to stderr, or not at all"
            }
            Self::Twice => {
                "is a second bench of the same name (types of one name, or equal arguments): give it another name"
            }
            Self::AnotherBench => "is another bench than the one that was asked for",
            Self::Disordered => {
                "has a fastest sample that is not the fastest, or a slowest that is not the slowest: does the bench print digits \
                 to stdout?"
            }
            Self::CutOff => "is the last line, and values are missing",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bench,
            line,
            problem,
        } = self;
        write!(f, "divan's output of `{bench}` cannot be read: ")?;
        if let Some((number, text)) = line {
            let end = text.char_indices().nth(LONGEST);
            let (told, rest) = end.map_or((&**text, ""), |(end, _)| (&text[..end], ".."));
            write!(f, "line {number}, `{told}{rest}`, ")?;
        }
        f.write_str(problem.in_words())
    }
}

impl Error for Unreadable {}
