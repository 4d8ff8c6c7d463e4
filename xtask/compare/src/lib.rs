//! `cargo xtask bench-compare`: which of two versions is faster, by how much, and how surely.
//!
//! A library, so that a workspace's own xtask can have it:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     perf_harness_xtask::main()
//! }
//! ```
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | nothing became slower, or what did was allowed to |
//! | 1 | a confirmed regression, something counted that became more, or less gain than was required |
//! | 2 | it could not be measured: a mistake on the command line, a build that fails, a bench that panics |
//! | 3 | too noisy or undecided, where that was asked to fail (`--fail-on`) |
//!
//! # Modules, in reading order
//!
//! - `arguments`, `settings`: the command line; the file that holds single benches to something
//! - `session`: a whole comparison: both sides, their benches, one after the other
//! - `git`, `build`: a commit in a work tree of its own, and its bench programs
//! - `saved`: bench programs that are kept for a later comparison
//! - `divan`: names and values out of divan's text
//! - `lockstep`: two processes that take turns
//! - `rounds`: a bench on both sides, as many pairs of processes as it takes
//! - `callgrind`: the instructions of a bench, beside its time
//! - `estimate`, `counts`: from times to a change and its verdict; what is counted and not timed
//! - `outcome`: what a comparison found
//! - `report`: the table, JSON, markdown and page of it
//! - `trials`: how often all that is wrong, by experiment (feature `trials`)
//! - `interrupt`, `error`, `nearest`: Ctrl-C; what keeps a comparison from being made; what was probably meant

mod arguments;
mod build;
mod callgrind;
mod counts;
mod divan;
mod error;
mod estimate;
mod git;
mod interrupt;
mod lockstep;
#[path = "../../../perf-harness/src/nearest.rs"]
mod nearest;
mod outcome;
mod report;
mod rounds;
mod saved;
mod session;
mod settings;
// The library's statistics of pairs. They are pure, and the library itself would bring a database along.
#[path = "../../../perf-harness/src/stats/mod.rs"]
#[cfg_attr(not(test), expect(dead_code, reason = "the library asks for more"))]
#[expect(unused_imports, reason = "the same")]
mod stats;
#[cfg(feature = "trials")]
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an experiment that is looked at"
)]
mod trials;

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arguments::{Asked, Format};
use error::CompareError;
use outcome::Comparison;
use report::Look;
use session::Told;
#[cfg(feature = "trials")]
pub use trials::bench_trials;

/// The exit code of a mistake on the command line, and of what could not be measured.
const COULD_NOT_MEASURE: u8 = 2;

/// The first word of the command, which cargo hands on to its subcommands.
const COMMAND: &str = "bench-compare";

/// Reads the command line of this process and does what it says.
#[must_use = "the exit code is how the caller learns of a regression"]
pub fn main() -> ExitCode {
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match words.first() {
        Some(first) if first == COMMAND => drop(words.remove(0)),
        _ => {}
    }
    bench_compare(&words)
}

/// The same for a program that has other commands besides: `words` are those after `bench-compare`.
#[must_use = "the exit code is how the caller learns of a regression"]
pub fn bench_compare(words: &[OsString]) -> ExitCode {
    match act(words) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Where that cannot be told, the exit code says it.
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::from(COULD_NOT_MEASURE)
        }
    }
}

/// What standard output can show.
fn look() -> Look {
    let output = std::io::stdout();
    let size = rustix::termios::tcgetwinsize(&output).ok();
    let width = size
        .map(|size| usize::from(size.ws_col))
        .filter(|width| *width > 0);
    Look::new(width, |name| std::env::var(name).ok())
}

fn write(format: Format, path: &Path, outcome: &Comparison) -> Result<(), CompareError> {
    let text = match format {
        Format::Json => report::json(outcome),
        Format::Markdown => report::markdown(outcome),
        Format::Html => report::html(outcome),
        Format::Bencher => report::bencher(outcome),
        Format::Github => report::github_action_benchmark(outcome),
    };
    if path == Path::new("-") {
        return print(&text);
    }
    std::fs::write(path, text).map_err(|error| CompareError::File(path.to_owned(), error))
}

/// To the standard output, unlike `print!` without a panic where that is full.
fn print(text: &str) -> Result<(), CompareError> {
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        // Whoever read it has enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CompareError::File("the standard output".into(), error)),
        Ok(()) => Ok(()),
    }
}

/// That a file cannot be written is told before a minute of measuring, as far as it is known by then.
fn check(outputs: &[(Format, PathBuf)]) -> Result<(), CompareError> {
    for (_, path) in outputs {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let kind = if path.is_dir() {
            ErrorKind::IsADirectory
        } else if folder.is_some_and(|folder| !folder.is_dir()) {
            ErrorKind::NotFound
        } else {
            continue;
        };
        return Err(CompareError::File(path.clone(), kind.into()));
    }
    Ok(())
}

fn act(words: &[OsString]) -> Result<u8, CompareError> {
    let options = match arguments::read(words)? {
        Asked::Help => {
            print(arguments::HELP)?;
            return Ok(0);
        }
        Asked::Schema => {
            print(&report::schema())?;
            return Ok(0);
        }
        Asked::Save(saving) => {
            print(&session::save(&saving)?)?;
            return Ok(0);
        }
        Asked::Compare(options) => options,
    };
    check(&options.outputs)?;
    match session::run(&options)? {
        Told::Names(names) => {
            print(&(names.join("\n") + "\n"))?;
            Ok(0)
        }
        Told::Outcome(outcome) => {
            let told = print(&report::table(&outcome, look()));
            let outputs = options.outputs.iter();
            let written = outputs.map(|(format, path)| write(*format, path, &outcome));
            // What can be written is, whatever cannot.
            written.fold(told, Result::and)?;
            Ok(outcome.exit_code(options.fails_undecided, options.fails_noisy))
        }
    }
}
