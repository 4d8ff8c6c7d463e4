//! The command line.

mod subject;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::divan::filter::{Allowed, Filter};
use crate::error::CompareError;
use crate::nearest::nearest;

pub(crate) use subject::{Saving, Subject};

pub(crate) const HELP: &str = "\
Usage: cargo xtask bench-compare [BASE] [HEAD] [flags] [-- flags of `cargo bench`]

Which of two versions is faster, by how much, and how surely. Both are built and their divan benches run in lockstep: both alive,
one sample of each in turn. BASE is a ref of git, by default where this branch left the main one; HEAD too, by default the working
tree as it is.

  --variants BASE,HEAD  compare two groups of benches of one version: `naive,optimised` compares `users::naive::page`
                        with `users::optimised::page`
  --require PERCENT     fail where the gain is smaller at the interval's lower end: `50%` is half of the time
  --aa                  the base with itself: what this machine's noise is taken for
  --save NAME           build one version, keep its programs under that name, and compare nothing: `--save week` is the working
                        tree, `--save week v1.2` a ref
  --against NAME        with what was saved: `--against week` the working tree, `--against week HEAD` a ref
  --filter GLOB         only benches whose path has this in it; `*` is anything; may be given again
  --list                name what would be compared, and run nothing
  --threshold PERCENT   what is too little to matter; 3% in lockstep, 5% by process
  --instructions        beside the time, count the instructions of an iteration by valgrind's callgrind; no verdict rests on them
  --max-time SECONDS    at most so long for a bench; 20
  --hang-after SECONDS  a bench that does nothing for so long is killed, and fails; 60
  --allow GLOB=REASON   a regression that is known, and why it may be
  --fail-on WHAT        `undecided` and `noisy` runs fail, too (exit code 3); may be given again
  --json FILE           the outcome for programs: docs/bench-compare.md has the schema
  --markdown FILE       the outcome as a comment on a pull request
  --html FILE           the outcome as a page
  --bencher FILE        HEAD's times in Bencher's metric format
  --github FILE         and for github-action-benchmark (customSmallerIsBetter)
  --seed NUMBER         what chance starts with
  --schema              print the JSON schema of `--json`, and run nothing

`-` as a FILE is the standard output. Flags after `--` go to `cargo bench --no-run` for both versions: `-p NAME`, `--bench NAME`,
`--features ..`. Where they choose no targets, benches are built and nothing else.

Exit codes: 0 nothing slower, 1 a regression, 2 could not measure, 3 undecided or noisy where that fails.
";

/// Where an outcome goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Markdown,
    Html,
    Bencher,
    Github,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Options {
    pub(crate) subject: Subject,
    /// 0.5 is half of the time.
    pub(crate) required: Option<f64>,
    pub(crate) filter: Filter,
    pub(crate) only_lists: bool,
    pub(crate) threshold: Option<f64>,
    pub(crate) counts_instructions: bool,
    pub(crate) max_time: Duration,
    /// That nothing happens, before a bench is given up.
    pub(crate) hang_after: Duration,
    pub(crate) allowed: Vec<Allowed>,
    pub(crate) fails_undecided: bool,
    pub(crate) fails_noisy: bool,
    pub(crate) outputs: Vec<(Format, PathBuf)>,
    pub(crate) seed: Option<u64>,
    /// For `cargo bench`.
    pub(crate) cargo: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Help,
    Schema,
    Save(Saving),
    Compare(Box<Options>),
}

const FLAGS: [&str; 21] = [
    "variants",
    "require",
    "aa",
    "save",
    "against",
    "filter",
    "list",
    "threshold",
    "instructions",
    "max-time",
    "hang-after",
    "allow",
    "fail-on",
    "json",
    "markdown",
    "html",
    "bencher",
    "github",
    "seed",
    "schema",
    "help",
];

