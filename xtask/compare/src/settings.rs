//! `bench-compare.toml` at the root of the workspace: what single benches are held to, and why.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::arguments::percent;
use crate::divan::filter::Pattern;
use crate::error::CompareError;

/// Its name.
const FILE: &str = "bench-compare.toml";

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(default, rename = "bench")]
    entries: Vec<Entry>,
}

/// Of the benches that the pattern matches, by the whole of their names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Pattern,
    threshold: Option<Percent>,
    require: Option<Percent>,
    allow: Option<String>,
    reason: Option<String>,
}

/// `5%`: 0.05.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Percent(f64);

/// What one bench is held to, each of it by the first entry that says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OfBench {
    pub(crate) threshold: Option<f64>,
    /// The gain, and why it is another one than that of the others.
    pub(crate) required: Option<(f64, String)>,
    /// Why it may be slower.
    pub(crate) allowed: Option<String>,
}

impl Settings {
    /// Of this workspace. Without a file there are none.
    pub(crate) fn read(root: &Path) -> Result<Self, CompareError> {
        let path = root.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text)
                .map_err(|mistake| CompareError::Words(format!("{}: {mistake}", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(CompareError::File(path, error)),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = basic_toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &settings.entries {
            entry.check()?;
        }
        Ok(settings)
    }

    pub(crate) fn of(&self, name: &str) -> OfBench {
        let matching = || {
            self.entries
                .iter()
                .filter(|entry| entry.name.is_whole(name))
        };
        OfBench {
            threshold: matching().find_map(|entry| entry.threshold.map(|percent| percent.0)),
            required: matching().find_map(Entry::required),
            allowed: matching().find_map(|entry| entry.allow.clone()),
        }
    }

    /// Patterns that match none of these names: what was mistyped shall not go unnoticed.
    pub(crate) fn idle<'s>(&'s self, names: &[String]) -> Vec<&'s str> {
        let is_idle = |entry: &&Entry| !names.iter().any(|name| entry.name.is_whole(name));
        self.entries
            .iter()
            .filter(is_idle)
            .map(|entry| entry.name.text())
            .collect()
    }
}

impl Entry {
    fn check(&self) -> Result<(), String> {
        let name = self.name.text();
        let is_blank =
            |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
        if name.trim().is_empty() {
            return Err(
                "`name` is empty: it is a bench's whole name, in which `*` stands for any text"
                    .to_owned(),
            );
        }
        if self.threshold.is_none() && self.require.is_none() && self.allow.is_none() {
            return Err(format!(
                "`{name}` says nothing: give it `threshold`, `require` or `allow`"
            ));
        }
        if self.threshold.is_some_and(|threshold| threshold.0 == 0.0) {
            return Err(format!(
                "`{name}`: with a threshold of 0% nothing would ever be the same"
            ));
        }
        if self.require.is_some_and(|gain| gain.0 >= 1.0) {
            return Err(format!(
                "`{name}`: a gain is less than 100%; `require = \"50%\"` is half of the time"
            ));
        }
        if self.require.is_some() && self.reason.is_none() || is_blank(&self.reason) {
            return Err(format!(
                "`{name}` needs a `reason` beside `require`: why it gains more or less than others"
            ));
        }
        if self.reason.is_some() && self.require.is_none() {
            return Err(format!(
                "`{name}`: `reason` is that of `require`, which is not there"
            ));
        }
        if is_blank(&self.allow) {
            return Err(format!(
                "`{name}`: `allow` is the reason why it may be slower"
            ));
        }
        Ok(())
    }

    fn required(&self) -> Option<(f64, String)> {
        Some((self.require?.0, self.reason.clone()?))
    }
}

impl TryFrom<String> for Percent {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let part = percent(&text);
        part.map(Self)
            .ok_or_else(|| format!("`{text}` is no percentage, as `\"5%\"` is"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        Settings::parse(text).unwrap_err()
    }

    #[test]
    fn what_the_first_entry_says_counts() {
        let settings = Settings::parse(
            r#"
            [[bench]]
            name = "users::user::*"
            require = "10%"
            reason = "one row by its key"

            [[bench]]
            name = "users::*"
            threshold = "5%"
            require = "40%"
            reason = "pages"
            allow = "more is counted"
            "#,
        )
        .unwrap();
        let user = settings.of("users::user::100");
        assert_eq!(user.threshold, Some(0.05));
        assert_eq!(user.required, Some((0.1, "one row by its key".to_owned())));
        assert_eq!(user.allowed.as_deref(), Some("more is counted"));
        assert_eq!(
            settings.of("users::list").required,
            Some((0.4, "pages".to_owned()))
        );
        assert_eq!(settings.of("my::users::list"), OfBench::default());
    }

    #[test]
    fn an_entry_that_matches_nothing_is_idle() {
        let text = "[[bench]]\nname = \"uesrs::*\"\nthreshold = \"5%\"\n";
        let text = text.to_owned() + &text.replace("uesrs", "users");
        let settings = Settings::parse(&text).unwrap();
        assert_eq!(settings.idle(&["users::list".to_owned()]), ["uesrs::*"]);
    }

    #[test]
    fn a_mistake_names_the_value_and_the_cure() {
        let entry = |rest: &str| format!("[[bench]]\nname = \"users::*\"\n{rest}");
        for (text, told) in [
            (
                entry("threshold = \"much\""),
                "`much` is no percentage, as `\"5%\"` is",
            ),
            (
                entry("threshold = \"0%\""),
                "with a threshold of 0% nothing would ever be the same",
            ),
            (entry("treshold = \"5%\""), "unknown field `treshold`"),
            (
                entry(""),
                "`users::*` says nothing: give it `threshold`, `require` or `allow`",
            ),
            (
                entry("require = \"10%\""),
                "`users::*` needs a `reason` beside `require`",
            ),
            (
                entry("require = \"10%\"\nreason = \" \""),
                "`users::*` needs a `reason` beside `require`",
            ),
            (
                entry("require = \"100%\"\nreason = \"x\""),
                "a gain is less than 100%",
            ),
            (
                entry("threshold = \"5%\"\nreason = \"x\""),
                "`reason` is that of `require`",
            ),
            (
                entry("allow = \"\""),
                "`allow` is the reason why it may be slower",
            ),
            (
                "[[bench]]\nname = \"\"\nallow = \"x\"".to_owned(),
                "`name` is empty",
            ),
            ("[benches]".to_owned(), "unknown field `benches`"),
        ] {
            let mistake = mistake(&text);
            assert!(mistake.contains(told), "{text}: {mistake}");
        }
    }

    #[test]
    fn without_a_file_there_are_no_settings_and_a_mistake_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            Settings::read(folder.path()).unwrap().of("a"),
            OfBench::default()
        );
        fs::write(folder.path().join(FILE), "[[bench]").unwrap();
        let told = Settings::read(folder.path()).unwrap_err().to_string();
        assert!(told.contains("bench-compare.toml: "), "{told}");
    }
}
