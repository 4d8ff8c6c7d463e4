//! The command line, read into a [`Command`]. Knows every command and flag by name; runs nothing.

use std::fmt::{self, Write};

use crate::nearest::nearest;

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Tidy,
    Ci,
    CiList,
    CiTested,
    Demo,
    BenchProvision,
    BenchProvisionQuick,
    BenchRecorder,
    BenchRecorderQuick,
    FlakeCheck,
    FlakeCheckQuick,
    /// Its words are read by who runs it.
    BenchCompare,
    /// Its words, too.
    BenchTrials,
    /// Its words, too.
    Load,
    /// Its words, too.
    Baseline,
    /// Its words, too.
    Indexes,
    /// And its.
    Budgets,
    /// And its.
    History,
    /// What follows `postgres`.
    Postgres(&'static [&'static str]),
}

impl Command {
    fn reads_its_words_elsewhere(self) -> bool {
        matches!(
            self,
            Self::BenchCompare
                | Self::BenchTrials
                | Self::Load
                | Self::Baseline
                | Self::Indexes
                | Self::Budgets
                | Self::History
        )
    }
}

/// A word of the command line that means nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    NoCommand,
    UnknownCommand(String),
    /// A command that needs another word after its first.
    NoSecondWord(String),
    UnknownSecondWord {
        first: String,
        word: String,
    },
    UnknownFlag {
        command: &'static str,
        flag: String,
        known: Vec<&'static str>,
    },
}

/// One command as the user types it: one word, or two where several share the first.
struct Form {
    name: &'static str,
    summary: &'static str,
    command: Command,
    flags: &'static [Flag],
}

/// A flag that turns a command into another.
struct Flag {
    name: &'static str,
    summary: &'static str,
    command: Command,
}

const FORMS: &[Form] = &[
    Form {
        name: "tidy",
        summary: "check the rules of style that a machine can check",
        command: Command::Tidy,
        flags: &[],
    },
    Form {
        name: "ci",
        summary: "run exactly what CI runs, up to the first failure",
        command: Command::Ci,
        flags: &[
            Flag {
                name: "--list",
                summary: "print the steps and run none",
                command: Command::CiList,
            },
            Flag {
                name: "--tested",
                summary: "leave out `cargo test --workspace`, which was run just before",
                command: Command::CiTested,
            },
        ],
    },
    Form {
        name: "demo",
        summary: "run the example service's demonstration",
        command: Command::Demo,
        flags: &[],
    },
    Form {
        name: "bench-compare",
        summary: "tell which of two versions is faster, by how much, and how surely; --help",
        command: Command::BenchCompare,
        flags: &[],
    },
    Form {
        name: "bench-trials",
        summary: "try how often that is wrong, and how often it finds what is there; --help",
        command: Command::BenchTrials,
        flags: &[],
    },
    Form {
        name: "bench-provision",
        summary: "time what a fresh database costs, ours against others'",
        command: Command::BenchProvision,
        flags: &[Flag {
            name: "--quick",
            summary: "one round instead of five",
            command: Command::BenchProvisionQuick,
        }],
    },
    Form {
        name: "bench-recorder",
        summary: "time what the recorder costs, against a direct connection and pgbouncer",
        command: Command::BenchRecorder,
        flags: &[Flag {
            name: "--quick",
            summary: "whether it works: few rounds, unoptimised",
            command: Command::BenchRecorderQuick,
        }],
    },
    Form {
        name: "flake-check",
        summary: "count how often a verdict on latency is wrong, quiet and under load",
        command: Command::FlakeCheck,
        flags: &[Flag {
            name: "--quick",
            summary: "whether it works: few runs, unoptimised",
            command: Command::FlakeCheckQuick,
        }],
    },
    Form {
        name: "load",
        summary: "put the example and its Django original under load; --quick, --only, --users, --seconds",
        command: Command::Load,
        flags: &[],
    },
    Form {
        name: "postgres status",
        summary: "tell which servers of the harness run and what it keeps",
        command: Command::Postgres(&["status"]),
        flags: &[],
    },
    Form {
        name: "postgres stop",
        summary: "stop the servers that nobody uses",
        command: Command::Postgres(&["stop"]),
        flags: &[Flag {
            name: "--force",
            summary: "stop those in use too",
            command: Command::Postgres(&["stop", "--force"]),
        }],
    },
    Form {
        name: "postgres clean",
        summary: "the same, and remove what is left of them and all that is kept",
        command: Command::Postgres(&["clean"]),
        flags: &[Flag {
            name: "--force",
            summary: "stop those in use too",
            command: Command::Postgres(&["clean", "--force"]),
        }],
    },
    Form {
        name: "baseline add",
        summary: "write down what failed in the last run as known",
        command: Command::Baseline,
        flags: &[],
    },
    Form {
        name: "baseline list",
        summary: "tell what is known to be wrong and what became of it",
        command: Command::Baseline,
        flags: &[],
    },
    Form {
        name: "baseline prune",
        summary: "take away what the last run did not need",
        command: Command::Baseline,
        flags: &[],
    },
    Form {
        name: "baseline check",
        summary: "fail if anything known is stale or has expired",
        command: Command::Baseline,
        flags: &[],
    },
    Form {
        name: "indexes",
        summary: "tell which indexes no test uses, which are redundant, and which are missing",
        command: Command::Indexes,
        flags: &[],
    },
    Form {
        name: "budgets",
        summary: "tell what each budget allows beside what the last run cost; --tighten, --check",
        command: Command::Budgets,
        flags: &[],
    },
    Form {
        name: "history",
        summary: "tell what tests cost, run after run",
        command: Command::History,
        flags: &[],
    },
];

