//! Any program that migrates, and Django's as the special case.

use std::path::{Path, PathBuf};

use super::program::Program;
use super::{Filling, Known, Source};
use crate::config;
use crate::database::template::db::TemplateDb;
use crate::database::template::digest::Digest;
use crate::database::template::failure::BoxError;
use crate::database::template::files;

pub(in crate::database::template) struct Command {
    program: Program,
    label: String,
    /// What it reads, where that is known, within its directory.
    reads: &'static [&'static str],
}

impl Command {
    pub(in crate::database::template) fn new(program: String, arguments: Vec<String>) -> Self {
        let program = Program {
            name: program,
            arguments,
            directory: None,
        };
        Self {
            label: program.line(),
            program,
            reads: &[],
        }
    }

    pub(in crate::database::template) fn django(directory: PathBuf) -> Self {
        let arguments = ["manage.py", "migrate", "--noinput"];
        Self {
            label: format!("Django migrations of {}", directory.display()),
            program: Program {
                name: python(&directory, config::virtual_env()),
                arguments: arguments.map(str::to_owned).to_vec(),
                directory: Some(directory),
            },
            reads: &["manage.py", "**/migrations/*.py"],
        }
    }
}

/// Which apps a Django project has, and which packages bring migrations of their own: as projects say it.
const BESIDE: [&str; 6] = [
    "**/settings*.py",
    "**/settings/*.py",
    "**/requirements*.txt",
    "pyproject.toml",
    "*.lock",
    "Pipfile",
];

impl Source for Command {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn known_by(&self, digest: &mut Digest) -> Result<Known, BoxError> {
        let root = self.program.directory.as_deref().unwrap_or(Path::new(""));
        for pattern in self.reads {
            files::add(digest, root, pattern)?;
        }
        if !self.reads.is_empty() {
            for pattern in BESIDE {
                files::add_if_any(digest, root, pattern)?;
            }
            return Ok(Known::Content);
        }
        digest.add(&self.program.name);
        self.program
            .arguments
            .iter()
            .for_each(|argument| digest.add(argument));
        Ok(Known::Reads)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async move { self.program.run(&db).await })
    }
}

/// The Python that knows the project's packages.
fn python(directory: &Path, virtual_env: Option<PathBuf>) -> String {
    let beside = [".venv", "venv"].map(|name| directory.join(name));
    let environments = virtual_env.into_iter().chain(beside);
    let mut programs = environments.map(|environment| environment.join("bin/python"));
    let found = programs
        .find(|program| program.is_file())
        // The program is run in another directory.
        .and_then(|program| std::path::absolute(program).ok());
    found.map_or_else(
        || "python3".to_owned(),
        |program| program.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_python_of_the_project_is_taken_before_that_of_the_machine() {
        let root = std::env::temp_dir().join(format!("ph-python-{}", std::process::id()));
        let program = |environment: &str| root.join(environment).join("bin/python");
        let taken = |active: Option<&str>| python(&root, active.map(|name| root.join(name)));
        for environment in [".venv", "active"] {
            std::fs::create_dir_all(root.join(environment).join("bin")).unwrap();
        }
        assert_eq!(taken(None), "python3");
        std::fs::write(program(".venv"), "").unwrap();
        assert_eq!(taken(None), program(".venv").to_str().unwrap());
        assert_eq!(taken(Some("gone")), program(".venv").to_str().unwrap());
        std::fs::write(program("active"), "").unwrap();
        assert_eq!(taken(Some("active")), program("active").to_str().unwrap());
        std::fs::remove_dir_all(root).unwrap();
    }
}
