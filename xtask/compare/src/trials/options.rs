//! The command line of `bench-trials`.

use std::ffi::OsString;

use lexopt::prelude::*;

use crate::error::CompareError;

pub(super) const HELP: &str = "\
Usage: cargo xtask bench-trials [flags]

How often `bench-compare` is wrong, and how often it finds what is there: benches with themselves, and with the same that do 3, 5
and 10 % more. Beside it whole processes in turn, runs one after the other, and tango. Prints the table of docs/bench-compare.md.

  --trials NUMBER   of lockstep, of each bench with each slow-down; 100
  --others NUMBER   of the other ways; 20
  --hog             beside a thread that never waits
  --minutes NUMBER  at most about so long; what there is by then is told
  --bench NAME      only this one: chain, json, requests, memory, threads
  --seed NUMBER     what chance starts with
";

/// The works of the fixture. Those of one thread come first.
pub(super) const BENCHES: [&str; 5] = ["chain", "json", "requests", "memory", "threads"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) trials: u32,
    pub(super) others: u32,
    pub(super) hog: bool,
    pub(super) minutes: Option<u32>,
    pub(super) benches: Vec<&'static str>,
    pub(super) seed: Option<u64>,
}

/// None where help is asked for.
pub(super) fn read(words: &[OsString]) -> Result<Option<Options>, CompareError> {
    let mut options = Options {
        trials: 100,
        others: 20,
        hog: false,
        minutes: None,
        benches: Vec::new(),
        seed: None,
    };
    let mut parser = lexopt::Parser::from_args(words.iter().cloned());
    while let Some(word) = parser.next().map_err(told)? {
        match word {
            Short('h') | Long("help") => return Ok(None),
            Long("hog") => options.hog = true,
            Long("trials") => {
                options.trials = parser
                    .value()
                    .and_then(|value| value.parse())
                    .map_err(told)?
            }
            Long("others") => {
                options.others = parser
                    .value()
                    .and_then(|value| value.parse())
                    .map_err(told)?
            }
            Long("minutes") => {
                options.minutes = Some(
                    parser
                        .value()
                        .and_then(|value| value.parse())
                        .map_err(told)?,
                )
            }
            Long("seed") => {
                options.seed = Some(
                    parser
                        .value()
                        .and_then(|value| value.parse())
                        .map_err(told)?,
                )
            }
            Long("bench") => options
                .benches
                .push(bench(&parser.value().map_err(told)?.to_string_lossy())?),
            other => return Err(told(other.unexpected())),
        }
    }
    if options.benches.is_empty() {
        options.benches = BENCHES.to_vec();
    }
    Ok(Some(options))
}

fn bench(name: &str) -> Result<&'static str, CompareError> {
    let known = BENCHES.into_iter().find(|known| *known == name);
    known.ok_or_else(|| {
        CompareError::Words(format!("`--bench {name}`: one of {}", BENCHES.join(", ")))
    })
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn told(error: lexopt::Error) -> CompareError {
    CompareError::Words(format!(
        "{error}; `cargo xtask bench-trials --help` has all flags"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &str) -> Result<Option<Options>, String> {
        let words: Vec<OsString> = words.split_whitespace().map(Into::into).collect();
        read(&words).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_are_read_and_others_are_refused() {
        let options = read_words("--trials 7 --hog --bench json --minutes 3")
            .unwrap()
            .unwrap();
        assert_eq!((options.trials, options.others, options.hog), (7, 20, true));
        assert_eq!((options.benches, options.minutes), (vec!["json"], Some(3)));
        assert_eq!(read_words("").unwrap().unwrap().benches, BENCHES);
        assert_eq!(read_words("--help"), Ok(None));
        for (words, told) in [
            (
                "--bench jsn",
                "`--bench jsn`: one of chain, json, requests, memory, threads",
            ),
            ("--trials many", "cannot parse argument \"many\""),
            (
                "--quick",
                "invalid option '--quick'; `cargo xtask bench-trials --help` has all flags",
            ),
        ] {
            let error = read_words(words).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
