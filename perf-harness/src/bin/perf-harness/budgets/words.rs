//! The words after `budgets`, read into a [`Wish`]. Runs nothing.

use std::path::PathBuf;

use perf_harness::__private::nearest;

pub(super) const USAGE: &str = "\
Usage: perf-harness budgets [--check] [--markdown | --json] [--from DIRECTORY]..
       perf-harness budgets --tighten [--margin PERCENT] [--from DIRECTORY]..
       perf-harness budgets schema

            each limit of perf-budgets.toml, what it came to in the last run of the tests, and what is left of it
  --check   exit with 1 if one is exceeded, nothing checked an entry, or nothing judged a limit of its own: after a run of
            all tests
  --tighten have the file allow what holds today, and times 50 % more; nothing is loosened
  --margin  so much more than today's value of everything: 10%
  --markdown, --json
            as a table for a page, as JSON
  --from    read this directory in place of target/perf-harness/history, and all below it; may be repeated
  schema    print the JSON schema of perf-budgets.toml, for editors
";

const OPTIONS: [&str; 8] = [
    "schema",
    "--check",
    "--tighten",
    "--margin",
    "--markdown",
    "--json",
    "--from",
    "--help",
];

/// What is to be done.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) act: Act,
    /// Does it exit with 1 where something has to be done?
    pub(super) check: bool,
    /// In a hundred.
    pub(super) margin: Option<f64>,
    pub(super) form: Form,
    pub(super) from: Vec<PathBuf>,
}

/// What the program does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Act {
    #[default]
    Tell,
    Tighten,
    Schema,
    Help,
}

/// How it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    #[default]
    Text,
    Markdown,
    Json,
}

/// The wish, or what is wrong with the words.
pub(super) fn read(words: &[&str]) -> Result<Wish, String> {
    let mut wish = Wish::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, None),
        };
        let mut value = |example: &str| {
            let value = value.or_else(|| words.next().copied());
            let value = value.filter(|value| !value.is_empty() && !value.starts_with("--"));
            value.ok_or_else(|| format!("`{name}` needs a value: {name} {example}"))
        };
        match name {
            "--check" => wish.check = true,
            "--tighten" => wish.act = Act::Tighten,
            "schema" => wish.act = Act::Schema,
            "--markdown" => wish.form = Form::Markdown,
            "--json" => wish.form = Form::Json,
            "--help" | "-h" | "help" => {
                return Ok(Wish {
                    act: Act::Help,
                    ..wish
                });
            }
            "--margin" => wish.margin = Some(percent(value("10%")?)?),
            "--from" => wish.from.push(value("shard-1/history")?.into()),
            other => return Err(unknown(other)),
        }
    }
    if wish.margin.is_some() && wish.act != Act::Tighten {
        return Err("`--margin` is of `--tighten`: budgets --tighten --margin 10%".to_owned());
    }
    Ok(wish)
}

fn percent(value: &str) -> Result<f64, String> {
    let number = value.strip_suffix('%').unwrap_or(value).trim();
    let percent = number.parse().ok();
    percent
        .filter(|percent| (0.0..=1_000.0).contains(percent))
        .ok_or_else(|| format!("`--margin {value}` is no share from 0% to 1000%: --margin 10%"))
}

fn unknown(word: &str) -> String {
    let guess = nearest(word, &OPTIONS).map(|guess| format!("; did you mean `{guess}`?"));
    let (guess, known) = (guess.unwrap_or_default(), OPTIONS.join(", "));
    format!("`budgets` does not know `{word}`{guess}\n  known: {known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_any_order() {
        let expected = Wish {
            act: Act::Tighten,
            margin: Some(12.5),
            from: vec!["a".into(), "b".into()],
            form: Form::Json,
            ..Wish::default()
        };
        let words = [
            "--margin=12.5%",
            "--from",
            "a",
            "--tighten",
            "--json",
            "--from=b",
        ];
        assert_eq!(read(&words), Ok(expected));
        assert_eq!(read(&[]), Ok(Wish::default()));
        assert!(read(&["--help"]).is_ok_and(|wish| wish.act == Act::Help));
        assert!(
            read(&["--check", "--markdown"])
                .is_ok_and(|wish| wish.check && wish.form == Form::Markdown)
        );
    }

    #[test]
    fn a_mistake_is_named() {
        let check = |words: &[&str], expected: &str| {
            assert_eq!(read(words), Err(expected.to_owned()), "{words:?}");
        };
        check(
            &["--chek"],
            "`budgets` does not know `--chek`; did you mean `--check`?\n  known: schema, --check, --tighten, --margin, --markdown, --json, --from, --help",
        );
        check(
            &["--margin", "10%"],
            "`--margin` is of `--tighten`: budgets --tighten --margin 10%",
        );
        for value in ["-1", "NaN", "much", "2000%"] {
            let expected = format!("`--margin {value}` is no share from 0% to 1000%: --margin 10%");
            check(&["--tighten", "--margin", value], &expected);
        }
        check(
            &["--from", "--check"],
            "`--from` needs a value: --from shard-1/history",
        );
    }
}