const HELP: [&str; 3] = ["help", "--help", "-h"];

/// Reads the words after `cargo xtask`.
pub(crate) fn read(words: &[String]) -> Result<Command, Mistake> {
    let (first, rest) = words.split_first().ok_or(Mistake::NoCommand)?;
    if HELP.contains(&first.as_str()) {
        return Ok(Command::Help);
    }
    if let Some(form) = FORMS.iter().find(|form| form.name == first) {
        return form.read(rest);
    }
    if seconds(first).is_empty() {
        return Err(Mistake::UnknownCommand(first.clone()));
    }
    let (second, flags) = rest
        .split_first()
        .ok_or_else(|| Mistake::NoSecondWord(first.clone()))?;
    if HELP.contains(&second.as_str()) {
        return Ok(Command::Help);
    }
    let form = FORMS
        .iter()
        .find(|form| form.name == format!("{first} {second}"));
    let form = form.ok_or_else(|| Mistake::UnknownSecondWord {
        first: first.clone(),
        word: second.clone(),
    })?;
    form.read(flags)
}

/// The first words of all commands, each once.
fn firsts() -> Vec<&'static str> {
    let mut firsts: Vec<_> = FORMS
        .iter()
        .filter_map(|form| form.name.split(' ').next())
        .collect();
    firsts.dedup();
    firsts
}

/// The words that may follow a first one.
fn seconds(first: &str) -> Vec<&'static str> {
    let words = FORMS.iter().filter_map(|form| form.name.split_once(' '));
    words
        .filter(|(known, _)| *known == first)
        .map(|(_, second)| second)
        .collect()
}

/// The page that `cargo xtask help` prints.
pub(crate) fn help() -> String {
    let mut page = String::from("Usage: cargo xtask <command> [flags]\n\n");
    let mut line = |left: &str, summary: &str| {
        writeln!(page, "  {left:<17}{summary}").expect("a String takes every write");
    };
    for form in FORMS {
        line(form.name, form.summary);
        for flag in form.flags {
            line(&format!("  {}", flag.name), flag.summary);
        }
    }
    line("help", "print this page");
    page
}

impl Form {
    fn read(&self, flags: &[String]) -> Result<Command, Mistake> {
        if self.command.reads_its_words_elsewhere() {
            return Ok(self.command);
        }
        flags
            .iter()
            .try_fold(self.command, |command, flag| self.with(command, flag))
    }

    fn with(&self, command: Command, flag: &str) -> Result<Command, Mistake> {
        if HELP.contains(&flag) || command == Command::Help {
            return Ok(Command::Help);
        }
        self.flags
            .iter()
            .find(|known| known.name == flag)
            .map(|known| known.command)
            .ok_or_else(|| self.unknown(flag))
    }

    fn unknown(&self, flag: &str) -> Mistake {
        let known = self.flags.iter().map(|flag| flag.name);
        Mistake::UnknownFlag {
            command: self.name,
            flag: flag.to_owned(),
            known: known.chain(["--help"]).collect(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commands = [firsts(), vec!["help"]].concat();
        match self {
            Self::NoCommand => write!(f, "no command given{}", known(None, &commands)),
            Self::UnknownCommand(word) => write!(
                f,
                "unknown command `{word}`{}",
                known(Some(word), &commands)
            ),
            Self::NoSecondWord(first) => write!(
                f,
                "`cargo xtask {first}` needs a word more{}",
                known(None, &seconds(first))
            ),
            Self::UnknownSecondWord { first, word } => write!(
                f,
                "`cargo xtask {first}` does not know `{word}`{}",
                known(Some(word), &seconds(first))
            ),
            Self::UnknownFlag {
                command,
                flag,
                known: flags,
            } => write!(
                f,
                "`cargo xtask {command}` does not know `{flag}`{}",
                known(Some(flag), flags)
            ),
        }
    }
}

fn known(word: Option<&str>, words: &[&str]) -> String {
    let guess = word
        .and_then(|word| nearest(word, words.iter().copied()))
        .map(|guess| format!("; did you mean `{guess}`?"))
        .unwrap_or_default();
    format!("{guess}\n  known: {}", words.join(", "))
}

#[cfg(test)]
mod tests;
