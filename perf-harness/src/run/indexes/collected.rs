//! What a test wrote of the indexes of its databases.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::SetupError;
use crate::plan::{ForeignKey, Index};

/// The form of a file.
pub(super) const SCHEMA: &str = "perf-harness/indexes/1";

/// Of one test.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Collected {
    pub(super) schema: String,
    /// The program and the test's path.
    pub(super) test: String,
    pub(super) databases: Vec<OfDatabase>,
}

/// Of one of its databases.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct OfDatabase {
    /// By full name.
    pub(super) tables: Vec<String>,
    pub(super) indexes: Vec<Index>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// Those that a query is planned with.
    pub(super) used: BTreeSet<String>,
    /// Different queries.
    pub(super) asked: usize,
    /// Those of them that have no plan.
    pub(super) unplanned: usize,
}

/// All that lies below a directory, in the order of the names.
pub(super) fn read(directory: &Path) -> Result<Vec<Collected>, SetupError> {
    let mut files = Vec::new();
    below(directory, &mut files);
    files.sort();
    files.iter().map(|file| one(file)).collect()
}

fn below(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            below(&path, files);
        } else if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
}

fn one(file: &Path) -> Result<Collected, SetupError> {
    let refused = |why: String| SetupError::Indexes {
        cause: format!("{} cannot be read: {why}", file.display()),
        cure: "remove it, and run its test again".to_owned(),
    };
    let text = std::fs::read(file).map_err(|error| refused(error.to_string()))?;
    let collected: Collected =
        serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))?;
    if collected.schema == SCHEMA {
        Ok(collected)
    } else {
        Err(refused(format!(
            "its schema is `{}`, not `{SCHEMA}`",
            collected.schema
        )))
    }
}