/// Reads what follows `bench-compare`.
pub(crate) fn read(words: &[OsString]) -> Result<Asked, CompareError> {
    let (ours, cargo) = match words.iter().position(|word| word == "--") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &[][..]),
    };
    let cargo = cargo.iter().map(|word| word.to_string_lossy());
    let mut options = Options {
        cargo: cargo.map(Into::into).collect(),
        ..Options::default()
    };
    let mut refs = Vec::new();
    let mut save = None;
    let mut parser = lexopt::Parser::from_args(ours.iter().cloned());
    while let Some(word) = parser.next().map_err(told)? {
        match word {
            Short('h') | Long("help") => return Ok(Asked::Help),
            Long("schema") => return Ok(Asked::Schema),
            Value(name) => refs.push(name.to_string_lossy().into_owned()),
            Long("save") => save = Some(subject::name("save", &text("save", &mut parser)?)?),
            Long(flag) => {
                let flag = flag.to_owned();
                options.flag(&flag, &mut parser)?;
            }
            Short(letter) => return Err(unknown(&format!("-{letter}"), None)),
        }
    }
    if let Some(name) = save {
        return options.saving(name, refs).map(Asked::Save);
    }
    options.subject = options.subject.with(refs)?;
    Ok(Asked::Compare(Box::new(options)))
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subject: Subject::default(),
            required: None,
            filter: Filter::default(),
            only_lists: false,
            threshold: None,
            counts_instructions: false,
            max_time: Duration::from_secs(20),
            hang_after: Duration::from_mins(1),
            allowed: Vec::new(),
            fails_undecided: false,
            fails_noisy: false,
            outputs: Vec::new(),
            seed: None,
            cargo: Vec::new(),
        }
    }
}

impl Options {
    fn flag(&mut self, flag: &str, parser: &mut lexopt::Parser) -> Result<(), CompareError> {
        if !FLAGS.contains(&flag) {
            return Err(unknown(&format!("--{flag}"), nearest(flag, FLAGS)));
        }
        match flag {
            "aa" => self.subject.choose(Subject::Itself)?,
            "list" => self.only_lists = true,
            "instructions" => self.counts_instructions = true,
            _ => self.value(flag, &text(flag, parser)?)?,
        }
        Ok(())
    }

    fn value(&mut self, flag: &str, value: &str) -> Result<(), CompareError> {
        let output = |format| Ok((format, PathBuf::from(value)));
        let output: Result<_, CompareError> = match flag {
            "json" => output(Format::Json),
            "markdown" => output(Format::Markdown),
            "html" => output(Format::Html),
            "bencher" => output(Format::Bencher),
            "github" => output(Format::Github),
            _ => return self.setting(flag, value),
        };
        self.outputs.push(output?);
        Ok(())
    }

    fn setting(&mut self, flag: &str, value: &str) -> Result<(), CompareError> {
        let wrong = |want: &str| CompareError::Words(format!("`--{flag} {value}`: {want}"));
        match flag {
            "variants" => {
                let two = value.split_once(',').filter(|(base, head)| {
                    !base.is_empty() && !head.is_empty() && base != head && !head.contains(',')
                });
                let (base, head) =
                    two.ok_or_else(|| wrong("two names are needed, as in `--variants naive,optimised`"))?;
                self.subject.choose(Subject::Variants(base.to_owned(), head.to_owned()))?;
            }
            "against" => {
                let name = subject::name(flag, value)?;
                self.subject.choose(Subject::Against(name, None))?;
            }
            "require" => self.required = Some(percent(value).filter(|part| *part < 1.0).ok_or_else(|| {
                wrong("a gain is from 0% to less than 100%, as in `--require 50%`: half of the time")
            })?),
            "threshold" => self.threshold =
                Some(percent(value).filter(|part| *part > 0.0).ok_or_else(|| wrong("a percentage is needed, as in `3%`"))?),
            "filter" => self.filter.add(value),
            "max-time" => self.max_time = seconds(value).ok_or_else(|| wrong("seconds are needed, as in `20`"))?,
            "hang-after" => self.hang_after = seconds(value).ok_or_else(|| wrong("seconds are needed, as in `60`"))?,
            "seed" => self.seed = Some(value.parse().map_err(|_| wrong("a number is needed"))?),
            "allow" => self.allowed.push(Allowed::parse(value).map_err(CompareError::Words)?),
            "fail-on" => match value {
                "undecided" => self.fails_undecided = true,
                "noisy" => self.fails_noisy = true,
                _ => return Err(wrong("`undecided` or `noisy`")),
            },
            _ => return Err(unknown(&format!("--{flag}"), None)),
        }
        Ok(())
    }
}

