//! The command line: `example-load users|alone name=value..`. Every value is given, by the program that knows them.

use std::collections::HashMap;
use std::time::Duration;

use crate::visitor::{Ask, Sizes};

/// What to do, to whom.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) service: Service,
    pub(crate) mode: Mode,
}

/// The service under load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// `http://127.0.0.1:8000`
    pub(crate) url: String,
    /// `/naive`, or nothing for what is tuned.
    pub(crate) prefix: String,
    pub(crate) sizes: Sizes,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Users(Crowd),
    Alone(Series),
}

/// Many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowd {
    pub(crate) users: u32,
    /// How long they are measured, once all are there.
    pub(crate) seconds: u32,
    /// Whether they think between two requests.
    pub(crate) think: bool,
    /// All that they ask for; `None` is everything, by weight.
    pub(crate) only: Option<Ask>,
}

/// One client, one request after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) warm_up: u32,
    pub(crate) requests: u32,
    /// An endpoint that takes longer has fewer requests.
    pub(crate) at_most: Duration,
}

impl Arguments {
    pub(crate) fn read(words: &[String]) -> Result<Self, String> {
        let (mode, words) = words.split_first().ok_or("say `users` or `alone` first")?;
        let pairs = words.iter().map(|word| {
            let pair = word.split_once('=');
            pair.ok_or_else(|| format!("`{word}` is no name=value"))
        });
        let values = Values(pairs.collect::<Result<_, _>>()?);
        let mode = match mode.as_str() {
            "users" => Mode::Users(Crowd {
                users: values.number("users")?,
                seconds: values.number("seconds")?,
                think: values.text("think")? == "yes",
                only: values.only()?,
            }),
            "alone" => Mode::Alone(Series {
                warm_up: values.number("warm_up")?,
                requests: values.number("requests")?,
                at_most: Duration::from_secs(values.number("seconds")?.into()),
            }),
            other => return Err(format!("`{other}` is neither `users` nor `alone`")),
        };
        let service = Service {
            url: values.text("url")?.to_owned(),
            prefix: values.text("prefix")?.to_owned(),
            sizes: Sizes {
                users: values.number("of_users")?,
                projects: values.number("of_projects")?,
            },
        };
        Ok(Self { service, mode })
    }
}

struct Values<'a>(HashMap<&'a str, &'a str>);

impl Values<'_> {
    fn text(&self, name: &str) -> Result<&str, String> {
        let value = self.0.get(name).copied();
        value.ok_or_else(|| format!("{name}=.. is missing"))
    }

    /// None of the numbers may be nothing.
    fn number(&self, name: &str) -> Result<u32, String> {
        let text = self.text(name)?;
        let number = text.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| format!("{name}={text} is no whole number from 1"))
    }

    fn only(&self) -> Result<Option<Ask>, String> {
        let Some(name) = self.0.get("only") else {
            return Ok(None);
        };
        let known = Ask::ALL.into_iter().find(|ask| ask.name() == *name);
        known
            .map(Some)
            .ok_or_else(|| format!("only={name} is not asked for by anybody"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "url=http://127.0.0.1:1 prefix=/naive of_users=200 of_projects=50";

    fn read(line: &str) -> Result<Mode, String> {
        let line = format!("{line} {SERVICE}");
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Arguments::read(&words).map(|arguments| arguments.mode)
    }

    #[test]
    fn a_crowd_and_a_client_alone_are_read() {
        let crowd = Crowd {
            users: 10,
            seconds: 3,
            think: true,
            only: None,
        };
        assert_eq!(
            read("users users=10 seconds=3 think=yes"),
            Ok(Mode::Users(crowd))
        );
        let only = Crowd {
            think: false,
            only: Some(Ask::UsersList),
            ..crowd
        };
        assert_eq!(
            read("users users=10 seconds=3 think=no only=users-list"),
            Ok(Mode::Users(only))
        );
        let series = Series {
            warm_up: 2,
            requests: 5,
            at_most: Duration::from_secs(60),
        };
        assert_eq!(
            read("alone warm_up=2 requests=5 seconds=60"),
            Ok(Mode::Alone(series))
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let refused = |line, expected: &str| assert_eq!(read(line), Err(expected.to_owned()));
        refused("users users=10 think=no", "seconds=.. is missing");
        refused(
            "users users=no seconds=1 think=no",
            "users=no is no whole number from 1",
        );
        refused(
            "users users=0 seconds=1 think=no",
            "users=0 is no whole number from 1",
        );
        refused("alone five", "`five` is no name=value");
        refused("some", "`some` is neither `users` nor `alone`");
        refused(
            "users users=1 seconds=1 think=no only=admin",
            "only=admin is not asked for by anybody",
        );
    }
}
