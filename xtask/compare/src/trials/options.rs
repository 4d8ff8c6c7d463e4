//! The command line of `bench-trials`.

use std::error::Error;
use std::ffi::OsString;
use std::str::FromStr;

use lexopt::prelude::*;

use super::ways::Way;
use crate::error::CompareError;

pub(super) const HELP: &str = "\
Usage: cargo xtask bench-trials [flags]

How often `bench-compare` is wrong, and how often it finds what is there: benches with themselves, and with the same that do 3, 5
and 10 % more. Beside it whole processes in turn, runs one after the other, and tango. Prints the table of docs/bench-compare.md.

  --trials NUMBER   of each bench with itself, in lockstep; 100. Of all else there are fewer
  --hog             beside a thread that never waits
  --minutes NUMBER  at most about so long; what there is by then is told
  --bench NAME      only this one: chain, json, requests, memory, threads
  --seed NUMBER     what chance starts with
";

/// The works of the fixture.
pub(super) const BENCHES: [&str; 5] = ["chain", "json", "requests", "memory", "threads"];

/// Those that a cache or a second thread makes harder to tell: it takes more pairs, and longer.
const HARD: [&str; 2] = ["memory", "threads"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) trials: u32,
    pub(super) hog: bool,
    pub(super) minutes: Option<u32>,
    pub(super) benches: Vec<&'static str>,
    pub(super) seed: Option<u64>,
}

/// Whether this comparison is a part of the round.
pub(super) fn has_turn(round: u32, bench: &str, way: Way, percent: u32) -> bool {
    let is_itself = percent == 100;
    let every = match way {
        Way::Lockstep if is_itself => 1,
        Way::Lockstep if HARD.contains(&bench) => 10,
        // At the threshold itself it is found half of the time.
        Way::Lockstep if percent == 103 => 10,
        Way::Lockstep => 2,
        // A tenth of a second.
        Way::Sequential => 5,
        Way::Process | Way::Tango if is_itself => 10,
        Way::Process | Way::Tango => 25,
    };
    round.is_multiple_of(every)
}

/// None where help is asked for.
pub(super) fn read(words: &[OsString]) -> Result<Option<Options>, CompareError> {
    let mut options = Options {
        trials: 100,
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
            Long("trials") => options.trials = number(&mut parser)?,
            Long("minutes") => options.minutes = Some(number(&mut parser)?),
            Long("seed") => options.seed = Some(number(&mut parser)?),
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

fn number<N>(parser: &mut lexopt::Parser) -> Result<N, CompareError>
where
    N: FromStr,
    N::Err: Into<Box<dyn Error + Send + Sync>>,
{
    parser.value().and_then(|value| value.parse()).map_err(told)
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
    fn what_is_cheap_or_matters_most_has_a_turn_in_each_round() {
        let options = read_words("").unwrap().unwrap();
        let turns = |bench, way, percent| {
            let all = 0..options.trials;
            all.filter(|round| has_turn(*round, bench, way, percent))
                .count()
        };
        assert_eq!(turns("json", Way::Lockstep, 100), 100);
        assert_eq!(turns("json", Way::Lockstep, 110), 50);
        assert_eq!(turns("json", Way::Lockstep, 103), 10);
        assert_eq!(turns("memory", Way::Lockstep, 100), 100);
        assert_eq!(turns("memory", Way::Lockstep, 110), 10);
        assert_eq!(turns("json", Way::Sequential, 103), 20);
        assert_eq!(turns("json", Way::Tango, 100), 10);
        assert_eq!(turns("json", Way::Process, 105), 4);
    }

    #[test]
    fn flags_are_read_and_others_are_refused() {
        let options = read_words("--trials 7 --hog --bench json --minutes 3")
            .unwrap()
            .unwrap();
        assert_eq!((options.trials, options.hog), (7, true));
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
