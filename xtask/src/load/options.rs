//! The words after `cargo xtask load`: who is measured, how many users at once, for how long.

use crate::error::SetupError;
use crate::nearest::nearest;

use super::contest::{Contender, Sizes};

/// The name of the upper bound among those of the services.
const CEILING: &str = "pgbench";

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) is_quick: bool,
    pub(super) contenders: Vec<Contender>,
    pub(super) has_ceiling: bool,
    /// How many users at once, step after step.
    pub(super) users: Vec<u32>,
    /// Of each step.
    pub(super) seconds: u32,
}

/// What the words ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Help,
    Run(Options),
}

/// The page that `cargo xtask load --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask load [flags]

  --quick        whether it works: few rows, 5 users, 3 seconds, unoptimised; an error of a service is one of this command
  --only LIST    of django-naive, django-tuned, rust-naive, rust-tuned, pgbench; all
  --users LIST   how many at once, step after step; 1,10,100,1000
  --seconds N    how long each step is measured; 30
";

impl Options {
    fn full() -> Self {
        Self {
            is_quick: false,
            contenders: Contender::ALL.to_vec(),
            has_ceiling: true,
            users: vec![1, 10, 100, 1000],
            seconds: 30,
        }
    }

    pub(super) fn sizes(&self) -> Sizes {
        if self.is_quick {
            Sizes::SMALL
        } else {
            Sizes::LARGE
        }
    }

    /// Without thinking: a service has always something to do.
    pub(super) fn saturating(&self) -> u32 {
        if self.is_quick { 8 } else { 32 }
    }

    /// Of each single endpoint at its limit.
    pub(super) fn ceiling_seconds(&self) -> u32 {
        self.seconds.div_ceil(3)
    }

    pub(super) fn warm_up_seconds(&self) -> u32 {
        self.seconds.div_ceil(3)
    }

    /// Of one client alone: to warm up, and measured.
    pub(super) fn series(&self) -> (u32, u32) {
        if self.is_quick { (2, 10) } else { (20, 200) }
    }
}

/// Reads them.
pub(crate) fn read(words: &[String]) -> Result<Asked, SetupError> {
    if words.iter().any(|word| ["--help", "-h"].contains(&&**word)) {
        return Ok(Asked::Help);
    }
    let mut options = Options::full();
    if words.iter().any(|word| word == "--quick") {
        options.is_quick = true;
        options.users = vec![5];
        options.seconds = 3;
    }
    let mut words = words.iter().filter(|word| *word != "--quick");
    while let Some(word) = words.next() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (word.as_str(), words.next().map(String::as_str)),
        };
        options.take(flag, value)?;
    }
    Ok(Asked::Run(options))
}

impl Options {
    fn take(&mut self, flag: &str, value: Option<&str>) -> Result<(), SetupError> {
        const FLAGS: [&str; 4] = ["--quick", "--only", "--users", "--seconds"];
        if !FLAGS[1..].contains(&flag) {
            return Err(unknown("`cargo xtask load`", flag, &FLAGS));
        }
        let missing = || SetupError::Words(format!("`{flag}` needs a value: {flag} .."));
        let value = value
            .filter(|value| !value.is_empty())
            .ok_or_else(missing)?;
        match flag {
            "--only" => self.only(value)?,
            "--users" => {
                let users = value.split(',').map(|users| number(flag, users));
                self.users = users.collect::<Result<_, _>>()?;
            }
            _ => self.seconds = number(flag, value)?,
        }
        Ok(())
    }

    fn only(&mut self, value: &str) -> Result<(), SetupError> {
        self.contenders.clear();
        self.has_ceiling = false;
        let names = Contender::ALL.map(Contender::name);
        for name in value.split(',').map(str::trim) {
            let contender = Contender::ALL
                .into_iter()
                .find(|known| known.name() == name);
            match contender {
                Some(contender) if self.contenders.contains(&contender) => {}
                Some(contender) => self.contenders.push(contender),
                None if name == CEILING => self.has_ceiling = true,
                None => {
                    return Err(unknown(
                        "`--only`",
                        name,
                        &[&names[..], &[CEILING]].concat(),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn number(flag: &str, text: &str) -> Result<u32, SetupError> {
    let number = text.trim().parse().ok();
    let number = number.filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| {
        SetupError::Words(format!(
            "`{flag}` takes whole numbers from 1 to 10000, not `{text}`"
        ))
    })
}

fn unknown(who: &str, word: &str, known: &[&str]) -> SetupError {
    let meant = nearest(word, known.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    let known = known.join(", ");
    SetupError::Words(format!(
        "{who} does not know `{word}`{meant}\n  known: {known}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &str) -> Result<Options, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match read(&words) {
            Ok(Asked::Run(options)) => Ok(options),
            Ok(Asked::Help) => Err(HELP.to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn without_words_everything_is_measured() {
        let options = read_line("").unwrap();
        assert_eq!(options, Options::full());
        assert_eq!(options.sizes(), Sizes::LARGE);
    }

    #[test]
    fn quick_is_small_and_what_is_said_beside_it_counts() {
        let options = read_line("--users 2,4 --quick").unwrap();
        assert_eq!((options.users, options.seconds), (vec![2, 4], 3));
        let options = read_line("--quick --seconds=1").unwrap();
        assert_eq!((options.users.clone(), options.seconds), (vec![5], 1));
        assert_eq!(options.sizes(), Sizes::SMALL);
    }

    #[test]
    fn only_those_who_are_named_are_measured() {
        let options = read_line("--only rust-tuned,django-tuned,rust-tuned").unwrap();
        let expected = [Contender::RustTuned, Contender::DjangoTuned];
        assert_eq!(
            (options.contenders.as_slice(), options.has_ceiling),
            (&expected[..], false)
        );
        let options = read_line("--only pgbench").unwrap();
        assert!(options.contenders.is_empty() && options.has_ceiling);
    }

    #[test]
    fn a_wrong_word_is_told_with_what_is_known() {
        let refused = |line, expected: &str| assert_eq!(read_line(line), Err(expected.to_owned()));
        refused("--help", HELP);
        refused(
            "--usrs 3",
            "`cargo xtask load` does not know `--usrs`; did you mean `--users`?\n  known: --quick, --only, --users, --seconds",
        );
        refused(
            "--only rust-tund",
            "`--only` does not know `rust-tund`; did you mean `rust-tuned`?\n  known: django-naive, django-tuned, rust-naive, rust-tuned, pgbench",
        );
        refused("--users", "`--users` needs a value: --users ..");
        refused(
            "--seconds 0",
            "`--seconds` takes whole numbers from 1 to 10000, not `0`",
        );
        refused(
            "--users 1,x",
            "`--users` takes whole numbers from 1 to 10000, not `x`",
        );
    }
}
