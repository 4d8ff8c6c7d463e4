//! Whether and where points of the history are written, and what their run is called.

use std::path::PathBuf;

use crate::error::SetupError;

/// Where the history is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum History {
    /// Below cargo's target directory.
    #[default]
    Usual,
    Off,
    At(PathBuf),
}

/// Where the history is kept: from the workspace's root, where that is known.
pub(crate) fn history() -> History {
    let named = super::config().map(|config| config.history.clone());
    match named.unwrap_or_default() {
        History::At(path) => History::At(super::workspace().unwrap_or_default().join(path)),
        other => other,
    }
}

/// What the run is called that this process is a part of, if it was said.
pub(crate) fn run_name() -> Option<String> {
    super::config().ok()?.run.clone()
}

/// The run of nextest that this process is a part of.
pub(crate) fn nextest_run() -> Option<String> {
    std::env::var("NEXTEST_RUN_ID")
        .ok()
        .filter(|id| !id.is_empty())
}

/// Cargo's directory of the build that this program is of: `debug`, `release`.
pub(crate) fn profile() -> String {
    let executable = super::executable().unwrap_or_default();
    let directory = executable
        .parent()
        .filter(|directory| directory.ends_with("deps") || directory.ends_with("examples"));
    let name = directory
        .and_then(|directory| directory.parent()?.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    let compiled = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    name.unwrap_or_else(|| compiled.to_owned())
}

pub(super) fn of(value: &str) -> History {
    match value {
        "off" => History::Off,
        path => History::At(PathBuf::from(path)),
    }
}

pub(super) fn name(variable: &'static str, value: &str) -> Result<String, SetupError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if value.len() <= 100 && value.chars().all(is_plain) {
        return Ok(value.to_owned());
    }
    let expected = "a name of at most 100 letters, digits and any of -_.:/".to_owned();
    Err(super::setting(variable, value, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_kept_where_it_is_said_or_nowhere() {
        assert_eq!(of("off"), History::Off);
        assert_eq!(of("target/h"), History::At(PathBuf::from("target/h")));
        let set = |name: &str, value: &str| {
            super::super::read(|asked| (asked == name).then(|| value.to_owned()))
        };
        let off = set(super::super::HISTORY, "off").unwrap();
        assert_eq!(off.history, History::Off);
        let default = set(super::super::HISTORY, "").unwrap();
        assert_eq!((default.history, default.run), (History::Usual, None));
    }

    #[test]
    fn a_run_has_a_plain_name() {
        let named = |value| name(super::super::RUN, value);
        assert_eq!(named("123-1").unwrap(), "123-1");
        let error = named("a b").unwrap_err().to_string();
        let expected = "PERF_HARNESS_RUN is `a b`, which is not a name of at most 100 letters, digits and any of -_.:/";
        assert_eq!(error, expected);
    }
}
