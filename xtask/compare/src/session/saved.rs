//! A version that is kept, and one that was: the base of a later comparison.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::held::Held;
use super::machine;
use super::sides::{Sides, side, working_tree};
use super::unless_stopped;
use crate::arguments::{Options, Saving};
use crate::build::{self, Program, Workspace};
use crate::error::CompareError;
use crate::git::Repository;
use crate::interrupt;
use crate::outcome::Side;
use crate::report::side as in_words;
use crate::saved::{Machine, Origin, Run, Store, Surroundings};

/// Builds a version and keeps its programs. Says what was kept.
pub(crate) fn save(saving: &Saving) -> Result<String, CompareError> {
    let here = std::env::current_dir().map_err(|error| CompareError::File(".".into(), error))?;
    interrupt::listen();
    let workspace = build::workspace(&here)?;
    let mut held = Held::new(workspace.target_directory.join("bench-compare"))?;
    let store = store(&held)?;
    let options = Options {
        cargo: saving.cargo.clone(),
        ..Options::default()
    };
    let asked = saving.version.as_deref();
    let built = built(&mut held, &workspace, &here, asked, &options);
    let (version, programs, root) = unless_stopped(built)?;
    if programs.is_empty() {
        let told = format!("{} has no benches to save", version.name);
        return Err(CompareError::Nothing(told));
    }
    let run = Run::new(
        &saving.name,
        origin(&version),
        surroundings(&saving.cargo),
        &saving.cargo,
    );
    let folder = store.save(run, &programs, &root)?;
    Ok(told(&saving.name, &version, &programs, &folder))
}

/// What was saved under a name as the base, and the working tree or a ref.
pub(super) fn against(
    mut folder: Held,
    workspace: &Workspace,
    here: &Path,
    (name, asked): (&str, Option<&str>),
    options: &Options,
) -> Result<Sides, CompareError> {
    let store = store(&folder)?;
    let run = store.load(name)?;
    let options = with_words(&run, options);
    run.comparable(&surroundings(&options.cargo))?;
    let base_programs = store.programs(&run, &workspace.workspace_root)?;
    let (head, head_programs, _) = built(&mut folder, workspace, here, asked, &options)?;
    Ok(Sides {
        base: Side {
            name: format!("saved {name}"),
            commit: run.origin.commit,
            is_dirty: run.origin.is_dirty,
        },
        head,
        profile: build::profile(&options.cargo),
        base_programs,
        head_programs,
        held: folder,
    })
}

fn store(held: &Held) -> Result<Store, CompareError> {
    Store::open(held.folder.join("saved"))
}

/// None where there is none: a version is saved and compared without, too.
fn repository(root: &Path) -> Result<Option<Repository>, CompareError> {
    match Repository::around(root) {
        Ok(repository) => Ok(Some(repository)),
        Err(CompareError::NoRepository(_) | CompareError::NotStarted(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A ref or the working tree, its programs, and the workspace that they were built in.
fn built(
    held: &mut Held,
    workspace: &Workspace,
    here: &Path,
    asked: Option<&str>,
    options: &Options,
) -> Result<(Side, Vec<Program>, PathBuf), CompareError> {
    let root = &workspace.workspace_root;
    let Some(name) = asked else {
        let repository = repository(root)?;
        repository
            .as_ref()
            .map_or(Ok(()), |repository| held.clean(repository))?;
        let (version, programs) = working_tree(repository.as_ref(), here, options)?;
        return Ok((version, programs, root.clone()));
    };
    let repository = Repository::around(root)?;
    held.clean(&repository)?;
    let commit = repository.commit(name)?;
    let inner = repository.place_of(here);
    let programs = held.commit(&commit, &repository, &inner, options)?;
    let tree = held.tree(&commit, &repository)?;
    Ok((
        side(&commit),
        programs,
        tree.join(repository.place_of(root)),
    ))
}

/// Both sides by the same words: those that it was saved with, unless there are others now.
fn with_words(run: &Run, options: &Options) -> Options {
    let mut options = options.clone();
    if options.cargo.is_empty() {
        options.cargo.clone_from(&run.cargo);
    } else if options.cargo != run.cargo {
        let (then, now) = (run.cargo.join(" "), options.cargo.join(" "));
        let told = format!(
            "note: `{}` was saved with the words `{then}` for cargo, and not with `{now}`",
            run.name
        );
        // It is no more than a note.
        drop(writeln!(std::io::stderr(), "{told}"));
    }
    options
}

fn origin(version: &Side) -> Origin {
    Origin {
        version: version.name.clone(),
        commit: version.commit.clone(),
        is_dirty: version.is_dirty,
    }
}

fn surroundings(words: &[String]) -> Surroundings {
    Surroundings {
        toolchain: machine::toolchain("-vV"),
        rustflags: rustflags(|name| std::env::var(name).ok()),
        profile: build::profile(words),
        machine: Machine {
            processor: machine::processor(),
            processors: machine::processors(),
            os: std::env::consts::OS.to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
        },
    }
}

/// The first one that there is, as for cargo.
fn rustflags(variable: impl Fn(&str) -> Option<String>) -> String {
    let names = [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
    ];
    let flags = names.into_iter().find_map(variable).unwrap_or_default();
    flags.replace('\u{1f}', " ")
}

fn told(name: &str, version: &Side, programs: &[Program], folder: &Path) -> String {
    let names = programs
        .iter()
        .map(|program| format!("{}/{}", program.package, program.target));
    let names: Vec<_> = names.collect();
    format!(
        "saved {} as `{name}`: {}\nNothing was compared: `--against {name}` does that. It lies in {}\n",
        in_words(version),
        names.join(", "),
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_those_that_cargo_takes() {
        let check = |all: &[(&str, &str)], expected: &str| {
            let told = rustflags(|name| {
                let mut all = all.iter();
                let found = all.find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(told, expected);
        };
        check(&[], "");
        check(&[("RUSTFLAGS", "-Copt-level=1")], "-Copt-level=1");
        let encoded = ("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}opt-level=2");
        check(&[("RUSTFLAGS", "-Copt-level=1"), encoded], "-C opt-level=2");
    }

    #[test]
    fn it_is_built_with_the_words_that_it_was_saved_with() {
        let words = |words: &[&str]| Options {
            cargo: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Options::default()
        };
        let saved = words(&["-p", "api"]);
        let origin = Origin {
            version: "main".to_owned(),
            commit: None,
            is_dirty: false,
        };
        let run = Run::new("week", origin, surroundings(&[]), &saved.cargo);
        assert_eq!(with_words(&run, &words(&[])), saved);
        let other = words(&["-p", "web"]);
        assert_eq!(with_words(&run, &other), other);
    }
}
