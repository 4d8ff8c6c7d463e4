//! Where a workspace keeps its baselines and what its last runs wrote, as cargo says.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::config;
use crate::error::SetupError;

/// The place of a person's work.
pub(super) struct Workspace {
    /// Where its manifest is.
    pub(super) root: PathBuf,
    /// Where cargo builds, and failures are written below.
    pub(super) target: PathBuf,
    /// The baseline that was named, or that of each package.
    pub(super) files: Vec<PathBuf>,
}

#[derive(serde::Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
struct Package {
    manifest_path: PathBuf,
}

impl Workspace {
    /// That of the current directory.
    pub(super) fn here() -> Result<Self, SetupError> {
        let metadata = metadata()?;
        let named = config::config()?.baseline.as_ref();
        let files = match named {
            Some(named) => vec![metadata.workspace_root.join(named)],
            None => metadata
                .packages
                .iter()
                .filter_map(|package| package.manifest_path.parent())
                .map(|directory| directory.join(config::BASELINE_FILE))
                .collect(),
        };
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            files,
        })
    }

    /// The same file among those of this workspace.
    pub(super) fn file(&self, file: &Path) -> Option<&Path> {
        let all = self.files.iter().map(PathBuf::as_path);
        let mut same = all.filter(|other| is_same(other, file));
        same.next()
    }
}

/// Is it one file, which need not be there, by whatever way?
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |file: &Path| {
        let parent = file.parent()?.canonicalize().ok()?;
        Some(parent.join(file.file_name()?))
    };
    one == other || whole(one).is_some_and(|one| Some(one) == whole(other))
}

fn metadata() -> Result<Metadata, SetupError> {
    const WHAT: &str = "cargo cannot say where the workspace is";
    let output = Command::new(config::cargo())
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| SetupError::system(WHAT, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(SetupError::system(WHAT, &said));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| SetupError::system(WHAT, &error))
}
