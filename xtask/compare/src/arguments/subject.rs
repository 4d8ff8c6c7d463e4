//! What is compared, or saved: out of the flags that say so, and the refs beside them.

use super::Options;
use crate::error::CompareError;

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Refs; none is the default.
    Versions(Option<String>, Option<String>),
    /// Groups of the working tree.
    Variants(String, String),
    /// The working tree with itself.
    Itself,
    /// What was saved under a name, and a ref; none is the working tree.
    Against(String, Option<String>),
}

/// A version that is kept and not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saving {
    pub(crate) name: String,
    /// None is the working tree.
    pub(crate) version: Option<String>,
    /// For `cargo bench`.
    pub(crate) cargo: Vec<String>,
}

impl Default for Subject {
    fn default() -> Self {
        Self::Versions(None, None)
    }
}

impl Subject {
    /// By a flag, of which there may be one.
    pub(super) fn choose(&mut self, subject: Self) -> Result<(), CompareError> {
        match (self.flag(), subject.flag()) {
            (Some(before), Some(flag)) if before != flag => Err(CompareError::Words(format!(
                "`{before}` and `{flag}` both say what is compared: give one of them"
            ))),
            _ => {
                *self = subject;
                Ok(())
            }
        }
    }

    fn flag(&self) -> Option<&'static str> {
        match self {
            Self::Versions(..) => None,
            Self::Variants(..) => Some("--variants"),
            Self::Itself => Some("--aa"),
            Self::Against(..) => Some("--against"),
        }
    }

    /// With the refs beside it.
    pub(super) fn with(self, refs: Vec<String>) -> Result<Self, CompareError> {
        let mut refs = refs.into_iter();
        let (base, head, third) = (refs.next(), refs.next(), refs.next());
        if let Some(third) = third {
            return Err(CompareError::Words(format!(
                "`{third}`: two versions are compared, BASE and HEAD; flags of cargo come after `--`"
            )));
        }
        match (self, base, head) {
            (subject, None, _) => Ok(subject),
            (Self::Versions(..), base, head) => Ok(Self::Versions(base, head)),
            (Self::Against(name, _), head, None) => Ok(Self::Against(name, head)),
            (Self::Against(name, _), Some(base), Some(_)) => Err(CompareError::Words(format!(
                "`{base}`: what was saved as `{name}` is the base, so beside `--against` there is a HEAD and no BASE"
            ))),
            (Self::Variants(..) | Self::Itself, ..) => Err(CompareError::Words(
                "`--variants` and `--aa` are about the working tree: they take no BASE and no HEAD"
                    .to_owned(),
            )),
        }
    }
}

impl Options {
    /// Of all that can be asked for, saving takes a ref and flags of cargo.
    pub(super) fn saving(self, name: String, refs: Vec<String>) -> Result<Saving, CompareError> {
        let plain = Self {
            cargo: self.cargo.clone(),
            ..Self::default()
        };
        if self != plain {
            return Err(CompareError::Words(
                "`--save` keeps one version and compares nothing: beside it there may be a ref, and flags of cargo after `--`"
                    .to_owned(),
            ));
        }
        let mut refs = refs.into_iter();
        let (version, second) = (refs.next(), refs.next());
        if let Some(second) = second {
            return Err(CompareError::Words(format!(
                "`{second}`: `--save` keeps one version, so it takes one ref"
            )));
        }
        Ok(Saving {
            name,
            version,
            cargo: self.cargo,
        })
    }
}

/// A name that can be a folder's, and no hidden one.
pub(super) fn name(flag: &str, value: &str) -> Result<String, CompareError> {
    let may_be = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let is_name = !value.is_empty() && !value.starts_with('.') && value.chars().all(may_be);
    if is_name {
        return Ok(value.to_owned());
    }
    Err(CompareError::Words(format!(
        "`--{flag} {value}`: a name is of letters, digits, `-`, `_` and `.`, and begins with no `.`, as in `--{flag} week-12`"
    )))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::{Asked, read};
    use super::*;

    fn asked(line: &str) -> Result<Asked, String> {
        let words: Vec<OsString> = line.split_whitespace().map(Into::into).collect();
        read(&words).map_err(|error| error.to_string())
    }

    fn subject(line: &str) -> Subject {
        match asked(line).unwrap() {
            Asked::Compare(options) => options.subject,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_saved_is_a_base() {
        let against = |head| Subject::Against("week-1.2_b".to_owned(), head);
        assert_eq!(subject("--against week-1.2_b"), against(None));
        assert_eq!(
            subject("HEAD --against week-1.2_b"),
            against(Some("HEAD".to_owned()))
        );
        assert_eq!(subject("--against old --against week-1.2_b"), against(None));
    }

    #[test]
    fn one_version_is_saved() {
        let saving = |version| {
            Asked::Save(Saving {
                name: "week".to_owned(),
                version,
                cargo: vec!["-p".to_owned(), "api".to_owned()],
            })
        };
        assert_eq!(asked("--save week -- -p api"), Ok(saving(None)));
        assert_eq!(
            asked("v1.2 --save week -- -p api"),
            Ok(saving(Some("v1.2".to_owned())))
        );
    }

    #[test]
    fn what_means_nothing_together_is_refused() {
        for (line, told) in [
            ("--against a b c", "`b`: what was saved as `a` is the base"),
            (
                "--against a --aa",
                "`--against` and `--aa` both say what is compared",
            ),
            (
                "--variants a,b --against a",
                "`--variants` and `--against` both say",
            ),
            ("--aa --variants a,b", "`--aa` and `--variants` both say"),
            ("--save a b c", "`c`: `--save` keeps one version"),
            ("--save a --against b", "compares nothing"),
            ("--save a --aa", "compares nothing"),
            ("--save a --json -", "compares nothing"),
            ("--save a --list", "compares nothing"),
            ("--save a --filter b", "compares nothing"),
            ("--save a --require 5%", "compares nothing"),
            ("--save", "missing argument"),
        ] {
            let error = asked(line).unwrap_err();
            assert!(error.contains(told), "{line}: {error}");
        }
    }

    #[test]
    fn a_name_is_no_path() {
        for wrong in [".", "..", ".hidden", "a/b", "a\\b", "wöche", "a*"] {
            for flag in ["save", "against"] {
                let error = asked(&format!("--{flag} {wrong}")).unwrap_err();
                let told = format!("`--{flag} {wrong}`: a name is of letters");
                assert!(error.starts_with(&told), "{error}");
            }
        }
        let nothing = [OsString::from("--save="), OsString::from("week")];
        assert!(read(&nothing).is_err());
    }
}
