//! Which benches a program has: `NEXTEST=1 PROGRAM --list --format terse`, which divan answers with a line for each.
//!
//! Every name in that list, and nothing else, is selected by `--exact`: the path of modules and groups by their shown names, then
//! the bench's, and then a type, a constant and an argument where it has them. Without them (`a::with_args`) nothing is selected.
//! Numbers of threads are no part of a name: they run together. What is marked `ignore` is not listed.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::program::{self, Ended, in_words, last_lines, without_divans_variables};

/// What ends each line.
const ENDING: &str = ": benchmark";

/// The benches of a program, in its order, which is not the order of anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Those that are the only one of their name.
    pub(crate) single: Vec<String>,
    /// Names that two benches or more have, so that neither can be run alone: types of one name, equal arguments.
    pub(crate) twice: BTreeSet<String>,
}

/// A program that does not answer as divan does.
#[derive(Debug)]
pub(crate) struct NotDivan {
    exe: PathBuf,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    NotStarted(std::io::Error),
    Hangs { deadline: Duration, stderr: String },
    Ended { how: String, stderr: String },
    Prints { number: usize, line: String },
    PrintsTooMuch,
}

/// Asks the program. One without benches, or that does not listen to its arguments and is silent, has none.
pub(crate) fn list(exe: &Path, current_dir: &Path, deadline: Duration) -> Result<Names, NotDivan> {
    let mut command = Command::new(exe);
    without_divans_variables(&mut command);
    // The last option is divan's only: libtest and criterion list in the same words, and refuse it.
    command
        .args(["--list", "--format", "terse", "--sample-count", "1"])
        .env("NEXTEST", "1")
        .current_dir(current_dir);
    let listed = program::run(&mut command, deadline).map_err(Reason::NotStarted);
    let names = listed.and_then(|ended| names(ended, deadline));
    names.map_err(|reason| NotDivan {
        exe: exe.to_owned(),
        reason,
    })
}

fn names(ended: Ended, deadline: Duration) -> Result<Names, Reason> {
    let stderr = ended.stderr;
    match ended.status {
        None => Err(Reason::Hangs { deadline, stderr }),
        Some(status) if !status.success() => {
            let how = in_words(status);
            Err(Reason::Ended { how, stderr })
        }
        Some(_) if ended.is_cut => Err(Reason::PrintsTooMuch),
        Some(_) => read(&ended.stdout),
    }
}

fn read(list: &str) -> Result<Names, Reason> {
    let mut seen = BTreeSet::new();
    let mut names = Names::default();
    for (at, line) in list.lines().enumerate() {
        let name = line.strip_suffix(ENDING).ok_or_else(|| Reason::Prints {
            number: at + 1,
            line: line.to_owned(),
        })?;
        if seen.insert(name) {
            names.single.push(name.to_owned());
        } else {
            names.twice.insert(name.to_owned());
        }
    }
    names.single.retain(|name| !names.twice.contains(name));
    Ok(names)
}

impl fmt::Display for NotDivan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no program of divan benches: ",
            self.exe.display()
        )?;
        match &self.reason {
            Reason::NotStarted(error) => write!(f, "it could not be started: {error}"),
            Reason::Hangs { deadline, stderr } => {
                let told = last_lines(stderr);
                write!(
                    f,
                    "asked for its list, it was not done after {deadline:?}{told}"
                )
            }
            Reason::Ended { how, stderr } => {
                write!(f, "asked for its list, it {how}{}", last_lines(stderr))
            }
            Reason::Prints { number, line } => write!(
                f,
                "line {number} of its list is `{line}`, not `NAME{ENDING}`: does its `main` print, or a bench's name hold a line \
                 break? Let it print to stderr"
            ),
            Reason::PrintsTooMuch => f.write_str("its list is longer than a megabyte"),
        }
    }
}

impl Error for NotDivan {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::NotStarted(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::tests::script;
    use super::super::program::tests::patiently;
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn listed(body: &str, deadline: Duration) -> Result<Names, String> {
        let directory = tempfile::tempdir().unwrap();
        let exe = script(&directory, body);
        let path = exe.display().to_string();
        let names = list(&exe, directory.path(), deadline);
        names.map_err(|error| error.to_string().replace(&path, "PROGRAM"))
    }

    #[test]
    fn what_divan_lists_is_read_and_what_is_there_twice_is_told() {
        let check = |file, number, twice: &[&str]| {
            let outputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/divan/outputs");
            let text = std::fs::read_to_string(outputs.join(file)).unwrap();
            let names = read(&text).unwrap();
            assert_eq!(names.single.len(), number, "{file}");
            assert_eq!(names.twice, twice.iter().map(ToString::to_string).collect());
            for name in &names.single {
                assert!(text.contains(&format!("{name}: benchmark\n")), "{name}");
            }
        };
        check("shapes.listed", 25, &["shapes::of_two_types::Same"]);
        check("names.listed", 18, &["names::twice::same"]);
        check("allocations.listed", 9, &[]);
    }

    #[test]
    fn a_program_is_asked_as_nextest_asks_and_where_it_shall_run() {
        let body = "[ \"$NEXTEST\" = 1 ] && [ \"$*\" = '--list --format terse --sample-count 1' ] && [ -x \"$0\" ] && [ -e program ] && \
                    echo 'a::b  c: benchmark'";
        let names = listed(body, LONG).unwrap();
        assert_eq!(names.single, ["a::b  c"]);
        assert_eq!(listed("exit 0", LONG), Ok(Names::default()));
    }

    #[test]
    fn what_is_not_divan_says_why() {
        let check = |body, deadline, expected: &str| {
            let told = listed(body, deadline).unwrap_err();
            let start = "`PROGRAM` is no program of divan benches: ";
            assert!(told.starts_with(start) && told.contains(expected), "{told}");
        };
        check(
            "echo 'a: benchmark'; echo hello",
            LONG,
            "line 2 of its list is `hello`",
        );
        check("echo 'a: test'", LONG, "line 1 of its list is `a: test`");
        check("echo", LONG, "line 1 of its list is ``");
        check(
            "echo no >&2; exit 101",
            LONG,
            "it ended with exit code 101; its stderr:\nno",
        );
        check("kill -11 $$", LONG, "it was killed by signal 11");
        patiently(|deadline| {
            let told = listed("echo stuck >&2; sleep 1000", deadline).unwrap_err();
            assert!(told.contains("it was not done after "), "{told}");
            told.ends_with("; its stderr:\nstuck").then_some(())
        });
        let short = Duration::from_millis(200);
        let endless = "while :; do echo 'a: benchmark' || exit; done";
        check(endless, short, "it was not done after 200ms");
        let error = list(Path::new("/no/such"), Path::new("/"), LONG).unwrap_err();
        assert!(
            error.to_string().contains("it could not be started"),
            "{error}"
        );
    }
}
