//! Where Postgres comes from, as `PERF_HARNESS_POSTGRES` says it.

use std::path::PathBuf;

use url::Url;

use super::{POSTGRES, setting};
use crate::error::SetupError;

/// What `PERF_HARNESS_POSTGRES` may be.
pub(super) const KNOWN: &str = "`auto`, `docker`, `docker:IMAGE`, `local`, `local:DIRECTORY`, `download`, `download:MAJOR` or a postgres:// URL";

/// Where Postgres comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Auto,
    Local {
        /// Where the binaries are, if that was said.
        directory: Option<PathBuf>,
    },
    Docker {
        /// `postgres:17`, if one was named.
        image: Option<String>,
    },
    Download {
        /// The major version, if one was named.
        major: Option<u32>,
    },
    Url(Url),
}

pub(super) fn choice(value: &str) -> Result<Choice, SetupError> {
    match value.trim() {
        "auto" => Ok(Choice::Auto),
        "local" => Ok(Choice::Local { directory: None }),
        local if local.starts_with("local:") => Ok(Choice::Local {
            directory: Some(PathBuf::from(&local["local:".len()..])),
        }),
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Url::parse(url)
                .map(Choice::Url)
                .map_err(|cause| setting(POSTGRES, "postgres://…", format!("a valid URL: {cause}")))
        }
        "docker" => Ok(Choice::Docker { image: None }),
        docker if docker.starts_with(DOCKER) => {
            let image = image(POSTGRES, DOCKER, &docker[DOCKER.len()..])?;
            Ok(Choice::Docker { image: Some(image) })
        }
        "download" => Ok(Choice::Download { major: None }),
        download if download.starts_with("download:") => download["download:".len()..]
            .parse()
            .map(|major| Choice::Download { major: Some(major) })
            .map_err(|_| {
                setting(
                    POSTGRES,
                    download,
                    "`download:MAJOR`, for instance `download:17`".to_owned(),
                )
            }),
        other => Err(setting(POSTGRES, &without_secrets(other), KNOWN.to_owned())),
    }
}

/// Before the name of an image, where it is a part of the choice.
const DOCKER: &str = "docker:";

/// The name of an image, in a variable that has `before` in front of it.
pub(super) fn image(
    variable: &'static str,
    before: &str,
    name: &str,
) -> Result<String, SetupError> {
    if name.is_empty() || name.contains(char::is_whitespace) {
        let what = if before.is_empty() {
            "the name of an image"
        } else {
            "`docker:IMAGE`"
        };
        let expected = format!("{what}, for instance `{before}postgres:17`");
        return Err(setting(variable, &format!("{before}{name}"), expected));
    }
    Ok(name.to_owned())
}

/// A value that is not understood may still be a URL or a connection string with a password.
fn without_secrets(value: &str) -> String {
    match value.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…"),
        None if value.contains(['=', '@']) => "…".to_owned(),
        None => value.to_owned(),
    }
}
