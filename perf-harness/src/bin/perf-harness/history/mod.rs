//! `perf-harness history list|show`: what tests cost, run after run.

mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use perf_harness::__private::{history, nearest};
use perf_harness::SetupError;

/// What the words after `history` may be.
pub(crate) const USAGE: &str = "\
Usage: perf-harness history <command> [--json] [--from DIRECTORY]..

  list      every recording that tests asserted on, with its last values
  show NAME [--metric METRIC]..
            what an entry of the budgets, a test or a recording cost, run after run
  --json    as JSON
  --from    read this directory in place of target/perf-harness/history, and all below it; may be repeated
";

const COMMANDS: [&str; 3] = ["list", "show", "help"];
const OPTIONS: [&str; 4] = ["--metric", "--json", "--from", "--help"];

#[derive(Debug, Default, PartialEq)]
struct Wish {
    json: bool,
    help: bool,
    from: Vec<PathBuf>,
    metrics: Vec<String>,
    /// What is to be shown; all, where nothing is named.
    name: Option<String>,
}

/// Does what the words after `history` say. A mistake among them is the error's text.
pub(crate) fn run(words: &[&str]) -> Result<Result<ExitCode, SetupError>, String> {
    let wish = read(words)?;
    if wish.help {
        print!("{USAGE}");
        return Ok(Ok(ExitCode::SUCCESS));
    }
    Ok(tell(&wish))
}

fn tell(wish: &Wish) -> Result<ExitCode, SetupError> {
    let told = history::told(&wish.from, wish.name.as_deref())?;
    let text = match &wish.name {
        _ if wish.json => text::json(&told),
        Some(_) => text::show(&told, &wish.metrics),
        None => text::list(&told),
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

fn read(words: &[&str]) -> Result<Wish, String> {
    let mut wish = Wish::default();
    let Some((command, rest)) = words.split_first() else {
        return Err(format!(
            "`history` needs a word more{}",
            known(None, &COMMANDS)
        ));
    };
    match *command {
        "list" | "show" => {}
        "help" | "--help" | "-h" => wish.help = true,
        other => {
            let known = known(Some(other), &COMMANDS);
            return Err(format!("`history` does not know `{other}`{known}"));
        }
    }
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        let mut value = |example: &str| {
            let value = rest.next().filter(|value| !value.starts_with("--"));
            let value = value.map(|value| (*value).to_owned());
            value.ok_or_else(|| format!("`{word}` needs a value: {word} {example}"))
        };
        match *word {
            "--json" => wish.json = true,
            "--help" | "-h" => wish.help = true,
            "--metric" => wish.metrics.push(value("queries")?),
            "--from" => wish.from.push(value("shard-1/history")?.into()),
            name if *command == "show" && !name.starts_with('-') && wish.name.is_none() => {
                wish.name = Some(name.to_owned());
            }
            other => {
                let known = known(Some(other), &OPTIONS);
                return Err(format!(
                    "`history {command}` does not know `{other}`{known}"
                ));
            }
        }
    }
    if *command == "show" && wish.name.is_none() && !wish.help {
        return Err(
            "`history show` needs an entry or a test: history show \"GET /api/users/\"".to_owned(),
        );
    }
    Ok(wish)
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

    #[test]
    fn a_command_with_its_options_is_read_in_any_order() {
        let wish = read(&[
            "show", "--metric", "rows", "GET /a", "--json", "--from", "x", "--from", "y",
        ]);
        let expected = Wish {
            json: true,
            help: false,
            from: vec!["x".into(), "y".into()],
            metrics: vec!["rows".to_owned()],
            name: Some("GET /a".to_owned()),
        };
        assert_eq!(wish, Ok(expected));
        assert_eq!(read(&["list"]), Ok(Wish::default()));
        assert!(read(&["show", "--help"]).is_ok_and(|wish| wish.help));
    }

    #[test]
    fn a_mistake_is_named() {
        let check =
            |words: &[&str], expected: &str| assert_eq!(read(words), Err(expected.to_owned()));
        check(
            &[],
            "`history` needs a word more\n  known: list, show, help",
        );
        check(
            &["shw"],
            "`history` does not know `shw`; did you mean `show`?\n  known: list, show, help",
        );
        check(
            &["show"],
            "`history show` needs an entry or a test: history show \"GET /api/users/\"",
        );
        check(
            &["list", "all"],
            "`history list` does not know `all`\n  known: --metric, --json, --from, --help",
        );
        check(
            &["list", "--from"],
            "`--from` needs a value: --from shard-1/history",
        );
    }
}
