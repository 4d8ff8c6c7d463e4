//! The words after `baseline`, read into a [`Command`]. Runs nothing.

use perf_harness::__private::baseline::Wish;
use perf_harness::__private::nearest;

pub(super) const USAGE: &str = "\
Usage: perf-harness baseline <command>

  add [--issue URL] [--expires YYYY-MM-DD] [--reason TEXT] [TEST..]
            write down what failed in the last run, of these tests or of all, as known; what is known and
            costs more now, or has expired, is loosened. 90 days, unless a day is named
  list      every known finding, and what became of it in the last run
  prune     take away what the last run did not need
  check     exit with 1 if any is stale or has expired
";

#[derive(Debug)]
pub(super) enum Command {
    Add(Wish),
    List,
    Prune,
    Check,
    Help,
}

const COMMANDS: [&str; 5] = ["add", "list", "prune", "check", "help"];
const OPTIONS: [&str; 4] = ["--issue", "--expires", "--reason", "--help"];

/// The command, or what is wrong with the words.
pub(super) fn read(words: &[&str]) -> Result<Command, String> {
    let Some((first, rest)) = words.split_first() else {
        return Err(format!(
            "`baseline` needs a word more{}",
            known(None, &COMMANDS)
        ));
    };
    if words.iter().any(|word| is_help(word)) || *first == "help" {
        return Ok(Command::Help);
    }
    let command = match *first {
        "add" => return wish(rest).map(Command::Add),
        "list" => Command::List,
        "prune" => Command::Prune,
        "check" => Command::Check,
        other => {
            let known = known(Some(other), &COMMANDS);
            return Err(format!("`baseline` does not know `{other}`{known}"));
        }
    };
    match rest.first() {
        None => Ok(command),
        Some(word) => Err(format!(
            "`baseline {first}` takes no `{word}`{}",
            known(Some(word), &["--help"])
        )),
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h")
}

fn wish(words: &[&str]) -> Result<Wish, String> {
    let mut wish = Wish::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            wish.tests.push((*word).to_owned());
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, None),
        };
        let place = match name {
            "--issue" => &mut wish.issue,
            "--expires" => &mut wish.expires,
            "--reason" => &mut wish.reason,
            other => {
                let known = known(Some(other), &OPTIONS);
                return Err(format!("`baseline add` does not know `{other}`{known}"));
            }
        };
        let value = value.or_else(|| words.next().copied());
        let value = value.filter(|value| !value.is_empty() && !value.starts_with("--"));
        let value =
            value.ok_or_else(|| format!("`{name}` needs a value: {name} {}", example(name)))?;
        *place = Some(value.to_owned());
    }
    Ok(wish)
}

fn example(option: &str) -> &'static str {
    match option {
        "--issue" => "https://example.com/issues/7",
        "--expires" => "2027-01-31",
        _ => "\"until the profiles are joined\"",
    }
}

fn known(word: Option<&str>, words: &[&str]) -> String {
    let guess = word
        .and_then(|word| nearest(word, words))
        .map(|guess| format!("; did you mean `{guess}`?"))
        .unwrap_or_default();
    format!("{guess}\n  known: {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(words: &[&str], expected: &str) {
        assert_eq!(
            read(words).map(|_| ()),
            Err(expected.to_owned()),
            "{words:?}"
        );
    }

    #[test]
    fn each_command_is_read() {
        assert!(matches!(read(&["list"]), Ok(Command::List)));
        assert!(matches!(read(&["prune"]), Ok(Command::Prune)));
        assert!(matches!(read(&["check"]), Ok(Command::Check)));
        for help in [
            &["help"][..],
            &["--help"],
            &["add", "-h"],
            &["list", "--help"],
        ] {
            assert!(matches!(read(help), Ok(Command::Help)), "{help:?}");
        }
    }

    #[test]
    fn what_is_to_be_added_is_read_in_any_order() {
        let words = [
            "add",
            "a::test",
            "--issue",
            "https://x/1",
            "--reason=because a=b",
            "other",
            "--expires",
            "2027-01-31",
        ];
        let Ok(Command::Add(wish)) = read(&words) else {
            panic!("{words:?}");
        };
        assert_eq!(wish.tests, ["a::test", "other"]);
        assert_eq!(wish.issue.as_deref(), Some("https://x/1"));
        assert_eq!(wish.reason.as_deref(), Some("because a=b"));
        assert_eq!(wish.expires.as_deref(), Some("2027-01-31"));
    }

    #[test]
    fn a_mistake_is_named_with_what_is_known_and_what_was_probably_meant() {
        check_refused(
            &[],
            "`baseline` needs a word more\n  known: add, list, prune, check, help",
        );
        check_refused(
            &["lst"],
            "`baseline` does not know `lst`; did you mean `list`?\n  known: add, list, prune, check, help",
        );
        check_refused(
            &["add", "--isue", "x"],
            "`baseline add` does not know `--isue`; did you mean `--issue`?\n  known: --issue, --expires, --reason, --help",
        );
        check_refused(
            &["add", "--issue"],
            "`--issue` needs a value: --issue https://example.com/issues/7",
        );
        check_refused(
            &["add", "--issue", "--expires", "2027-01-31"],
            "`--issue` needs a value: --issue https://example.com/issues/7",
        );
        check_refused(
            &["list", "all"],
            "`baseline list` takes no `all`\n  known: --help",
        );
    }
}
