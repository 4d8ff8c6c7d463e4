//! Which file of known findings a test has.

use std::path::{Path, PathBuf};

use crate::error::SetupError;

/// The file of known findings in a package's directory.
pub(crate) const BASELINE_FILE: &str = "perf-baseline.toml";

/// The directory of the package that cargo or nextest runs a program of.
fn package_directory() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// The file of known findings: the one that was named, or the package's own, which need not be there.
pub(crate) fn baseline() -> Result<Option<PathBuf>, SetupError> {
    let named = super::config()?.baseline.as_deref();
    Ok(baseline_of(named, super::workspace(), package_directory()))
}

fn baseline_of(
    named: Option<&Path>,
    workspace: Option<PathBuf>,
    package: Option<PathBuf>,
) -> Option<PathBuf> {
    match named {
        Some(named) => Some(workspace.unwrap_or_default().join(named)),
        None => package.map(|package| package.join(BASELINE_FILE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_is_the_package_s_own_unless_another_is_named() {
        let check = |named: Option<&str>, expected: &str| {
            let (workspace, package) = ("/w".into(), "/w/app".into());
            let found = baseline_of(named.map(Path::new), Some(workspace), Some(package));
            assert_eq!(found, Some(PathBuf::from(expected)));
        };
        check(None, "/w/app/perf-baseline.toml");
        check(Some("ours.toml"), "/w/ours.toml");
        check(Some("/srv/ours.toml"), "/srv/ours.toml");
        assert_eq!(baseline_of(None, None, None), None);
        let named = |value: &str| {
            let config = super::super::read(|name| {
                (name == super::super::BASELINE).then(|| value.to_owned())
            });
            config.unwrap().baseline
        };
        assert_eq!(named("ours.toml"), Some(PathBuf::from("ours.toml")));
        assert_eq!(named(""), None);
    }
}
