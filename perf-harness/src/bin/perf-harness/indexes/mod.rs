//! `perf-harness indexes`: which indexes no test uses, which are redundant, and which are missing.

mod text;

use std::path::Path;
use std::process::ExitCode;

use perf_harness::__private::{indexes, nearest};
use perf_harness::SetupError;

/// What the words after `indexes` may be.
pub(crate) const USAGE: &str = "\
Usage: perf-harness indexes [--check] [--json] [DIRECTORY]

            tell of the indexes that no test uses, of those that another one replaces, and of foreign keys without
            one. First collect: PERF_HARNESS_INDEXES=target/perf-harness/indexes cargo test
  --check   exit with 1 if there is any
  --json    as JSON
";

const OPTIONS: [&str; 3] = ["--check", "--json", "--help"];

#[derive(Debug, Default, PartialEq)]
struct Wish<'w> {
    check: bool,
    json: bool,
    help: bool,
    directory: Option<&'w str>,
}

/// Does what the words after `indexes` say. A mistake among them is the error's text.
pub(crate) fn run(words: &[&str]) -> Result<Result<ExitCode, SetupError>, String> {
    let wish = read(words)?;
    if wish.help {
        print!("{USAGE}");
        return Ok(Ok(ExitCode::SUCCESS));
    }
    Ok(tell(&wish))
}

fn tell(wish: &Wish<'_>) -> Result<ExitCode, SetupError> {
    let groups = indexes::indexes(wish.directory.map(Path::new))?;
    print!(
        "{}",
        if wish.json {
            text::json(&groups)
        } else {
            text::text(&groups)
        }
    );
    let found = groups.iter().any(|group| group.findings() > 0);
    Ok(if wish.check && found {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn read<'w>(words: &[&'w str]) -> Result<Wish<'w>, String> {
    let mut wish = Wish::default();
    for word in words {
        match *word {
            "--check" => wish.check = true,
            "--json" => wish.json = true,
            "--help" | "-h" | "help" => wish.help = true,
            other if other.starts_with('-') => {
                let guess =
                    nearest(other, &OPTIONS).map(|guess| format!("; did you mean `{guess}`?"));
                let (guess, known) = (guess.unwrap_or_default(), OPTIONS.join(", "));
                return Err(format!(
                    "`indexes` does not know `{other}`{guess}\n  known: {known}"
                ));
            }
            directory if wish.directory.is_none() => wish.directory = Some(directory),
            second => {
                return Err(format!(
                    "`indexes` reads one directory, and `{second}` is a second one"
                ));
            }
        }
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_a_directory_are_read_in_any_order() {
        let expected = Wish {
            check: true,
            json: true,
            help: false,
            directory: Some("here"),
        };
        assert_eq!(read(&["--check", "here", "--json"]), Ok(expected));
        assert_eq!(read(&[]), Ok(Wish::default()));
        assert!(read(&["--help"]).is_ok_and(|wish| wish.help));
    }

    #[test]
    fn a_mistake_is_named() {
        let expected = "`indexes` does not know `--chek`; did you mean `--check`?\n  known: --check, --json, --help";
        assert_eq!(read(&["--chek"]), Err(expected.to_owned()));
        let expected = "`indexes` reads one directory, and `b` is a second one";
        assert_eq!(read(&["a", "b"]), Err(expected.to_owned()));
    }
}