/// What comes after a flag.
fn text(flag: &str, parser: &mut lexopt::Parser) -> Result<String, CompareError> {
    let value = parser.value().map_err(told)?;
    value.into_string().map_err(|value| {
        let value = value.to_string_lossy();
        CompareError::Words(format!("`--{flag}`: {value} is no text"))
    })
}

/// `50%`, `50` or `2.5%`.
pub(crate) fn percent(value: &str) -> Option<f64> {
    let number: f64 = value.strip_suffix('%').unwrap_or(value).parse().ok()?;
    (0.0..=1000.0).contains(&number).then_some(number / 100.0)
}

fn seconds(value: &str) -> Option<Duration> {
    let number: f64 = value.strip_suffix('s').unwrap_or(value).parse().ok()?;
    (number > 0.0).then(|| Duration::try_from_secs_f64(number).ok())?
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn told(error: lexopt::Error) -> CompareError {
    CompareError::Words(error.to_string())
}

fn unknown(flag: &str, near: Option<&str>) -> CompareError {
    let guess = near
        .map(|near| format!("; did you mean `--{near}`?"))
        .unwrap_or_default();
    CompareError::Words(format!(
        "`bench-compare` does not know `{flag}`{guess}\n  `--help` has them all"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options, String> {
        let words: Vec<OsString> = line.split_whitespace().map(Into::into).collect();
        match read(&words) {
            Ok(Asked::Compare(options)) => Ok(*options),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn versions_are_words() {
        let subject = |line| options(line).unwrap().subject;
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(subject(""), Subject::Versions(None, None));
        assert_eq!(subject("HEAD~1"), Subject::Versions(name("HEAD~1"), None));
        assert_eq!(subject("a b"), Subject::Versions(name("a"), name("b")));
        assert!(
            options("a b c")
                .unwrap_err()
                .starts_with("`c`: two versions")
        );
    }

    #[test]
    fn variants_are_two_groups_of_one_version() {
        let read = options("--variants naive,optimised --require 50% -- -p api").unwrap();
        assert_eq!(
            read.subject,
            Subject::Variants("naive".to_owned(), "optimised".to_owned())
        );
        assert_eq!(read.required, Some(0.5));
        assert_eq!(read.cargo, ["-p", "api"]);
        for wrong in ["naive", "naive,", ",x", "a,b,c", "a,a"] {
            let told = options(&format!("--variants {wrong}")).unwrap_err();
            assert!(told.contains("two names are needed"), "{told}");
        }
        let told = options("main --variants a,b").unwrap_err();
        assert!(told.contains("take no BASE"), "{told}");
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        for (line, told) in [
            (
                "--requrie 50%",
                "`bench-compare` does not know `--requrie`; did you mean `--require`?",
            ),
            ("-q", "`bench-compare` does not know `-q`"),
            ("--require 100%", "a gain is from 0% to less than 100%"),
            ("--threshold x", "`--threshold x`: a percentage is needed"),
            ("--max-time 0", "seconds are needed"),
            ("--hang-after -1", "`--hang-after -1`: seconds are needed"),
            ("--allow users", "is not a pattern and a reason"),
            ("--fail-on all", "`undecided` or `noisy`"),
            ("--seed x", "a number is needed"),
        ] {
            let error = options(line).unwrap_err();
            assert!(error.contains(told), "{line}: {error}");
        }
        assert_eq!(options("--help").unwrap_err(), "Help");
        assert_eq!(options("--schema").unwrap_err(), "Schema");
    }

    #[test]
    fn all_flags_are_in_the_help_and_read() {
        for flag in FLAGS.iter().filter(|flag| **flag != "help") {
            assert!(HELP.contains(&format!("  --{flag} ")), "{flag}");
        }
        let told = HELP
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("--"));
        for flag in told.filter_map(|line| line.split(' ').next()) {
            assert!(FLAGS.contains(&flag), "{flag}");
        }
    }
}
