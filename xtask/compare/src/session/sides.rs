//! Both sides, built.

use std::path::Path;

use super::held::Held;
use super::saved;
use crate::arguments::{Options, Subject};
use crate::build::{self, Place, Program, Workspace};
use crate::error::CompareError;
use crate::git::{Commit, Repository};
use crate::outcome::Side;

/// The programs of both sides. For one version they are the same.
pub(super) struct Sides {
    pub(super) base: Side,
    pub(super) head: Side,
    pub(super) profile: String,
    pub(super) base_programs: Vec<Program>,
    pub(super) head_programs: Vec<Program>,
    /// The folder, and its work trees: they are gone with it, and until then nobody else compares here.
    pub(super) held: Held,
}

impl Sides {
    pub(super) fn prepare(
        here: &Path,
        workspace: &Workspace,
        options: &Options,
    ) -> Result<Self, CompareError> {
        let held = Held::new(workspace.target_directory.join("bench-compare"))?;
        let source = Place {
            source: here.to_owned(),
            target: None,
        };
        match &options.subject {
            Subject::Versions(from, to) => versions(
                held,
                &workspace.workspace_root,
                here,
                (from.as_deref(), to.as_deref()),
                options,
            ),
            Subject::Variants(one, other) => same(held, &source, (one, other), options),
            Subject::Itself => same(held, &source, ("working tree", "itself"), options),
            Subject::Against(name, version) => {
                saved::against(held, workspace, here, (name, version.as_deref()), options)
            }
        }
    }
}

/// One version for both sides.
fn same(
    folder: Held,
    place: &Place,
    (base, head): (&str, &str),
    options: &Options,
) -> Result<Sides, CompareError> {
    // There may be no repository: then nothing of it was left.
    if let Ok(repository) = Repository::around(&place.source) {
        folder.clean(&repository)?;
    }
    let programs = build::build(place, &options.cargo, "the working tree")?.programs;
    let side = |name: &str| Side {
        name: name.to_owned(),
        commit: None,
        is_dirty: false,
    };
    Ok(Sides {
        base: side(base),
        head: side(head),
        profile: build::profile(&options.cargo),
        base_programs: programs.clone(),
        head_programs: programs,
        held: folder,
    })
}

fn versions(
    mut folder: Held,
    root: &Path,
    here: &Path,
    (base, head): (Option<&str>, Option<&str>),
    options: &Options,
) -> Result<Sides, CompareError> {
    let repository = Repository::around(root)?;
    folder.clean(&repository)?;
    let base = match base {
        Some(name) => repository.commit(name)?,
        None => repository.merge_base()?,
    };
    let head = head.map(|name| repository.commit(name)).transpose()?;
    let inner = repository.place_of(here);
    let base_programs = folder.commit(&base, &repository, &inner, options)?;
    let (head_side, head_programs) = match &head {
        Some(commit) => (
            side(commit),
            folder.commit(commit, &repository, &inner, options)?,
        ),
        None => working_tree(Some(&repository), here, options)?,
    };
    Ok(Sides {
        base: side(&base),
        head: head_side,
        profile: build::profile(&options.cargo),
        base_programs,
        head_programs,
        held: folder,
    })
}

pub(super) fn side(commit: &Commit) -> Side {
    Side {
        name: commit.name.clone(),
        commit: Some(commit.id.clone()),
        is_dirty: false,
    }
}

/// Of no repository it has no commit.
pub(super) fn working_tree(
    repository: Option<&Repository>,
    here: &Path,
    options: &Options,
) -> Result<(Side, Vec<Program>), CompareError> {
    let place = Place {
        source: here.to_owned(),
        target: None,
    };
    let side = Side {
        name: "working tree".to_owned(),
        commit: repository.and_then(|repository| Some(repository.commit("HEAD").ok()?.id)),
        is_dirty: repository.map_or(Ok(false), Repository::is_dirty)?,
    };
    let built = build::build(&place, &options.cargo, "the working tree")?;
    Ok((side, built.programs))
}
