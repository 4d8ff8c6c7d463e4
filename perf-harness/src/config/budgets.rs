//! Which file of budgets a workspace has.

use std::path::{Path, PathBuf};

use crate::error::SetupError;

/// The file of budgets in a workspace's root.
const BUDGETS_FILE: &str = "perf-budgets.toml";

/// The file of budgets, which need not be there, and how it is told: from the workspace's root where it lies below it.
pub(crate) fn budgets() -> Result<(PathBuf, PathBuf), SetupError> {
    let named = super::config()?.budgets.as_deref();
    Ok(budgets_of(named, super::workspace()))
}

/// The same for a person, whose workspace cargo tells.
pub(crate) fn budgets_in(workspace: PathBuf) -> Result<(PathBuf, PathBuf), SetupError> {
    let named = super::config()?.budgets.as_deref();
    Ok(budgets_of(named, Some(workspace)))
}

fn budgets_of(named: Option<&Path>, workspace: Option<PathBuf>) -> (PathBuf, PathBuf) {
    let told = named.unwrap_or(Path::new(BUDGETS_FILE));
    let workspace = workspace.unwrap_or_default();
    let file = workspace.join(told);
    let told = file.strip_prefix(&workspace).unwrap_or(&file).to_owned();
    (file, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_workspace_s_own_unless_another_is_named() {
        let check = |named: Option<&str>, file: &str, told: &str| {
            let found = budgets_of(named.map(Path::new), Some("/w".into()));
            assert_eq!(found, (file.into(), told.into()));
        };
        check(None, "/w/perf-budgets.toml", "perf-budgets.toml");
        check(Some("ci/ours.toml"), "/w/ci/ours.toml", "ci/ours.toml");
        check(Some("/w/ours.toml"), "/w/ours.toml", "ours.toml");
        check(Some("/srv/ours.toml"), "/srv/ours.toml", "/srv/ours.toml");
        let alone = budgets_of(None, None);
        assert_eq!(alone.0, PathBuf::from("perf-budgets.toml"));
        let named = |value: &str| {
            let config = super::super::read(|name| {
                (name == super::super::BUDGETS).then(|| value.to_owned())
            });
            config.unwrap().budgets
        };
        assert_eq!(named("ours.toml"), Some(PathBuf::from("ours.toml")));
        assert_eq!(named(""), None);
    }
}
